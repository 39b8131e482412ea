package printer

import (
	"encoding/json"
	"fmt"
	"time"

	"lethe/engine/event"
)

// journalLine is a line of a journal as far as it is read back.
type journalLine struct {
	Seq     uint64      `json:"seq"`
	Time    time.Time   `json:"time"`
	Kind    event.Kind  `json:"kind"`
	Step    string      `json:"step"`
	Title   string      `json:"title"`
	Message string      `json:"msg"`
	Done    float64     `json:"done"`
	Status  string      `json:"status"`
	Disk    string      `json:"disk"`
	Next    string      `json:"next"`
	Program string      `json:"program"`
	Millis  int64       `json:"millis"`
	Work    *event.Work `json:"work"`
}

// said are the kinds of events whose text is what matters. Of all others a message that stands alone is the title.
var said = map[event.Kind]bool{
	event.Log: true, event.Stalled: true, event.StepFailed: true, event.UndoFailed: true,
	event.RunDone: true, event.RunFailed: true, event.RunCancelled: true,
}

// ParseJournal reads a line that [NewJournal] printed back into its event. The time is in milliseconds.
func ParseJournal(line []byte) (event.Event, error) {
	var l journalLine
	if err := json.Unmarshal(line, &l); err != nil {
		return event.Event{}, fmt.Errorf("cannot read a line of the journal: %w", event.PlainError(err)) // it may quote the line
	}
	if l.Kind == "" || l.Seq == 0 {
		return event.Event{}, fmt.Errorf("cannot read a line of the journal: it tells of no event: %.100q", line)
	}
	e := event.Event{
		Seq: l.Seq, Time: l.Time.UTC(), Kind: l.Kind, Step: l.Step, Title: l.Title, Done: l.Done, Text: l.Message,
		Status: l.Status, Disk: l.Disk, Next: l.Next, Program: l.Program, Millis: l.Millis, Work: l.Work,
	}
	switch {
	case e.Kind == event.Progress: // the message is the figures once more
		e.Text = ""
	case l.Title == "" && !said[l.Kind]:
		e.Title, e.Text = e.Text, ""
	}
	return e, nil
}
