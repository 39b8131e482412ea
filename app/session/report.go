package session

import (
	"fmt"
	"strings"
	"time"

	"lethe/engine/event"
)

// Report is the run as text, to be saved and sent to somebody who helps. It is made of nothing but events and the plan's titles, and
// the engine takes every secret out of an event before anybody sees it.
func (r *Run) Report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Lethe: report of a run\n\nDisk     %s\nOutcome  %s\n", r.Title, r.Outcome)
	for _, line := range []struct{ name, text string }{{"Error", r.Error}, {"State", r.Disk}, {"Next", r.Next}} {
		if line.text != "" {
			fmt.Fprintf(&b, "%-8s %s\n", line.name, strings.ReplaceAll(line.text, "\n", "\n         "))
		}
	}
	if r.Took > 0 {
		fmt.Fprintf(&b, "Took     %s\n", r.Took.Round(time.Millisecond))
	}
	b.WriteString("\nSteps\n")
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "  %-13s %s", s.State, s.Title)
		if s.Took > 0 {
			fmt.Fprintf(&b, " (%s)", s.Took.Round(time.Millisecond))
		}
		b.WriteByte('\n')
	}
	if len(r.Checks) > 0 {
		b.WriteString("\nVerification\n")
	}
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "  %-13s %s: %s\n", c.Status, c.Name, c.Detail)
	}
	b.WriteString("\nLog\n")
	if lost := r.LogLost(); lost > 0 {
		fmt.Fprintf(&b, "  (%d earlier lines are not kept)\n", lost)
	}
	for _, l := range r.Log(LogFilter{}) {
		what := string(l.Kind)
		if l.Kind == event.StepDone && l.Status != "" || l.Status == event.Cancelled {
			what = l.Status
		}
		fmt.Fprintf(&b, "%s %-12s %-10s %s\n", l.Time.UTC().Format("15:04:05.000"), l.Step, what, l.Text)
	}
	return b.String()
}
