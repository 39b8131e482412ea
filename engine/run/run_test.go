package run_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/run"
	"lethe/engine/step"
	"lethe/engine/target"
	"lethe/engine/tool"
	"lethe/engine/verify"
)

func TestWholeRunWithRealTools(t *testing.T) {
	for _, encrypt := range []bool{false, true} {
		t.Run(fmt.Sprintf("encrypt=%v", encrypt), func(t *testing.T) {
			s := newScene(t, oldImage(t), encrypt)
			s.tools.On(tool.Exec{}.Run, makers...)
			result, err := s.runner.Run(t.Context(), s.env)
			s.check(t, result, err)
			if err != nil || !result.Report.OK() || len(result.Report.Checks) < 8 {
				t.Fatalf("%v: %+v", err, result.Report)
			}
			// What a rehearsal cannot prove is never called done.
			open := slices.ContainsFunc(result.Report.Checks, func(c verify.Check) bool {
				return c.Name == "nix file system" && c.Status == verify.NotRehearsed
			})
			said := slices.ContainsFunc(s.seen.Events(), func(e event.Event) bool {
				return e.Step == "format-nix" && e.Kind == event.StepDone && e.Status == string(verify.NotRehearsed)
			})
			if encrypt != open || encrypt != said {
				t.Errorf("left open in the report: %v, and said by an event: %v", open, said)
			}
		})
	}
}

// played is a step that does nothing but remember.
type played struct {
	id            string
	log           *[]string
	doErr, undErr error
	before        func(*step.Env)
}

func (p played) Do(_ context.Context, e *step.Env) error {
	*p.log = append(*p.log, "do "+p.id)
	if p.before != nil {
		p.before(e)
	}
	return p.doErr
}

func (p played) Undo(ctx context.Context, _ *step.Env) error {
	if ctx.Err() != nil {
		*p.log = append(*p.log, "cancelled")
	}
	*p.log = append(*p.log, "undo "+p.id)
	return p.undErr
}

// heldTarget is a target that may fail to be released.
type heldTarget struct {
	target.Target
	released *int
	err      error
}

func (h heldTarget) Release() error { *h.released++; return h.err }

// play runs a plan of three played steps, a, b and c.
func play(t *testing.T, ctx context.Context, change func(string, *played), release error) (log []string, released int, events []event.Event, result run.Result, err error) {
	t.Helper()
	s := newScene(t, oldImage(t), false)
	s.env.Plan.Steps = []plan.Step{{ID: "a", Title: "Step a", Weight: 1}, {ID: "b", Title: "Step b", Weight: 2}, {ID: "c", Title: "Step c", Weight: 1}}
	s.runner.For = func(p plan.Step) (step.Doer, error) {
		d := played{id: p.ID, log: &log}
		if p.ID == "a" {
			d.before = func(e *step.Env) { e.Target = heldTarget{released: &released, err: release} }
		}
		if p.ID == "c" {
			d.before = func(e *step.Env) { e.Mark(step.Complete) }
		}
		change(p.ID, &d)
		return d, nil
	}
	result, err = s.runner.Run(ctx, s.env)
	wellFormed(t, s.env.Plan, s.seen.Events(), result, err)
	return log, released, s.seen.Events(), result, err
}

func unchanged(string, *played) {}

func TestOrder(t *testing.T) {
	log, released, events, _, err := play(t, t.Context(), unchanged, nil)
	if got := strings.Join(log, ", "); err != nil || got != "do a, do b, do c" || released != 1 {
		t.Errorf("%s; released %d times; %v", got, released, err)
	}
	var shares []float64
	for _, e := range events {
		if e.Kind == event.StepDone {
			shares = append(shares, e.Done)
		}
	}
	if !slices.Equal(shares, []float64{0.25, 0.75, 1}) {
		t.Errorf("progress went %v", shares)
	}
}

func TestUndoIsInReverseAndGoesOn(t *testing.T) {
	undone := errors.New("cannot put it back")
	log, released, events, result, err := play(t, t.Context(), func(id string, p *played) {
		switch id {
		case "b":
			p.undErr = undone
		case "c":
			p.doErr, p.before = errBroken, nil
		}
	}, nil)
	if got := strings.Join(log, ", "); got != "do a, do b, do c, undo c, undo b, undo a" || released != 1 {
		t.Errorf("%s; released %d times", got, released)
	}
	if !errors.Is(err, errBroken) || !errors.Is(err, undone) || !strings.Contains(err.Error(), "cannot undo step “Step b”") || result.Cancelled {
		t.Errorf("got %v", err)
	}
	failed := slices.IndexFunc(events, func(e event.Event) bool { return e.Kind == event.UndoFailed })
	if failed < 0 || events[failed].Step != "b" || events[failed].Text != undone.Error() {
		t.Error("no event tells of the failed undo")
	}
}

func TestUndoIsNotCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	log, _, _, result, err := play(t, ctx, func(id string, p *played) {
		if id == "b" {
			p.before = func(*step.Env) { cancel() }
			p.doErr = context.Canceled
		}
	}, nil)
	if got := strings.Join(log, ", "); got != "do a, do b, undo b, undo a" || !result.Cancelled || !errors.Is(err, context.Canceled) {
		t.Errorf("%s; %v", got, err)
	}
}

func TestARealFailureDuringACancelIsAFailure(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	_, _, _, result, err := play(t, ctx, func(id string, p *played) {
		if id == "b" {
			p.before = func(*step.Env) { cancel(errStopped) }
			p.doErr = errBroken
		}
	}, nil)
	if result.Cancelled || !errors.Is(err, errBroken) {
		t.Errorf("cancelled %v: %v", result.Cancelled, err)
	}
}

func TestReleaseThatFailsIsAFailure(t *testing.T) {
	_, released, _, result, err := play(t, t.Context(), unchanged, errBroken)
	if result.State != step.Incomplete || !errors.Is(err, errBroken) || released != 1 {
		t.Errorf("%s, released %d times: %v", result.State, released, err)
	}
}

func TestUnknownKindIsRefusedBeforeTheStart(t *testing.T) {
	s := newScene(t, oldImage(t), false)
	s.env.Plan.Steps[3].Kind = "defragment"
	result, err := s.runner.Run(t.Context(), s.env)
	if err == nil || !strings.Contains(err.Error(), `knows no kind "defragment"`) || result.State != step.Untouched {
		t.Errorf("%s: %v", result.State, err)
	}
	if len(s.seen.Events()) != 0 || plantest.Digest(t, s.image) != s.before {
		t.Error("something happened all the same")
	}
}

func TestElapsedComesFromTheClock(t *testing.T) {
	s := newScene(t, oldImage(t), false)
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	s.runner.Now = func() time.Time { now = now.Add(time.Second); return now }
	s.env.Plan.Grade = "shown"
	result, err := s.runner.Run(t.Context(), s.env)
	last := s.seen.Events()[len(s.seen.Events())-1]
	if err == nil || result.Elapsed < 5*time.Second || last.Millis == 0 || last.Time.Year() != 2026 {
		t.Errorf("%v, %+v", result.Elapsed, last)
	}
}
