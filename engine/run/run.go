// Package run executes a plan: order, cancel, undo in reverse order, and the events that tell of it.
//
// It guarantees that no step starts after a cancel, that a failed or cancelled run undoes every step it began, in
// reverse order and with the cancel no longer in force, that the target is released on every path, and that the
// last event says in which state the disk is. It knows nothing of what the steps do.
package run

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"golang.org/x/sys/unix"

	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/step"
	"lethe/engine/verify"
)

// Result is how a run ended.
type Result struct {
	State     step.DiskState
	Report    verify.Report
	Elapsed   time.Duration
	Cancelled bool
	// Next says, after a run that ended before its time, what the disk holds and what to do; see [StepError].
	Next string
}

// Runner runs plans.
type Runner struct {
	// For gives the doer of a step; step.For is the real one.
	For func(plan.Step) (step.Doer, error)
	// Sink takes the events.
	Sink event.Sink
	// Now is the clock.
	Now func() time.Time
	// Tick is how often a step under way is said to have come further, by its weight; 0 means never.
	Tick time.Duration
	// Silence gives how long a program may say nothing before an event asks whether to go on; nil means for ever.
	Silence func(program string) time.Duration
	// Notes are told in the log of the first step.
	Notes []string
}

// undoDeadline bounds the undoing of one step. Unmounting writes out what is still in memory, which takes a while on a slow disk.
const undoDeadline = time.Minute

// StepError is a step that failed, with the disk's state and what to do next.
type StepError struct {
	Step  plan.Step
	Cause error
	State step.DiskState
	// Next says what to do now, after a sentence on the disk.
	Next string
	// Cancelled tells that somebody wanted it so.
	Cancelled bool
}

// Error names the step, the cause in full, the disk's state and what to do next.
func (e *StepError) Error() string {
	next := e.Next
	if next == "" {
		next = e.State.Sentence()
	}
	if e.Cancelled {
		return fmt.Sprintf("cancelled in step “%s”: %v\n%s", e.Step.Title, e.Cause, next)
	}
	return fmt.Sprintf("cannot finish step “%s”: %v\n%s", e.Step.Title, e.Cause, next)
}

// advice is what the disk holds, and what to do. What a run that continues was made from stays on the disk, whatever is kept of itself.
func advice(e *step.Env, state step.DiskState, cancelled bool) string {
	text := state.Sentence() + " " + state.Next(e.Plan, cancelled)
	if state == step.Prepared && e.Unkept && !e.Plan.Continues {
		text += " Do not restart this machine before: the disk did not take what it could be continued by then."
	}
	return text
}

// Unwrap gives the cause.
func (e *StepError) Unwrap() error { return e.Cause }

// errGone comes before what a program said of a disk that went away in the middle, such as that there is no space left.
var errGone = errors.New("the disk is no longer there: it was unplugged, or it failed; connect it firmly and look at the disks again before you go on")

// errMedium comes before what the kernel says where a disk tells that a write, or a read, failed at the medium: "no data available".
var errMedium = errors.New("the disk says that it cannot write or read there (a medium error), as one does that is about to fail; take another disk")

// begun is a step whose Do was called.
type begun struct {
	step plan.Step
	doer step.Doer
}

// pass is one run under way.
type pass struct {
	runner  Runner
	env     *step.Env
	stream  *event.Stream
	begun   []begun
	current plan.Step
	weight  int // of finished steps
	// fraction is how far the current step says it is.
	fraction figure
	started  time.Time
}

// Run runs the plan in env to its end. The error is a [*StepError], or says why the run could not begin.
func (r Runner) Run(ctx context.Context, env *step.Env) (Result, error) {
	w := &pass{
		runner: r, env: env, started: r.Now(),
		stream: event.NewStream(r.Sink, r.Now, env.Secrets.Redact),
	}
	env.Emit, env.Progress = w.emit, w.progress
	defer w.guard()()
	if env.Now == nil {
		env.Now = r.Now
	}
	doers := make([]step.Doer, len(env.Plan.Steps))
	for i, s := range env.Plan.Steps {
		doer, err := r.For(s)
		if err != nil {
			return Result{State: step.Untouched}, err
		}
		doers[i] = doer
	}
	w.emit(event.Event{Kind: event.RunStart, Title: env.Plan.Describe()})
	for i, s := range env.Plan.Steps {
		if err := w.do(ctx, s, doers[i]); err != nil {
			return w.fail(ctx, s, err)
		}
	}
	if err := env.Release(); err != nil {
		env.Mark(step.Incomplete) // nobody knows what reached the disk
		return w.fail(ctx, w.current, err)
	}
	w.emit(event.Event{Kind: event.RunDone, Done: 1, Disk: string(env.State()), Millis: w.elapsed().Milliseconds()})
	return Result{State: env.State(), Report: env.Report, Elapsed: w.elapsed()}, nil
}

// emit fills in what steps do not know.
func (w *pass) emit(e event.Event) {
	if e.Step == "" {
		e.Step = w.current.ID
	}
	if e.Done == 0 {
		e.Done = w.done()
	}
	w.stream.Emit(e)
}

