package printer

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"lethe/engine/event"
)

// reportLines is how many of the last lines of a run are in its report.
const reportLines = 200

// Report gathers what a run says, to be sent to somebody who helps. It is made of events, out of which every secret was taken before, and
// keeps no more of the log than its last lines; the error is whole.
type Report struct {
	mu     sync.Mutex
	title  string
	steps  []reportStep
	checks []event.Event
	lines  []event.Event
	lost   int
	last   event.Event
}

// reportStep is what became of a step.
type reportStep struct {
	id, title, state, text string
}

// NewReport makes an empty report.
func NewReport() *Report { return &Report{} }

// Event takes one event.
func (r *Report) Event(e event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e.Kind {
	case event.Progress:
		return
	case event.RunStart:
		r.title = e.Title
	case event.Checked:
		r.checks = append(r.checks, e)
	case event.RunDone, event.RunFailed, event.RunCancelled:
		r.last = e
	}
	r.step(e)
	if len(r.lines) == reportLines {
		r.lines = slices.Delete(r.lines, 0, 1)
		r.lost++
	}
	r.lines = append(r.lines, e)
}

// step notes what becomes of one.
func (r *Report) step(e event.Event) {
	states := map[event.Kind]string{
		event.StepStart: "begun", event.StepDone: "done", event.StepFailed: "failed", event.UndoFailed: "undo failed",
	}
	state, known := states[e.Kind]
	if !known {
		return
	}
	i := slices.IndexFunc(r.steps, func(s reportStep) bool { return s.id == e.Step })
	if i < 0 {
		r.steps = append(r.steps, reportStep{id: e.Step, title: e.Title})
		i = len(r.steps) - 1
	}
	r.steps[i].state = state
	if state == "failed" || state == "undo failed" {
		r.steps[i].text = e.Text
	}
}

// Fact is one thing that is known of the machine or the plan.
type Fact struct{ Name, Value string }

// Text is the report. cause is how the run ended, whole; nil after a good one.
func (r *Report) Text(facts []Fact, cause error) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	b.WriteString("Lethe: report of a run\n\n")
	r.outcome(&b, cause)
	b.WriteString("\nMachine and plan\n")
	for _, f := range facts {
		line(&b, f.Name, f.Value)
	}
	b.WriteString("\nSteps\n")
	for _, s := range r.steps {
		fmt.Fprintf(&b, "  %-12s %s\n", s.state, s.title)
	}
	b.WriteString("\nVerification\n")
	for _, c := range r.checks {
		fmt.Fprintf(&b, "  %-13s %s: %s\n", c.Status, c.Title, indented(c.Text))
	}
	fmt.Fprintf(&b, "\nThe last %d lines\n", len(r.lines))
	if r.lost > 0 {
		fmt.Fprintf(&b, "  (%d earlier ones are in the journal)\n", r.lost)
	}
	for _, e := range r.lines {
		fmt.Fprintf(&b, "%s %-12s %-10s %s\n", e.Time.UTC().Format("15:04:05.000"), e.Step, e.Kind, indented(message(e)))
	}
	return b.String()
}

// outcome says how it ended: step, cause, disk, next.
func (r *Report) outcome(b *strings.Builder, cause error) {
	line(b, "Disk", r.title)
	switch {
	case cause == nil && r.last.Kind == event.RunDone:
		line(b, "Outcome", "done, in "+(time.Duration(r.last.Millis)*time.Millisecond).String())
		return
	case r.last.Kind == event.RunCancelled:
		line(b, "Outcome", "cancelled")
	default:
		line(b, "Outcome", "failed")
	}
	for _, s := range r.steps {
		if s.text != "" {
			line(b, "Step", s.title)
			line(b, "Cause", s.text)
		}
	}
	if cause != nil {
		line(b, "Error", cause.Error())
	}
	line(b, "State", r.last.Disk)
	line(b, "Next", r.last.Next)
}

// line writes a name and a value of any number of lines.
func line(b *strings.Builder, name, value string) {
	if value != "" {
		fmt.Fprintf(b, "%-10s %s\n", name, strings.ReplaceAll(event.Plain(value), "\n", "\n           "))
	}
}

// indented keeps the lines of a text apart from those of the report.
func indented(text string) string {
	return strings.ReplaceAll(event.Plain(text), "\n", "\n    ")
}
