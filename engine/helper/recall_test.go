package helper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/step"
)

// recallingHost knows an unfinished installation and one that runs elsewhere. It keeps what the secrets' memory was, to look at it later.
type recallingHost struct {
	fakeHost
	plan   plan.Plan
	err    error
	disk   string
	given  []string
	late   [][]byte
	events []event.Event
	stops  int
}

// see notes the passphrase that came.
func (h *recallingHost) see(secrets *secret.Store) {
	held, ok := secrets.Get(command.Passphrase)
	if !ok {
		h.given = append(h.given, "")
		return
	}
	h.given = append(h.given, string(held.Bytes()))
	h.late = append(h.late, held.Bytes())
}

func (h *recallingHost) Recall(_ context.Context, disk string, secrets *secret.Store) (plan.Plan, error) {
	h.disk = disk
	h.see(secrets)
	return h.plan, h.err
}

func (h *recallingHost) Prepare(_ context.Context, p plan.Plan, secrets *secret.Store) error {
	hash, err := p.Hash()
	h.disk = hash
	h.see(secrets)
	return errors.Join(err, h.err)
}

func (h *recallingHost) Watch(ctx context.Context, sink event.Sink) error {
	for _, e := range h.events {
		sink.Event(e)
	}
	if h.err == nil {
		return nil
	}
	<-ctx.Done()
	return h.err
}

func (h *recallingHost) Stop(context.Context) error { h.stops++; return h.err }

// wiped fails when a secret is still in memory.
func (h *recallingHost) wiped(t *testing.T) {
	t.Helper()
	for _, text := range h.late {
		if len(text) == 0 || !bytes.Equal(text, make([]byte, len(text))) {
			t.Errorf("the helper's memory holds %q", text)
		}
	}
}

func TestRecall(t *testing.T) {
	h := &recallingHost{plan: testPlan(t)}
	c := serve(t, h)
	got, err := c.Recall(t.Context(), "/dev/played", testSecrets())
	want, hashErr := h.plan.Hash()
	is, gotErr := got.Hash()
	if err := errors.Join(err, hashErr, gotErr); err != nil || is != want || h.disk != "/dev/played" {
		t.Errorf("%s instead of %s for %s: %v", is, want, h.disk, err)
	}
	if len(h.given) != 1 || h.given[0] != canary {
		t.Errorf("with the passphrase %q", h.given)
	}
	h.wiped(t)
	if bytes.Contains(c.in.bytes(), []byte(canaryPassword)) {
		t.Error("a password was sent that nobody needs")
	}
	if _, err := c.Recall(t.Context(), "/dev/plain", secret.NewStore()); err != nil || h.given[1] != "" {
		t.Errorf("without a passphrase: %q, %v", h.given, err)
	}
	if _, err := c.Install(t.Context(), testPlan(t), testSecrets(), event.SinkFunc(func(event.Event) {})); err != nil || h.installs != 1 {
		t.Errorf("after a look there is no installing any more: %v", err)
	}
}

func TestRecallThatFails(t *testing.T) {
	h := &recallingHost{err: errors.New("cannot continue: " + canary + " does not open it; start over")}
	c := serve(t, h)
	_, err := c.Recall(t.Context(), "/dev/played", testSecrets())
	_ = wantError(t, err, CodeHost, "cannot continue: [redacted] does not open it; start over")
	if bytes.Contains(c.out.bytes(), []byte(canary)) {
		t.Error("the passphrase was said")
	}
	h.wiped(t)
	h.err, h.plan = nil, testPlan(t)
	if _, err := c.Recall(t.Context(), "/dev/played", testSecrets()); err != nil {
		t.Errorf("the second attempt: %v", err)
	}
	h.wiped(t)
}

