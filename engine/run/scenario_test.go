package run_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/run"
	"lethe/engine/step"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

var (
	errBroken  = errors.New("something broke")
	errStopped = errors.New("the user said stop")
)

// wrapped lets a test meddle with one step.
type wrapped struct {
	step.Doer
	do func(ctx context.Context, e *step.Env, real step.Doer) error
}

func (w wrapped) Do(ctx context.Context, e *step.Env) error { return w.do(ctx, e, w.Doer) }

// meddle replaces the Do of one step.
func (s *scene) meddle(id string, do func(ctx context.Context, e *step.Env, real step.Doer) error) {
	s.runner.For = func(p plan.Step) (step.Doer, error) {
		real, err := step.For(p)
		if p.ID == id && err == nil {
			return wrapped{real, do}, nil
		}
		return real, err
	}
}

// mishaps are the ways in which a step goes wrong.
var mishaps = []struct {
	name      string
	done      bool // the step did its work all the same
	cancelled bool
	do        func(cancel func()) func(context.Context, *step.Env, step.Doer) error
}{
	{"fails before it does anything", false, false, func(func()) func(context.Context, *step.Env, step.Doer) error {
		return func(context.Context, *step.Env, step.Doer) error { return errBroken }
	}},
	{"fails after its work", true, false, func(func()) func(context.Context, *step.Env, step.Doer) error {
		return func(ctx context.Context, e *step.Env, real step.Doer) error {
			return errors.Join(real.Do(ctx, e), errBroken)
		}
	}},
	{"is cancelled before it begins", false, true, func(cancel func()) func(context.Context, *step.Env, step.Doer) error {
		return func(ctx context.Context, e *step.Env, real step.Doer) error {
			cancel()
			return real.Do(ctx, e)
		}
	}},
	{"hangs after its work until cancelled", true, true, func(cancel func()) func(context.Context, *step.Env, step.Doer) error {
		return func(ctx context.Context, e *step.Env, real step.Doer) error {
			if err := real.Do(ctx, e); err != nil {
				return err
			}
			time.AfterFunc(5*time.Millisecond, cancel)
			<-ctx.Done()
			return context.Cause(ctx)
		}
	}},
}

// formats tells whether a step puts something new on the disk for good.
func formats(s plan.Step) bool { return s.Kind == plan.Format || s.Kind == plan.Encrypt }

// expected is the state after the steps up to last were done.
func expected(steps []plan.Step) step.DiskState {
	state := step.Untouched
	for _, s := range steps {
		switch {
		case s.NotRehearsed != "":
		case s.Kind == plan.Install:
			return step.Prepared
		case formats(s):
			state = step.Incomplete
		case s.Erases && state != step.Incomplete:
			state = step.Restored
		}
	}
	return state
}

func TestEveryStepEveryMishap(t *testing.T) {
	for _, encrypt := range []bool{false, true} {
		steps := newScene(t, oldImage(t), encrypt).env.Plan.Steps
		for i, s := range steps {
			if s.NotRehearsed != "" || s.Kind == plan.Verify { // verification has its own test
				continue
			}
			for _, m := range mishaps {
				t.Run(fmt.Sprintf("encrypt=%v/%s/%s", encrypt, s.ID, m.name), func(t *testing.T) {
					scene := newScene(t, oldImage(t), encrypt)
					ctx, cancel := context.WithCancelCause(t.Context())
					scene.meddle(s.ID, m.do(func() { cancel(errStopped) }))
					result, err := scene.runner.Run(ctx, scene.env)
					scene.check(t, result, err)
					did := steps[:i]
					if m.done {
						did = steps[:i+1]
					}
					// A step that formats may have begun when the cancel came: then nobody may promise the old content.
					want := expected(did)
					if m.cancelled && !m.done && formats(s) && result.State == step.Incomplete {
						want = step.Incomplete
					}
					if result.State != want || result.Cancelled != m.cancelled {
						t.Errorf("%s, cancelled %v; want %s: %v", result.State, result.Cancelled, want, err)
					}
					cause := errBroken
					if m.cancelled {
						cause = errStopped
					}
					if !errors.Is(err, cause) && (!m.cancelled || !errors.Is(err, context.Canceled)) {
						t.Errorf("the cause is lost: %v", err)
					}
				})
			}
		}
	}
}

// toolMishaps are the ways in which a program goes wrong under a step.
var toolMishaps = []struct {
	name      string
	cancelled bool
	play      func(cancel func()) tooltest.Handler
}{
	{"fails", false, func(func()) tooltest.Handler { return tooltest.Fails(1, "no space left on device") }},
	{"is cancelled and still succeeds", true, func(cancel func()) tooltest.Handler {
		return func(ctx context.Context, call tool.Call) (tool.Result, error) {
			cancel()
			return scribble(ctx, call)
		}
	}},
	{"hangs and is cancelled", true, func(cancel func()) tooltest.Handler {
		started := make(chan struct{})
		go func() { <-started; cancel() }()
		return tooltest.Hangs(started)
	}},
}

