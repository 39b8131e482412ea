// Package event is what a run says while it works. The window, the command line and the log are three printers
// of the same events, and the journal is a fourth.
//
// Events are plain data, carry no secret, and are numbered without gaps. A [Sink] must return quickly and never
// block the run; printers that may block sit behind their own buffer.
package event

import (
	"sync"
	"time"
)

// Kind is what happened.
type Kind string

// What can happen. A run begins with RunStart and ends with exactly one of RunDone, RunFailed and RunCancelled, see [Kind.Last].
const (
	RunStart     Kind = "run-start"
	StepStart    Kind = "step-start"
	Progress     Kind = "progress" // of the current step
	Log          Kind = "log"      // a line from the engine or a tool
	Stalled      Kind = "stalled"  // a program has said nothing for long, and a person may want to cancel
	Checked      Kind = "check"    // one result of a verification
	StepDone     Kind = "step-done"
	StepFailed   Kind = "step-failed"
	UndoStart    Kind = "undo-start"
	UndoDone     Kind = "undo-done"
	UndoFailed   Kind = "undo-failed"
	RunDone      Kind = "run-done"
	RunFailed    Kind = "run-failed"
	RunCancelled Kind = "run-cancelled"
)

// Cancelled is the status of a step that was stopped on purpose.
const Cancelled = "cancelled"

// Last tells that nothing comes after an event of this kind.
func (k Kind) Last() bool { return k == RunDone || k == RunFailed || k == RunCancelled }

// Event is one thing that happened.
type Event struct {
	Seq   uint64    `json:"seq"` // from 1
	Time  time.Time `json:"time"`
	Kind  Kind      `json:"kind"`
	Step  string    `json:"step,omitempty"`  // the step's id
	Title string    `json:"title,omitempty"` // the step's title, or a check's name
	// Done is the share of the whole run that is finished, 0 to 1, by the weight of the steps.
	Done float64 `json:"done"`
	// Text is a log line, a check's detail, or an error in full.
	Text string `json:"text,omitempty"`
	// Status is a check's result: passed, failed, or not rehearsed. A step that was not rehearsed has it too, and one that failed because
	// somebody wanted the run to end is [Cancelled].
	Status string `json:"status,omitempty"`
	// Disk is the state of the disk, on the last event and on failures.
	Disk string `json:"disk,omitempty"`
	// Next says what the user can do after a failure.
	Next string `json:"next,omitempty"`
	// Program is the one that an event of kind Stalled is about.
	Program string `json:"program,omitempty"`
	// Millis is how long the step or the run took, and how long a program that stalled has said nothing.
	Millis int64 `json:"millis,omitempty"`
	// Work is what a step under way is at, on progress events of steps that know it.
	Work *Work `json:"work,omitempty"`
}

// Sink takes events.
type Sink interface{ Event(Event) }

// SinkFunc makes a sink of a function.
type SinkFunc func(Event)

// Event calls f.
func (f SinkFunc) Event(e Event) { f(e) }

// Tee sends each event to every sink, in order.
func Tee(sinks ...Sink) Sink {
	return SinkFunc(func(e Event) {
		for _, s := range sinks {
			s.Event(e)
		}
	})
}

// Stream numbers events, stamps and redacts them, makes their texts [Plain], and hands them to a sink one at a time.
type Stream struct {
	mu     sync.Mutex
	seq    uint64
	now    func() time.Time
	redact func(string) string
	sink   Sink
}

// NewStream makes a stream. now stamps the events; redact is applied to every text before any printer sees it.
func NewStream(sink Sink, now func() time.Time, redact func(string) string) *Stream {
	return &Stream{now: now, redact: redact, sink: sink}
}

// Emit sends an event on; Seq and Time are set here, and Work is copied, so that the sender may go on with its own.
func (s *Stream) Emit(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	e.Seq, e.Time = s.seq, s.now().UTC()
	e.Text, e.Title, e.Next = s.clean(e.Text), s.clean(e.Title), s.clean(e.Next)
	e.Work = e.Work.redacted(s.clean)
	s.sink.Event(e)
}

// clean redacts first: a secret may hold what Plain replaces.
func (s *Stream) clean(text string) string { return Plain(s.redact(text)) }

// Recorder keeps every event, for tests and reports.
type Recorder struct {
	mu     sync.Mutex
	events []Event
}

// Event keeps e.
func (r *Recorder) Event(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// Events gives a copy of what was kept.
func (r *Recorder) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Event(nil), r.events...)
}
