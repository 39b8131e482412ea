package helper

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/run"
	"lethe/engine/secret"
	"lethe/engine/step"
)

// raw makes one frame of anything.
func raw(kind frameKind, payload string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(payload)))) + string([]byte{byte(kind)}) + payload
}

func msg(text string) string { return raw(messageFrame, text) }

func sec(name, text string) string {
	return raw(secretFrame, string([]byte{byte(len(name))})+name+text)
}

// greeting is a hello of this version.
var greeting = msg(fmt.Sprintf(`{"hello":{"protocol":%d,"program":"test"}}`, Protocol))

// proposing is a propose request with the test's plan.
func proposing(t testing.TB, id int) (frame, hash string) {
	t.Helper()
	p := testPlan(t)
	hash, err := p.Hash()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(toHelper{Request: &request{ID: uint64(id), Op: opPropose, Hash: hash, Plan: mustJSON(t, p)}})
	if err != nil {
		t.Fatal(err)
	}
	return msg(string(text)), hash
}

func mustJSON(t testing.TB, p plan.Plan) []byte {
	t.Helper()
	text, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// conversation is a server that a test talks to in bytes. Everything waits for everything in a synctest bubble.
type conversation struct {
	t     *testing.T
	in    *io.PipeWriter
	heard chan toClient
	ended chan error
}

func converse(t *testing.T, host Host) *conversation {
	t.Helper()
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	c := &conversation{t: t, in: inWrite, heard: make(chan toClient, 100), ended: make(chan error, 1)}
	go func() {
		c.ended <- Serve(context.Background(), "server", inRead, outWrite, host)
		_ = outWrite.Close()
		_ = inRead.Close()
	}()
	go func() {
		defer close(c.heard)
		for {
			f, err := readFrame(outRead, mostMessage)
			if err != nil {
				return
			}
			var m toClient
			if err := decode(f.message, &m); err != nil {
				t.Errorf("the server says %s: %v", f.message, err)
			}
			c.heard <- m
		}
	}()
	if m := <-c.heard; m.Hello == nil || m.Hello.Protocol != Protocol || m.Hello.Program != "server" {
		t.Errorf("the first message is %+v", m)
	}
	return c
}

func (c *conversation) say(frames ...string) {
	for _, f := range frames {
		_, _ = io.WriteString(c.in, f) // a session that ended is seen by what it said
	}
}

// hear waits for a reply.
func (c *conversation) hear(id uint64, code Code, parts ...string) {
	c.t.Helper()
	for m := range c.heard {
		if m.Reply == nil {
			continue
		}
		if m.Reply.ID != id {
			c.t.Errorf("the reply is to %d instead of %d: %+v", m.Reply.ID, id, m.Reply.Error)
		}
		switch e := m.Reply.Error; {
		case e == nil && code != "", e != nil && e.Code != code:
			c.t.Errorf("request %d: %+v, want %q", id, e, code)
		case e != nil:
			contains(c.t, e.Text, parts...)
		}
		return
	}
	c.t.Errorf("no answer to %d", id)
}

// end ends the input and gives what Serve returned.
func (c *conversation) end() error {
	_ = c.in.Close()
	for range c.heard {
	}
	return <-c.ended
}

func TestRequestsInStep(t *testing.T) {
	propose, hash := proposing(t, 10)
	const badHash = "0000000000000000000000000000000000000000000000000000000000000000"
	apply := func(id int, hash string) string {
		return msg(fmt.Sprintf(`{"request":{"id":%d,"op":"apply","hash":%q}}`, id, hash))
	}
	host := &fakeHost{}
	c := converse(t, host)
	c.say(greeting)
	for _, row := range []struct {
		say  string
		id   uint64
		code Code
		want string
	}{
		{msg(`{"request":{"id":1,"op":"facts"}}`), 1, "", ""},
		{msg(`{"request":{"id":2,"op":"cancel"}}`), 2, "", ""},
		{msg(`{"request":{"id":2,"op":"facts"}}`), 2, CodeReplayed, "request 2 came before it"},
		{msg(`{"request":{"id":1,"op":"reboot"}}`), 1, CodeReplayed, ""},
		{msg(`{"request":{"id":0,"op":"facts"}}`), 0, CodeReplayed, ""},
		{msg(`{"request":{"id":3,"op":"run","hash":"sh"}}`), 3, CodeMalformed, "there is no such operation"},
		{msg(`{"request":{"id":4,"op":"facts","argv":["sh"]}}`), 4, CodeMalformed, `unknown field "argv"`},
		{msg(`{"request":{"id":4,"op":"facts"}} {}`), 0, CodeMalformed, "something follows"},
		{msg(`{"request":{"id":-1,"op":"facts"}}`), 0, CodeMalformed, ""},
		{msg(`{"request":`), 0, CodeMalformed, ""},
		{msg(`{"hello":{"protocol":1,"program":"again"}}`), 0, CodeMalformed, "asks for nothing"},
		{msg(``), 0, CodeMalformed, ""},
		{msg(`{}`), 0, CodeMalformed, "asks for nothing"},
		{msg(`null`), 0, CodeMalformed, "asks for nothing"},
		{raw(9, "something new"), 0, CodeMalformed, "unknown kind 9"},
		{raw(secretFrame, ""), 0, CodeMalformed, "without a name"},
		{raw(secretFrame, "\x00hunter2"), 0, CodeMalformed, "without a name"},
		{raw(secretFrame, "\x09short"), 0, CodeMalformed, "without a name"},
		{sec("password:ada", canary), 0, CodeSecrets, "nobody asked for it"},
		{apply(5, hash), 5, CodePlan, "no plan with this hash"},
		{msg(`{"request":{"id":5,"op":"prepare","hash":"x"}}`), 5, CodeReplayed, "request 5 came before it"},
		{msg(`{"request":{"id":6,"op":"propose","hash":"x"}}`), 6, CodePlan, "not a plan"},
		{msg(`{"request":{"id":7,"op":"propose","hash":"x","plan":{"version":1,"run":"sh"}}}`), 7, CodePlan, "unknown field"},
		{strings.Replace(propose, hash, badHash, 1), 10, CodePlan, "not the one that was confirmed"},
		{apply(11, badHash), 11, CodePlan, "no plan with this hash"},
		{strings.Replace(propose, `"id":10`, `"id":12`, 1), 12, "", ""},
		{sec("password:eve", canary), 0, CodeSecrets, "nobody asked for it"},
		{apply(13, badHash), 13, CodePlan, "no plan with this hash"},
		{apply(14, hash), 14, CodeSecrets, "the passphrase was not given"},
		{sec(command.Passphrase, canary) + apply(15, hash), 15, CodeSecrets, "the password:ada was not given"},
		{sec(command.Passphrase, canary+"2") + sec(userPassword, canary) + apply(16, hash), 16, "", ""},
		{apply(17, hash), 17, CodePlan, "it was run already"},
		{strings.Replace(propose, `"id":10`, `"id":18`, 1), 18, "", ""},
		{apply(19, hash), 19, CodeSecrets, "the passphrase was not given"}, // those of the first run are gone
		{msg(`{"request":{"id":18446744073709551615,"op":"facts"}}`), 1<<64 - 1, "", ""},
	} {
		c.say(row.say)
		c.hear(row.id, row.code, row.want)
	}
	if err := c.end(); err != nil {
		t.Error(err)
	}
	if host.installs != 1 || host.broken != "" || host.reboots != 0 {
		t.Errorf("%d runs, %d reboots; %s", host.installs, host.reboots, host.broken)
	}
}

func TestStreamOutOfStepEndsTheSession(t *testing.T) {
	for _, row := range []struct {
		name, say string
		code      Code
		want      string
	}{
		{"a gibibyte is announced", greeting + "\x40\x00\x00\x00\x01{}", CodeEnd, "a frame of 1073741824 bytes"},
		{"a secret of 1025 bytes", greeting + raw(secretFrame, "\x0apassphrase"+strings.Repeat("x", 1014)), CodeEnd, "a frame of 1025 bytes"},
		{"a line of text", "GET / HTTP/1.1\r\n\r\n", CodeEnd, "out of step"},
		{"a hello too long", msg(`{"hello":{"program":"` + strings.Repeat("x", mostHello) + `"}}`), CodeEnd, "4096 is the most"},
		{"no hello", msg(`{"request":{"id":1,"op":"facts"}}`), CodeEnd, "did not say hello"},
		{"half a header", greeting + "\x00\x00", CodeEnd, "half a header"},
		{"half a frame", greeting + "\x00\x00\x00\x09\x01{", CodeEnd, "half a frame"},
		{"half a secret", greeting + "\x00\x00\x00\x19\x02\x0apassphrasehun", CodeEnd, "half a frame"},
		{"another version", msg(`{"hello":{"protocol":77,"program":"lethe 9.9"}}`), CodeVersion, "it speaks version 77, this program (server) version 3; install both from the same package"},
		{"a later hello", msg(fmt.Sprintf(`{"hello":{"protocol":%d,"program":"x","more":1},"new":2}`, Protocol)) + "\xff\xff\xff\xff\x01", CodeEnd, "4294967295 bytes"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := converse(t, &fakeHost{})
			c.say(row.say)
			go func() { time.Sleep(50 * time.Millisecond); _ = c.in.Close() }()
			c.hear(0, row.code, row.want)
			if err := c.end(); err == nil {
				t.Error("Serve saw nothing wrong")
			}
		})
	}
}

