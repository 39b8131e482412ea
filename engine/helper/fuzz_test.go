package helper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/secret"
)

// FuzzFrame reads frames from anything: they never take more than came, and what was understood can be said again.
func FuzzFrame(f *testing.F) {
	f.Add([]byte(greeting))
	f.Add([]byte(sec(command.Passphrase, canary) + msg("{}")))
	f.Add([]byte("\x40\x00\x00\x00\x01{}"))
	f.Add([]byte("\x00\x00\x00\x02\x02\x05a"))
	f.Add([]byte(raw(7, "x") + raw(secretFrame, "")))
	f.Add([]byte(raw(findingsFrame, "\x00\x00") + raw(findingsFrame, "")))
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := bytes.NewReader(stream)
		for {
			at := r.Len()
			got, err := readFrame(r, mostMessage)
			if errors.Is(err, io.EOF) && !errors.Is(err, errFrame) && r.Len() == 0 {
				return
			}
			if err != nil {
				if !errors.Is(err, errFrame) {
					t.Fatalf("an error of no kind: %v", err)
				}
				return
			}
			taken := stream[len(stream)-at : len(stream)-r.Len()]
			var again bytes.Buffer
			switch {
			case got.fault != nil:
				again.Write(taken)
			case got.secret != nil:
				if err := writeSecret(&again, got.name, got.secret); err != nil {
					t.Fatal(err)
				}
			case got.findings != nil:
				again.WriteString(raw(findingsFrame, string(got.findings)))
			default:
				again.WriteString(msg(string(got.message)))
			}
			if !bytes.Equal(again.Bytes(), taken) {
				t.Fatalf("%q is read as %q", taken, again.Bytes())
			}
			got.wipe()
		}
	})
}

// slowly gives an input frame by frame as a client does that waits for answers: what an operation needs has happened before the next
// request is read.
type slowly struct{ r io.Reader }

func (s slowly) Read(p []byte) (int, error) {
	if len(p) == headerBytes {
		for range 3 {
			runtime.Gosched()
		}
		time.Sleep(50 * time.Microsecond)
	}
	return s.r.Read(p)
}

// FuzzServer serves anything: no panic, no run without a plan that was accepted and all its secrets, no secret in an answer, and no more
// memory than the input is worth.
func FuzzServer(f *testing.F) {
	propose, hash := proposing(f, 1)
	secrets := sec(command.Passphrase, canary) + sec(userPassword, canaryPassword)
	shown, err := new(fakeHost).PlanKeep(context.Background(), []string{"/a"})
	if err != nil {
		f.Fatal(err)
	}
	hashKeep, err := hashOfKeep(shown)
	if err != nil {
		f.Fatal(err)
	}
	keepHash := fmt.Sprintf(`,"hash":%q`, hashKeep)
	apply := msg(fmt.Sprintf(`{"request":{"id":2,"op":"apply","hash":%q}}`, hash))
	for _, stream := range []string{
		greeting + propose + secrets + apply,
		greeting + propose + apply + secrets,
		greeting + secrets + apply + propose,
		greeting + msg(`{"request":{"id":1,"op":"facts"}}`) + msg(`{"request":{"id":2,"op":"release"}}`) + msg(`{"request":{"id":3,"op":"cancel"}}`) + msg(`{"request":{"id":4,"op":"reboot"}}`),
		greeting + "\x40\x00\x00\x00\x01{}",
		msg(`{"hello":{"protocol":2,"program":""}}`), // an earlier version
		greeting + raw(9, "x") + raw(secretFrame, "\x00"),
		greeting + ask(1, "scan", `,"scan":{"orphans":true}`) + ask(2, "plan-keep", `,"paths":["L2E="]`) + ask(3, "keep", keepHash) + ask(4, "keep", keepHash),
		greeting + ask(1, "plan-forget", `,"paths":["L2E=","/w=="]`) + ask(2, "forget", keepHash) + ask(3, "sync", "") + ask(4, "delete", `,"date":"2026-11-23"`),
		greeting + ask(1, "scan", `,"scan":{"root":"/"}`) + ask(2, "plan-keep", `,"paths":["L2EvLi4vYg==","L2E="]`) + ask(3, "waiting", `,"paths":null`) + raw(findingsFrame, "\x00\x00"),
	} {
		f.Add([]byte(stream))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		host := &fakeHost{install: func(ctx context.Context, _ plan.Plan, held *secret.Store, sink event.Sink) (Result, error) {
			for _, name := range []string{command.Passphrase, userPassword} {
				if s, ok := held.Get(name); ok {
					sink.Event(event.Event{Seq: 1, Kind: event.Log, Text: string(s.Bytes())})
				}
			}
			return Result{}, ctx.Err()
		}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		out := &tap{to: io.Discard}
		err := Serve(t.Context(), "server", slowly{bytes.NewReader(stream)}, out, host)
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > mostMemory+200*uint64(len(stream)) {
			t.Errorf("%d bytes cost %d MiB", len(stream), grown>>20)
		}
		if host.broken != "" {
			t.Error(host.broken)
		}
		for _, held := range []string{canary, canaryPassword} {
			if !strings.Contains(string(messagesIn(stream)), held) && bytes.Contains(out.bytes(), []byte(held)) {
				t.Errorf("a secret is in an answer (%v)", err)
			}
		}
	})
}

// messagesIn gives the messages at the beginning of a stream.
func messagesIn(stream []byte) (all []byte) {
	for r := bytes.NewReader(stream); ; {
		f, err := readFrame(r, mostMessage)
		if err != nil {
			return all
		}
		all = append(append(all, f.message...), f.name...)
		f.wipe()
	}
}