// done is the finished share of the run, with what the current step says of itself.
func (w *pass) done() float64 {
	if total := w.env.Plan.Weight(); total > 0 {
		return (float64(w.weight) + w.fraction.get()*float64(w.current.Weight)) / float64(total)
	}
	return 0
}

func (w *pass) elapsed() time.Duration { return w.runner.Now().Sub(w.started) }

// do runs one step.
func (w *pass) do(ctx context.Context, s plan.Step, doer step.Doer) error {
	w.current = s
	if err := context.Cause(ctx); err != nil {
		return err
	}
	start := w.runner.Now()
	w.emit(event.Event{Kind: event.StepStart, Title: s.Title})
	for _, note := range w.runner.Notes {
		w.emit(event.Event{Kind: event.Log, Text: note})
	}
	w.runner.Notes = nil
	if s.NotRehearsed != "" {
		w.emit(event.Event{Kind: event.StepDone, Title: s.Title, Status: string(verify.NotRehearsed), Text: s.NotRehearsed})
		return nil
	}
	w.begun = append(w.begun, begun{s, doer})
	stop := w.tick(s, start)
	err := doer.Do(ctx, w.env)
	stop()
	if err != nil {
		return err
	}
	w.weight += s.Weight
	w.fraction.set(0)
	w.emit(event.Event{Kind: event.StepDone, Title: s.Title, Millis: w.runner.Now().Sub(start).Milliseconds()})
	return nil
}

// progress tells how far the current step says it is.
func (w *pass) progress(fraction float64, work *event.Work) {
	w.fraction.set(min(max(fraction, w.fraction.get()), 1))
	w.emit(event.Event{Kind: event.Progress, Title: w.current.Title, Work: work})
}

// tick tells how far the step probably is: it comes ever closer to its end and never reaches it. stop waits until no
// more such events come.
func (w *pass) tick(s plan.Step, start time.Time) (stop func()) {
	total := w.env.Plan.Weight()
	if w.runner.Tick == 0 || s.Weight == 0 || total == 0 || s.Kind == plan.Install { // which tells itself
		return func() {}
	}
	before, share := w.done(), float64(s.Weight)/float64(total)
	expected := time.Duration(s.Weight) * (time.Second / 10)
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(w.runner.Tick)
		defer ticker.Stop()
		for {
			select {
			case <-end:
				return
			case now := <-ticker.C:
				part := 1 - math.Exp(-float64(now.Sub(start))/float64(expected))
				w.stream.Emit(event.Event{Kind: event.Progress, Step: s.ID, Title: s.Title, Done: before + share*part})
			}
		}
	}()
	return func() { close(end); <-ended }
}

// fail undoes what was begun and ends the run.
func (w *pass) fail(ctx context.Context, s plan.Step, cause error) (Result, error) {
	switch {
	case w.env.Gone():
		cause = fmt.Errorf("%w: %w", errGone, cause)
	case errors.Is(cause, unix.ENODATA):
		cause = fmt.Errorf("%w: %w", errMedium, cause)
	}
	cancelled, status := errors.Is(cause, context.Canceled) || ctx.Err() != nil && errors.Is(cause, context.Cause(ctx)), ""
	if cancelled {
		status = event.Cancelled
	}
	w.emit(event.Event{Kind: event.StepFailed, Title: s.Title, Status: status, Text: cause.Error()})
	if err := errors.Join(w.undo(), w.env.Release()); err != nil {
		cause = errors.Join(cause, err)
	}
	state := w.env.State()
	failure := &StepError{Step: s, Cause: cause, State: state, Cancelled: cancelled, Next: advice(w.env, state, cancelled)}
	kind := event.RunFailed
	if cancelled {
		kind = event.RunCancelled
	}
	w.emit(event.Event{
		Kind: kind, Step: s.ID, Title: s.Title, Text: cause.Error(), Disk: string(state), Next: failure.Next,
		Millis: w.elapsed().Milliseconds(),
	})
	return Result{State: state, Report: w.env.Report, Elapsed: w.elapsed(), Cancelled: cancelled, Next: failure.Next}, failure
}

// undoOne undoes one step, whatever became of the run's own context.
func (w *pass) undoOne(b begun) error {
	ctx, stop := context.WithTimeout(context.Background(), undoDeadline)
	defer stop()
	return b.doer.Undo(ctx, w.env)
}

// undo undoes in reverse order.
func (w *pass) undo() error {
	var problems []error
	for i := len(w.begun) - 1; i >= 0; i-- {
		b := w.begun[i]
		w.emit(event.Event{Kind: event.UndoStart, Step: b.step.ID, Title: b.step.Title})
		if err := w.undoOne(b); err != nil {
			w.emit(event.Event{Kind: event.UndoFailed, Step: b.step.ID, Title: b.step.Title, Text: err.Error()})
			problems = append(problems, fmt.Errorf("cannot undo step “%s”: %w", b.step.Title, err))
			continue
		}
		w.emit(event.Event{Kind: event.UndoDone, Step: b.step.ID, Title: b.step.Title})
	}
	return errors.Join(problems...)
}
