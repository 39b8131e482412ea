package helper

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/secret"
)

// slowHost does what takes time until it is told to end.
type slowHost struct {
	fakeHost
	under   atomic.Int32 // operations under way
	most    atomic.Int32 // of them at once
	stopped chan struct{}
}

func (h *slowHost) wait(ctx context.Context) error {
	if n := h.under.Add(1); n > h.most.Load() {
		h.most.Store(n)
	}
	defer h.under.Add(-1)
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-h.stopped:
		return nil
	}
}

func (h *slowHost) Prepare(ctx context.Context, _ plan.Plan, secrets *secret.Store) error {
	if held, ok := secrets.Get(command.Passphrase); !ok || string(held.Bytes()) != canary {
		h.broken = "a key is derived without the passphrase"
	}
	return h.wait(ctx)
}

func (h *slowHost) Recall(ctx context.Context, disk string, _ *secret.Store) (plan.Plan, error) {
	return plan.Plan{}, errors.Join(h.wait(ctx), fmt.Errorf("cannot continue on %q", disk))
}

func (h *slowHost) Watch(ctx context.Context, sink event.Sink) error {
	sink.Event(event.Event{Seq: 1, Kind: event.StepStart, Step: "install"})
	return h.wait(ctx)
}

func (h *slowHost) Stop(context.Context) error { close(h.stopped); return nil }

func ask(id int, op, more string) string {
	return msg(fmt.Sprintf(`{"request":{"id":%d,"op":%q%s}}`, id, op, more))
}

// TestNewOperationsOutOfOrder asks for what needs something before it, while something else is under way, or twice.
func TestNewOperationsOutOfOrder(t *testing.T) {
	propose, hash := proposing(t, 10)
	withHash := fmt.Sprintf(`,"hash":%q`, hash)
	synctest.Test(t, func(t *testing.T) {
		host := &slowHost{stopped: make(chan struct{})}
		c := converse(t, host)
		c.say(greeting)
		for _, row := range []struct {
			say  string
			id   uint64
			code Code
			want string
		}{
			{ask(1, "prepare", withHash), 1, CodePlan, "no plan with this hash"},
			{ask(2, "prepare", ""), 2, CodePlan, "no plan with this hash"},
			{sec(command.Passphrase, canary) + ask(3, "prepare", withHash), 3, CodePlan, "no plan with this hash"}, // a passphrase is no plan
			{propose, 10, "", ""},
			{ask(11, "prepare", withHash), 11, CodeSecrets, "the passphrase was not given"}, // it was forgotten with the proposal
			{ask(12, "prepare", `,"hash":"0"`), 12, CodePlan, "no plan with this hash"},
			{sec(userPassword, canaryPassword) + ask(13, "prepare", withHash), 13, CodeSecrets, "the passphrase was not given"},
			{ask(14, "recall", `,"disk":5`), 14, CodeMalformed, ""},
			{ask(15, "watch", `,"sink":"x"`), 15, CodeMalformed, `unknown field "sink"`},
		} {
			c.say(row.say)
			c.hear(row.id, row.code, row.want)
		}
		c.say(sec(command.Passphrase, canary), ask(20, "prepare", withHash))
		synctest.Wait()
		for i, op := range []string{"facts", "propose", "apply", "prepare", "recall", "watch", "stop", "release", "reboot"} {
			c.say(ask(21+i, op, withHash))
			c.hear(uint64(21+i), CodeBusy, "an operation is under way")
		}
		c.say(sec(command.Passphrase, canary+"2")) // nobody changes it under the derivation
		c.hear(0, CodeSecrets, "nobody asked for it")
		c.say(ask(40, "cancel", ""))
		c.hear(40, "")
		c.hear(20, CodeHost, "cancelled")
		c.say(ask(41, "recall", `,"disk":"/dev/\u001b[2J"`), ask(42, "recall", `,"disk":"/dev/x"`))
		c.hear(42, CodeBusy, "")
		c.say(ask(43, "cancel", ""))
		c.hear(43, "")
		c.hear(41, CodeHost, "cannot continue")
		c.say(ask(44, "apply", withHash)) // what was recalled took the secrets with it
		c.hear(44, CodeSecrets, "the passphrase was not given")
		c.say(ask(50, "watch", ""), ask(51, "watch", ""))
		c.hear(51, CodeBusy, "")
		c.say(ask(52, "apply", withHash))
		c.hear(52, CodeBusy, "")
		c.say(ask(53, "stop", ""))
		for range 2 { // the watch ends because it was stopped; who is answered first is open
			m := <-c.heard
			for m.Reply == nil {
				m = <-c.heard
			}
			if m.Reply.Error != nil || m.Reply.ID != 50 && m.Reply.ID != 53 {
				t.Errorf("%+v", m.Reply)
			}
		}
		if err := c.end(); err != nil {
			t.Error(err)
		}
		if host.broken != "" || host.installs+host.reboots != 0 || host.most.Load() != 1 {
			t.Errorf("%q, %d runs, %d reboots, %d at once", host.broken, host.installs, host.reboots, host.most.Load())
		}
	})
}

