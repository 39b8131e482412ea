package session

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"lethe/engine/event"
)

// LogMost is how many lines of the log are kept.
const LogMost = 5000

// mostLine is how many bytes of a line are kept.
const mostLine = 4096

// LogLine is a line of the log.
type LogLine struct {
	Seq  uint64
	Time time.Time
	Step string
	Kind event.Kind
	// Status is how a step ended, where that is not plain from Kind; see [event.Event].
	Status string
	Text   string
	// Head tells that the line begins what an event says.
	Head bool
}

// ring keeps the last lines.
type ring struct {
	lines []LogLine
	next  int    // where the next one goes, once it is full
	total uint64 // ever added
	never uint64 // lines that did not get here
}

// add keeps what an event has to say to a reader of the log; progress is not among it.
func (g *ring) add(e event.Event) {
	text := e.Text
	switch e.Kind {
	case event.Progress:
		return
	case event.RunStart, event.StepStart:
		text = e.Title
	case event.StepDone, event.UndoStart, event.UndoDone:
		text = strings.TrimSuffix(e.Title+": "+e.Text, ": ")
	case event.StepFailed, event.UndoFailed:
		text = e.Title + ": " + e.Text
		if e.Status == event.Cancelled {
			text = e.Title
		}
	case event.RunCancelled:
		text = cmp.Or(e.Title, event.Cancelled)
	case event.Checked:
		text = strings.TrimSuffix(e.Title+": "+e.Status+": "+e.Text, ": ")
	}
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return
	}
	for head, more := true, true; more; head = false {
		var part string
		part, text, more = strings.Cut(text, "\n")
		if len(part) > mostLine {
			part = strings.ToValidUTF8(part[:mostLine], "") + "…"
		}
		g.put(LogLine{Seq: e.Seq, Time: e.Time, Step: e.Step, Kind: e.Kind, Status: e.Status, Text: part, Head: head})
	}
}

func (g *ring) put(l LogLine) {
	g.total++
	if len(g.lines) < LogMost {
		g.lines = append(g.lines, l)
		return
	}
	g.lines[g.next] = l
	g.next = (g.next + 1) % LogMost
}

// LogFilter narrows the log; zero values let everything through.
type LogFilter struct {
	Step string
	// Text must occur in the line, whatever its case.
	Text string
	// Tail is how many of the last lines to give, 0 for all.
	Tail int
}

// Log gives the lines that pass a filter, oldest first.
func (r *Run) Log(f LogFilter) []LogLine {
	text := strings.ToLower(f.Text)
	all := len(r.log.lines)
	tail := f.Tail
	if tail <= 0 || tail > all {
		tail = all
	}
	list := make([]LogLine, 0, tail)
	for i := all - 1; i >= 0 && len(list) < tail; i-- { // from the end, so that a few lines cost as much as a few
		l := &r.log.lines[(r.log.next+i)%all]
		if (f.Step == "" || l.Step == f.Step) && (text == "" || strings.Contains(strings.ToLower(l.Text), text)) {
			list = append(list, *l)
		}
	}
	slices.Reverse(list)
	return list
}

// LogTotal is how many lines were ever added; it changes when the log does.
func (r *Run) LogTotal() uint64 { return r.log.total }

// LogLost is how many lines there were that the log no longer has.
func (r *Run) LogLost() uint64 { return r.log.total - uint64(len(r.log.lines)) + r.log.never }

// Missed takes note of lines that came too fast to be handed on.
func (r *Run) Missed(lines uint64) {
	if !r.Ended() {
		r.log.never += lines
	}
}

// LinesOf is how many lines an event of kind Log adds to the log.
func LinesOf(e event.Event) uint64 {
	text := strings.TrimRight(e.Text, "\n")
	if text == "" {
		return 0
	}
	return uint64(strings.Count(text, "\n")) + 1
}