// TestWindowGone ends the input at a step.
func TestWindowGone(t *testing.T) {
	for _, row := range []struct {
		step   string
		how    string // what comes in place of an orderly end
		finish bool
	}{
		{"wipe", "", false},
		{"partition", "", false},
		{"configure", "", false},
		{"install", "", true},
		{"close", "", true},
		{"install", "\x00\x00", true},
		{"install", "\xff\xff\xff\xff\x01", true},
		{"wipe", "\xff\xff\xff\xff\x01", false},
	} {
		t.Run(row.step+" "+fmt.Sprintf("%q", row.how), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := make(chan struct{})
				var cause error
				var late []byte
				host := &fakeHost{install: func(ctx context.Context, _ plan.Plan, secrets *secret.Store, sink event.Sink) (Result, error) {
					held, _ := secrets.Get(command.Passphrase)
					late = held.Bytes()
					sink.Event(event.Event{Seq: 1, Kind: event.StepStart, Step: "check"})
					sink.Event(event.Event{Seq: 2, Kind: event.StepStart, Step: row.step})
					close(begun)
					select {
					case <-ctx.Done():
					case <-time.After(time.Hour):
					}
					cause = context.Cause(ctx)
					return Result{State: step.Complete}, cause
				}}
				propose, hash := proposing(t, 1)
				c := converse(t, host)
				c.say(greeting, propose)
				c.hear(1, "")
				c.say(sec(command.Passphrase, canary), sec(userPassword, canary), msg(fmt.Sprintf(`{"request":{"id":2,"op":"apply","hash":%q}}`, hash)))
				<-begun
				c.say(row.how)
				err := c.end()
				if (err != nil) != (row.how != "") {
					t.Errorf("Serve gives %v", err)
				}
				if finished := cause == nil; finished != row.finish || !finished && !errors.Is(cause, context.Canceled) {
					t.Errorf("the run ended with %v", cause)
				}
				if !bytes.Equal(late, make([]byte, len(canary))) {
					t.Errorf("a secret stayed in memory: %q", late)
				}
			})
		})
	}
}