// TestWindowGoneWhilePreparing wants the derivation to end and the secrets to be gone when nobody is there any more.
func TestWindowGoneWhilePreparing(t *testing.T) {
	propose, hash := proposing(t, 1)
	for _, op := range []string{"prepare", "recall", "watch"} {
		synctest.Test(t, func(t *testing.T) {
			host := &slowHost{stopped: make(chan struct{})}
			c := converse(t, host)
			c.say(greeting, propose)
			c.hear(1, "")
			c.say(sec(command.Passphrase, canary), ask(2, op, fmt.Sprintf(`,"hash":%q`, hash)))
			synctest.Wait()
			if host.under.Load() != 1 {
				t.Errorf("%s did not begin", op)
			}
			if err := c.end(); err != nil {
				t.Error(err)
			}
			if host.under.Load() != 0 || host.broken != "" {
				t.Errorf("%s goes on without a window; %s", op, host.broken)
			}
		})
	}
}

// TestStopIsAskedManyTimes presses the button again and again while another installation is watched: one at a time is passed on.
func TestStopIsAskedManyTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &patientHost{later: make(chan struct{})}
		c := converse(t, host)
		c.say(greeting, ask(1, "watch", ""), ask(2, "stop", ""))
		synctest.Wait()
		for i := range 50 {
			c.say(ask(3+i, "stop", ""))
			c.hear(uint64(3+i), CodeBusy, "it is being stopped")
		}
		close(host.later)
		c.hear(2, "")
		c.say(ask(60, "stop", ""))
		c.hear(60, "")
		if err := c.end(); err != nil {
			t.Error(err)
		}
		if host.stops.Load() != 2 {
			t.Errorf("%d were passed on", host.stops.Load())
		}
	})
}

// patientHost watches until nobody does, and takes its time to stop.
type patientHost struct {
	fakeHost
	stops atomic.Int32
	later chan struct{}
}

func (h *patientHost) Watch(ctx context.Context, _ event.Sink) error { <-ctx.Done(); return nil }
func (h *patientHost) Stop(context.Context) error                    { h.stops.Add(1); <-h.later; return nil }

// TestFloodOfTinyFrames sends a hundred thousand frames that mean nothing, and reads the answers: memory stays, and the session serves on.
func TestFloodOfTinyFrames(t *testing.T) {
	const frames = 100_000
	for name, tiny := range map[string]string{
		"empty messages": msg(""), "unknown kinds": raw(9, ""), "secrets nobody wants": sec("x", "y"), "secrets without a name": raw(secretFrame, "\x00"),
		"a passphrase again and again": sec(command.Passphrase, canary),
	} {
		t.Run(name, func(t *testing.T) {
			inRead, inWrite := io.Pipe()
			outRead, outWrite := io.Pipe()
			ended := make(chan error, 1)
			go func() {
				ended <- Serve(context.Background(), "server", inRead, outWrite, &fakeHost{})
				_, _ = inRead.Close(), outWrite.Close()
			}()
			answered := make(chan int, 1)
			go func() {
				n := 0
				for {
					f, err := readFrame(outRead, mostMessage)
					if err != nil {
						answered <- n
						return
					}
					if n++; strings.Contains(string(f.message), `"id":7`) {
						_ = inWrite.Close()
					}
				}
			}()
			grown := peak(func() {
				_, _ = io.WriteString(inWrite, greeting)
				packed := strings.Repeat(tiny, 100)
				for range frames / 100 {
					_, _ = io.WriteString(inWrite, packed)
				}
				_, _ = io.WriteString(inWrite, ask(7, "cancel", ""))
				select {
				case err := <-ended:
					if err != nil && !strings.Contains(err.Error(), "not read") {
						t.Error(err)
					}
				case <-time.After(60 * time.Second):
					t.Error("it does not come to an end")
				}
			})
			if grown > mostMemory {
				t.Errorf("it takes %d MiB", grown>>20)
			}
			if n := <-answered; n < 1 {
				t.Error("nothing was answered")
			}
		})
	}
}

// TestHalfOpen is a window that says one byte an hour, and then no more: nothing is held up, and the end of the context ends it.
func TestHalfOpen(t *testing.T) {
	for _, said := range []string{"", "\x00", greeting, greeting + "\x00\x00\x00\x20\x01{\"request", greeting + "\x00\x00\x00\x19\x02\x0apassphrasehun"} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			inRead, inWrite := io.Pipe()
			ended := make(chan error, 1)
			go func() { ended <- Serve(ctx, "server", inRead, io.Discard, &fakeHost{}) }()
			for i := range len(said) {
				if _, err := io.WriteString(inWrite, said[i:i+1]); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
			}
			synctest.Wait()
			select {
			case err := <-ended:
				t.Errorf("after %q it ended with %v", said, err)
			default:
			}
			why := errors.New("asked to end")
			cancel(why)
			if err := <-ended; !errors.Is(err, why) {
				t.Errorf("after %q: %v", said, err)
			}
			_ = inWrite.Close() // lets the reader that was left behind end
		})
	}
}
