package session

import (
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
	Text string
}

// ring keeps the last lines.
type ring struct {
	lines []LogLine
	next  int    // where the next one goes, once it is full
	total uint64 // ever added
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
	case event.Checked:
		text = strings.TrimSuffix(e.Title+": "+e.Status+": "+e.Text, ": ")
	}
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return
	}
	for part := range strings.SplitSeq(text, "\n") {
		if len(part) > mostLine {
			part = strings.ToValidUTF8(part[:mostLine], "") + "…"
		}
		g.put(LogLine{Seq: e.Seq, Time: e.Time, Step: e.Step, Kind: e.Kind, Text: part})
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
	var list []LogLine
	text := strings.ToLower(f.Text)
	for i := range r.log.lines {
		l := r.log.lines[(r.log.next+i)%len(r.log.lines)]
		if (f.Step == "" || l.Step == f.Step) && (text == "" || strings.Contains(strings.ToLower(l.Text), text)) {
			list = append(list, l)
		}
	}
	if f.Tail > 0 && len(list) > f.Tail {
		list = list[len(list)-f.Tail:]
	}
	return list
}

// LogTotal is how many lines there ever were; it changes when the log does.
func (r *Run) LogTotal() uint64 { return r.log.total }