func TestContextEndsEvenNixosInstall(t *testing.T) {
	inRead, inWrite := io.Pipe()
	defer inWrite.Close()
	why, begun := errors.New("asked to end"), make(chan struct{})
	ctx, cancel := context.WithCancelCause(t.Context())
	host := &fakeHost{install: func(ctx context.Context, _ plan.Plan, _ *secret.Store, sink event.Sink) (Result, error) {
		sink.Event(event.Event{Seq: 1, Kind: event.StepStart, Step: "install"})
		close(begun)
		<-ctx.Done()
		return Result{}, &run.StepError{Cause: context.Cause(ctx)}
	}}
	propose, hash := proposing(t, 1)
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, "server", inRead, io.Discard, host) }()
	for _, f := range []string{greeting, propose} {
		_, _ = io.WriteString(inWrite, f)
	}
	for i := 2; ; i++ { // until the plan was accepted
		for _, f := range []string{sec(command.Passphrase, canary), sec(userPassword, canary), msg(fmt.Sprintf(`{"request":{"id":%d,"op":"apply","hash":%q}}`, i, hash))} {
			_, _ = io.WriteString(inWrite, f)
		}
		select {
		case <-begun:
		case <-time.After(5 * time.Millisecond):
			continue
		}
		break
	}
	cancel(why)
	if err := <-ended; !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
}

func TestPeerThatNeverReadsItsAnswers(t *testing.T) {
	inRead, inWrite := io.Pipe()
	_, outWrite := io.Pipe() // nobody reads
	ended := make(chan error, 1)
	go func() { ended <- Serve(t.Context(), "server", inRead, outWrite, &fakeHost{}); _ = inRead.Close() }()
	_, _ = io.WriteString(inWrite, greeting)
	for i := 1; ; i++ {
		if _, err := io.WriteString(inWrite, msg(fmt.Sprintf(`{"request":{"id":%d,"op":"cancel"}}`, i))); err != nil {
			break
		}
		if i > 10*mostReplies {
			t.Fatal("it takes requests without end")
		}
	}
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "not read") {
		t.Errorf("got %v", err)
	}
}
