package session

import (
	"time"

	"lethe/engine/event"
	"lethe/engine/plan"
)

// StepState is what became of a step.
type StepState string

// The states of a step.
const (
	StepWaiting      StepState = "waiting"
	StepRunning      StepState = "running"
	StepDone         StepState = "done"
	StepFailed       StepState = "failed"
	StepUndoing      StepState = "undoing"
	StepUndone       StepState = "undone"
	StepUndoFailed   StepState = "undo failed"
	StepNotRehearsed StepState = "not rehearsed"
	StepStopped      StepState = "stopped" // because somebody cancelled the run
)

// RunStep is one step of a run.
type RunStep struct {
	ID    string
	Title string
	State StepState
	// Text is the error of a failed step, or why a step was not rehearsed.
	Text string
	// Share is how much of the step is done, 0 to 1, by the weight of the steps.
	Share  float64
	Took   time.Duration
	weight int
}

// Outcome is how a run stands.
type Outcome string

// The outcomes. None means that no run was begun.
const (
	OutcomeNone      Outcome = ""
	OutcomeRunning   Outcome = "running"
	OutcomeDone      Outcome = "done"
	OutcomeFailed    Outcome = "failed"
	OutcomeCancelled Outcome = "cancelled"
)

// Run is a run as its events tell it. Events may come in batches of any size, and progress events may be left out between others.
type Run struct {
	Outcome Outcome
	Title   string // the disk in one line
	Steps   []RunStep
	// Current is the index of the step under way, -1 when there is none.
	Current int
	// Done is the share of the whole, 0 to 1; it never goes back.
	Done float64
	// Figures is what the current step is at; Now is the thing under its hands.
	Figures Text
	Now     string
	// Checks are the results of the verification so far, by what they are about.
	Checks []Check
	// Error, Disk and Next are about the end of a run that failed: the cause, the state of the disk, and what to do. One that was
	// cancelled has no cause but that.
	Error, Disk, Next string
	Took              time.Duration
	// Stopping tells that somebody asked to cancel. Main sets it.
	Stopping bool
	// Stalled is set while a program has said nothing for long, until it is heard again or somebody goes on waiting.
	Stalled *Stall

	log   ring
	seq   uint64
	base  float64 // of Done, when the current step began
	total int
	eta   estimate
}

// Stall is a program that has said nothing for long. Whether it hangs only a person can judge: it asks whether to go on waiting or to
// cancel, and asks again after as long.
type Stall struct {
	Program string
	// For is how long it has said nothing.
	For time.Duration
	// Says and Next are the engine's own words.
	Says, Next string
}

// KeepWaiting takes the question back, until it is asked anew.
func (r *Run) KeepWaiting() { r.Stalled = nil }

// stall takes what an event says about a program that is silent, or is no longer.
func (r *Run) stall(e event.Event) {
	switch {
	case e.Kind == event.Stalled:
		r.Stalled = &Stall{Program: e.Program, For: time.Duration(e.Millis) * time.Millisecond, Says: e.Text, Next: e.Next}
	case e.Kind != event.Progress || e.Work != nil: // other progress is told by the clock, and by no program
		r.Stalled = nil
	}
}

// NewRun is a run that has been asked for and has said nothing yet.
func NewRun(p plan.Plan) Run {
	r := Run{Outcome: OutcomeRunning, Title: p.Describe(), Current: -1, total: p.Weight()}
	for _, s := range p.Steps {
		r.Steps = append(r.Steps, RunStep{ID: s.ID, Title: s.Title, State: StepWaiting, weight: s.Weight})
	}
	return r
}

// Begin starts the page of the run with the present plan; main then runs it.
func (s *State) Begin() bool {
	if s.Plan == nil || s.Run.Outcome == OutcomeRunning {
		return false
	}
	s.Run = NewRun(*s.Plan)
	return true
}

// Ended tells that nothing more will come.
func (r *Run) Ended() bool {
	return r.Outcome == OutcomeDone || r.Outcome == OutcomeFailed || r.Outcome == OutcomeCancelled
}

// Fail ends a run that could not begin, or whose connection broke, so that no last event came.
func (r *Run) Fail(cause, disk, next string) {
	if r.Ended() {
		return
	}
	r.Outcome, r.Error, r.Disk, r.Next = OutcomeFailed, event.Plain(cause), disk, event.Plain(next)
	r.mark(r.Current, StepFailed, cause)
	r.Current, r.Stalled = -1, nil
}

// Cancel ends a run that was cancelled before it could say so itself.
func (r *Run) Cancel(disk, next string) {
	if r.Ended() {
		return
	}
	r.Outcome, r.Disk, r.Next = OutcomeCancelled, disk, event.Plain(next)
	r.mark(r.Current, StepStopped, "")
	r.Current, r.Stalled, r.Stopping = -1, nil, false
}

