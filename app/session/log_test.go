package session_test

import (
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine/event"
)

func TestLogTellsWhatItDoesNotHave(t *testing.T) {
	r := session.NewRun(abc())
	r.Apply(event.Event{Seq: 1, Kind: event.Log, Text: "first"})
	if r.LogLost() != 0 {
		t.Errorf("%d lines are lost already", r.LogLost())
	}
	r.Missed(70)
	for i := range uint64(session.LogMost) {
		r.Apply(event.Event{Seq: 72 + i, Kind: event.Log, Text: "one of many"})
	}
	if r.LogLost() != 71 || r.LogTotal() != session.LogMost+1 {
		t.Errorf("%d lines are lost of %d that came", r.LogLost(), r.LogTotal())
	}
	if !strings.Contains(r.Report(), "(71 earlier lines are not kept)") {
		t.Error("the report does not tell that lines are missing")
	}
	r.Apply(event.Event{Kind: event.RunDone})
	r.Missed(1)            // of another run
	if r.LogLost() != 71 { // the end itself is no line
		t.Errorf("%d lines are lost after the end", r.LogLost())
	}
}

func TestLinesOf(t *testing.T) {
	for _, text := range []string{"", "\n\n", "a", "a\n", "a\n\nb", "\na"} {
		r := session.NewRun(abc())
		e := event.Event{Seq: 1, Kind: event.Log, Text: text}
		r.Apply(e)
		if got, want := session.LinesOf(e), r.LogTotal(); got != want {
			t.Errorf("%q: %d lines, and the log gets %d", text, got, want)
		}
	}
}
