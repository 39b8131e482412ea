package session_test

import (
	"testing"
	"time"

	"lethe/app/session"
	"lethe/engine/event"
)

func TestStalled(t *testing.T) {
	start := event.Event{Kind: event.StepStart, Step: "b", Title: "Step B"}
	stalled := event.Event{
		Kind: event.Stalled, Step: "b", Title: "Step B", Program: "nixos-install", Millis: 600_000,
		Text: "Nothing was heard from nixos-install for 10 minutes.", Next: "Wait, or cancel.",
	}
	want := session.Stall{Program: "nixos-install", For: 10 * time.Minute, Says: stalled.Text, Next: stalled.Next}
	for name, c := range map[string]struct {
		then  []event.Event
		asked bool
	}{
		"it asks":              {nil, true},
		"the clock goes on":    {[]event.Event{{Kind: event.Progress, Step: "b", Done: .2}}, true},
		"it asks again":        {[]event.Event{{Kind: event.Log, Step: "b", Text: "line"}, stalled}, true},
		"a line":               {[]event.Event{{Kind: event.Log, Step: "b", Text: "line"}}, false},
		"figures":              {[]event.Event{{Kind: event.Progress, Step: "b", Work: &event.Work{Copied: 1}}}, false},
		"the step is done":     {[]event.Event{{Kind: event.StepDone, Step: "b"}}, false},
		"the step failed":      {[]event.Event{{Kind: event.StepFailed, Step: "b"}}, false},
		"it was cancelled":     {[]event.Event{{Kind: event.RunCancelled, Step: "b"}}, false},
		"nothing can be asked": {[]event.Event{{Kind: event.RunDone}, stalled}, false},
	} {
		r := session.NewRun(abc())
		feed(&r, append([]event.Event{start, stalled}, c.then...)...)
		if (r.Stalled != nil) != c.asked || c.asked && *r.Stalled != want {
			t.Errorf("%s: %+v", name, r.Stalled)
		}
	}
	r := session.NewRun(abc())
	feed(&r, start, stalled)
	if r.Outcome != session.OutcomeRunning || r.Current != 1 || states(&r) != "waiting,running,waiting" {
		t.Errorf("a silent program changes the run: %+v", r)
	}
	r.KeepWaiting()
	if r.Stalled != nil {
		t.Error("it asks on")
	}
	stalled.Seq, stalled.Millis = 9, 1_200_000
	r.Apply(stalled)
	if r.Stalled == nil || r.Stalled.For != 20*time.Minute {
		t.Errorf("it does not ask again: %+v", r.Stalled)
	}
	r.Fail("lost", "", "")
	if r.Stalled != nil {
		t.Error("it asks after the end")
	}
	if lines := r.Log(session.LogFilter{Text: "nothing was heard"}); len(lines) != 2 {
		t.Errorf("%d lines in the log", len(lines))
	}
}