// Apply takes one event. Events that were applied before are ignored.
func (r *Run) Apply(e event.Event) {
	if e.Seq != 0 && e.Seq <= r.seq || r.Ended() {
		return
	}
	r.seq = max(r.seq, e.Seq)
	e = plain(e)
	r.log.add(e)
	if r.Outcome == OutcomeNone {
		r.Outcome, r.Current = OutcomeRunning, -1
	}
	r.steps(e)
	r.progress(e)
	r.stall(e)
	r.end(e)
}

// plain makes an event's texts fit to be shown, wherever it comes from: also a journal is one's word for it.
func plain(e event.Event) event.Event {
	e.Text, e.Title, e.Next = event.Plain(e.Text), event.Plain(e.Title), event.Plain(e.Next)
	if e.Work != nil {
		work := *e.Work
		work.Now = event.Plain(work.Now)
		e.Work = &work
	}
	return e
}

// steps changes the states of the steps.
func (r *Run) steps(e event.Event) {
	switch e.Kind {
	case event.RunStart:
		r.Title = e.Title
	case event.StepStart:
		r.start(r.find(e))
	case event.StepDone:
		state := StepDone
		if e.Status == string(CheckNotRehearsed) {
			state = StepNotRehearsed
		}
		r.finish(r.find(e), state, e)
	case event.StepFailed:
		state := StepFailed
		if e.Status == event.Cancelled {
			state, e.Text = StepStopped, "" // which says no more than that
		}
		r.finish(r.find(e), state, e)
	case event.UndoStart:
		r.mark(r.find(e), StepUndoing, "")
	case event.UndoDone:
		r.undone(r.find(e))
	case event.UndoFailed:
		r.mark(r.find(e), StepUndoFailed, e.Text)
	case event.Checked:
		r.check(Check{Name: e.Title, Status: CheckStatus(e.Status), Detail: e.Text})
	}
}

// find gives the index of the step of an event, -1 when it is of none. A step that the plan did not name is added.
func (r *Run) find(e event.Event) int {
	for i := range r.Steps {
		if r.Steps[i].ID == e.Step {
			return i
		}
	}
	if e.Step == "" {
		return -1
	}
	r.Steps = append(r.Steps, RunStep{ID: e.Step, Title: e.Title, State: StepWaiting})
	return len(r.Steps) - 1
}

func (r *Run) start(i int) {
	if i < 0 {
		return
	}
	r.Current, r.base, r.Figures, r.Now = i, r.Done, Text{}, ""
	r.Steps[i].State = StepRunning
}

func (r *Run) finish(i int, state StepState, e event.Event) {
	r.mark(i, state, e.Text)
	if i >= 0 {
		r.Steps[i].Took = time.Duration(e.Millis) * time.Millisecond
		if state == StepDone {
			r.Steps[i].Share = 1
		}
	}
	if r.Current == i {
		r.Current, r.Figures, r.Now = -1, Text{}, ""
	}
}

func (r *Run) mark(i int, state StepState, text string) {
	if i >= 0 && i < len(r.Steps) {
		r.Steps[i].State = state
		if text != "" {
			r.Steps[i].Text = text
		}
	}
}

// undone ends the undoing of a step. The one that failed stays marked so: that is what people look for.
func (r *Run) undone(i int) {
	if i >= 0 && r.Steps[i].Text != "" {
		r.mark(i, StepFailed, "")
		return
	}
	r.mark(i, StepUndone, "")
}

// progress takes what an event says about how far the run is.
func (r *Run) progress(e event.Event) {
	if e.Done > r.Done {
		r.Done = min(e.Done, 1)
	}
	if !e.Time.IsZero() {
		r.eta.add(e.Time, r.Done)
	}
	if r.Current < 0 || e.Step != r.Steps[r.Current].ID {
		return
	}
	if e.Work != nil {
		r.Figures, r.Now = figures(*e.Work), e.Work.Now
	}
	if weight := r.Steps[r.Current].weight; weight > 0 && r.total > 0 {
		share := (r.Done - r.base) * float64(r.total) / float64(weight)
		r.Steps[r.Current].Share = min(max(share, r.Steps[r.Current].Share), 1)
	}
}

// end takes the last event.
func (r *Run) end(e event.Event) {
	switch e.Kind {
	case event.RunDone:
		r.Outcome, r.Done = OutcomeDone, 1
	case event.RunFailed:
		r.Outcome = OutcomeFailed
	case event.RunCancelled:
		r.Outcome = OutcomeCancelled
	default:
		return
	}
	r.Current, r.Figures, r.Now, r.Stopping = -1, Text{}, "", false
	r.Disk, r.Next, r.Took = e.Disk, e.Next, time.Duration(e.Millis)*time.Millisecond
	if e.Kind == event.RunFailed {
		r.Error = e.Text
	}
}

// Left estimates how long the run will still take, at a time of the same clock as the events'. It is false while there is too
// little evidence, and when nothing has moved for long.
func (r *Run) Left(now time.Time) (time.Duration, bool) {
	if r.Ended() || r.Outcome == OutcomeNone {
		return 0, false
	}
	return r.eta.left(now)
}
