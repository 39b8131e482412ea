package printer

import (
	"time"

	"lethe/engine/event"
)

// pace lets through what a step is at now and then, where every line stays: in a pipe, a log or a journal.
type pace struct {
	last time.Time
	said string
}

// between is the least time between two lines.
const between = 10 * time.Second

// line gives what is to be said of a progress event; nothing when it is too early, or nothing new.
func (p *pace) line(e event.Event) string {
	if e.Kind != event.Progress || e.Work == nil || !p.last.IsZero() && e.Time.Sub(p.last) < between {
		return ""
	}
	text := e.Work.String()
	if text == p.said {
		return ""
	}
	p.last, p.said = e.Time, text
	return text
}