func TestPrepare(t *testing.T) {
	h := &recallingHost{}
	c := serve(t, h)
	p := testPlan(t)
	if err := c.Prepare(t.Context(), p, testSecrets()); err != nil {
		t.Fatal(err)
	}
	if hash, err := p.Hash(); err != nil || h.disk != hash || len(h.given) != 1 || h.given[0] != canary {
		t.Errorf("prepared %s with %q, %v", h.disk, h.given, err)
	}
	if h.err = errors.New("cannot derive"); c.Prepare(t.Context(), p, testSecrets()) == nil {
		t.Error("an error is lost")
	}
	h.err = nil
	if _, err := c.Install(t.Context(), p, testSecrets(), event.SinkFunc(func(event.Event) {})); err != nil {
		t.Errorf("after preparing: %v", err)
	}
	h.wiped(t)
	h.accept = func(context.Context, plan.Plan) error { return errors.New("no") }
	if err := c.Prepare(t.Context(), p, testSecrets()); err == nil || len(h.given) != 2 {
		t.Errorf("a plan that was refused is prepared: %v", err)
	}
}

func TestWatchAndStop(t *testing.T) {
	h := &recallingHost{events: []event.Event{
		{Seq: 1, Kind: event.RunStart, Title: "x"}, {Seq: 2, Kind: event.Log, Text: "y"}, {Seq: 3, Kind: event.RunDone, Done: 1, Disk: "complete"},
	}}
	c := serve(t, h)
	var seen event.Recorder
	if err := c.Watch(t.Context(), &seen); err != nil || !cmp.Equal(seen.Events(), h.events) {
		t.Errorf("%v: %s", err, cmp.Diff(h.events, seen.Events()))
	}
	if err := c.Stop(t.Context()); err != nil || h.stops != 1 {
		t.Errorf("%d, %v", h.stops, err)
	}
	h.err = errors.New("cannot watch any longer")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := c.Watch(ctx, &seen); err == nil {
		t.Error("a watch that was ended says nothing")
	}
	if _, err := c.Facts(t.Context()); err != nil {
		t.Errorf("after a watch the helper is of no more use: %v", err)
	}
}

// TestWindowGoneFromAContinuedRun ends the input at each step of a plan that continues: before nixos-install everything is let go of, after
// it the run is finished.
func TestWindowGoneFromAContinuedRun(t *testing.T) {
	for at, finish := range map[string]bool{"check": false, "open": false, "mount": false, "install": true, "handover": true, "verify": true, "close": true} {
		t.Run(at, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := make(chan struct{})
				var cause error
				host := &fakeHost{install: func(ctx context.Context, p plan.Plan, _ *secret.Store, sink event.Sink) (Result, error) {
					for i, s := range p.Steps {
						sink.Event(event.Event{Seq: uint64(i + 1), Kind: event.StepStart, Step: s.ID})
						if s.ID == at {
							break
						}
					}
					close(begun)
					select {
					case <-ctx.Done():
					case <-time.After(time.Hour):
					}
					cause = context.Cause(ctx)
					return Result{State: step.Prepared}, cause
				}}
				p := testPlan(t)
				p.Secrets, p.Steps = []string{command.Passphrase}, nil
				for _, kind := range []plan.Kind{plan.Check, plan.Open, plan.Mount, plan.Install, plan.Handover, plan.Verify, plan.Close} {
					p.Steps = append(p.Steps, plan.Step{ID: string(kind), Kind: kind})
				}
				hash, err := p.Hash()
				if err != nil {
					t.Fatal(err)
				}
				c := converse(t, host)
				c.say(greeting, msg(fmt.Sprintf(`{"request":{"id":1,"op":"propose","hash":%q,"plan":%s}}`, hash, mustJSON(t, p))))
				c.hear(1, "")
				c.say(sec(command.Passphrase, canary), msg(fmt.Sprintf(`{"request":{"id":2,"op":"apply","hash":%q}}`, hash)))
				<-begun
				if err := c.end(); err != nil {
					t.Errorf("Serve gives %v", err)
				}
				if finished := cause == nil; finished != finish || !finished && !errors.Is(cause, context.Canceled) {
					t.Errorf("the run ended with %v", cause)
				}
			})
		})
	}
}