func TestEveryProgramEveryMishap(t *testing.T) {
	for _, row := range []struct {
		program, step string
		encrypt       bool
	}{
		{"cryptsetup", "encrypt", true}, {"mkfs.fat", "format-esp", false}, {"mkswap", "format-swap", false}, {"mkfs.ext4", "format-nix", false},
	} {
		for _, m := range toolMishaps {
			t.Run(row.program+" "+m.name, func(t *testing.T) {
				scene := newScene(t, oldImage(t), row.encrypt)
				ctx, cancel := context.WithCancelCause(t.Context())
				scene.tools.On(m.play(func() { cancel(errStopped) }), row.program)
				result, err := scene.runner.Run(ctx, scene.env)
				scene.check(t, result, err)
				var failure *run.StepError
				if !errors.As(err, &failure) || failure.Step.ID != row.step || result.State != step.Incomplete && result.State != step.Restored {
					t.Errorf("%s: %v", result.State, err)
				}
				var broken *tool.Error
				if m.cancelled && !errors.Is(err, errStopped) || !m.cancelled && (!errors.As(err, &broken) || broken.Exit != 1) {
					t.Errorf("the cause is lost: %v", err)
				}
			})
		}
	}
}

func TestVerificationMishaps(t *testing.T) {
	t.Run("finds what the tools did wrong", func(t *testing.T) {
		scene := newScene(t, oldImage(t), false) // the played programs made no file systems
		result, err := scene.runner.Run(t.Context(), scene.env)
		scene.check(t, result, err)
		if result.State != step.Incomplete || result.Report.OK() {
			t.Errorf("%s, %+v", result.State, result.Report)
		}
		for _, c := range result.Report.Checks {
			if c.Name == "partition table" && c.Status != "passed" || c.Name == "nix file system" && c.Status != "failed" {
				t.Errorf("%+v", c)
			}
		}
	})
	for _, m := range toolMishaps[1:] {
		t.Run("program "+m.name, func(t *testing.T) {
			scene := newScene(t, oldImage(t), false)
			ctx, cancel := context.WithCancelCause(t.Context())
			scene.tools.On(m.play(func() { cancel(errStopped) }), "parted")
			result, err := scene.runner.Run(ctx, scene.env)
			scene.check(t, result, err)
			if result.State != step.Incomplete || !result.Cancelled || !errors.Is(err, errStopped) {
				t.Errorf("%s, %v", result.State, err)
			}
		})
	}
}

// TestWhatWasNotBegunIsUndone lets the program that would format first, or a later one, not even start, as where no memory is left.
func TestWhatWasNotBegunIsUndone(t *testing.T) {
	for _, row := range []struct {
		encrypt bool
		program string
		want    step.DiskState
	}{
		{true, "cryptsetup", step.Restored}, {false, "mkfs.fat", step.Restored}, {true, "mkfs.fat", step.Incomplete}, {false, "mkfs.ext4", step.Incomplete},
	} {
		t.Run(fmt.Sprintf("%s/encrypt=%v", row.program, row.encrypt), func(t *testing.T) {
			s := newStage(t, row.encrypt)
			s.tools.On(func(_ context.Context, call tool.Call) (tool.Result, error) {
				return tool.Result{}, &tool.Error{Command: call.Command, Exit: -1, Cause: fmt.Errorf("%w: %w", tool.ErrNotBegun, syscall.ENOMEM)}
			}, row.program)
			result, err := s.runner.Run(t.Context(), s.env)
			s.check(t, result, err)
			if !errors.Is(err, syscall.ENOMEM) || result.State != row.want {
				t.Errorf("%s: %v", result.State, err)
			}
		})
	}
}

func TestNoStepStartsAfterACancel(t *testing.T) {
	scene := newScene(t, oldImage(t), false)
	ctx, cancel := context.WithCancelCause(t.Context())
	scene.meddle("partition", func(ctx context.Context, e *step.Env, real step.Doer) error {
		err := real.Do(ctx, e)
		cancel(errStopped) // too late for this step, in time for the next
		return err
	})
	result, err := scene.runner.Run(ctx, scene.env)
	scene.check(t, result, err)
	for _, e := range scene.seen.Events() {
		if e.Kind == event.StepStart && e.Step == "format-esp" {
			t.Error("a step started after the cancel")
		}
	}
	writes := slices.ContainsFunc(scene.tools.Calls(), func(c command.Command) bool { return slices.Contains(makers, c.Name) })
	if result.State != step.Restored || !result.Cancelled || writes {
		t.Errorf("%s: %v", result.State, err)
	}
}

func TestCancelledBeforeTheStart(t *testing.T) {
	scene := newScene(t, oldImage(t), true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	result, err := scene.runner.Run(ctx, scene.env)
	scene.check(t, result, err)
	if result.State != step.Untouched || !result.Cancelled || len(scene.tools.Calls()) != 0 {
		t.Errorf("%s after %d calls: %v", result.State, len(scene.tools.Calls()), err)
	}
}
