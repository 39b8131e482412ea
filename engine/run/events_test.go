package run_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/run"
	"lethe/engine/step"
)

var ends = []event.Kind{event.RunDone, event.RunFailed, event.RunCancelled}

// wellFormed checks what every run's events promise.
func wellFormed(t *testing.T, p plan.Plan, events []event.Event, result run.Result, err error) {
	t.Helper()
	if len(events) < 2 || events[0].Kind != event.RunStart {
		t.Fatalf("%d events, the first is %+v", len(events), events[:min(1, len(events))])
	}
	done := 0.0
	for i, e := range events {
		if e.Seq != uint64(i+1) || e.Time.IsZero() {
			t.Errorf("event %d has number %d and time %v", i, e.Seq, e.Time)
		}
		if e.Done < done || e.Done > 1 {
			t.Errorf("%s of %s: progress went from %v to %v", e.Kind, e.Step, done, e.Done)
		}
		done = e.Done
		if slices.Contains(ends, e.Kind) != (i == len(events)-1) {
			t.Errorf("event %d of %d is %s", i+1, len(events), e.Kind)
		}
		if e.Kind != event.RunStart && e.Step == "" {
			t.Errorf("%s belongs to no step", e.Kind)
		}
		for _, text := range []string{e.Text, e.Title, e.Next} {
			if strings.Contains(text, plantest.Passphrase) {
				t.Errorf("an event holds the passphrase: %s", text)
			}
		}
	}
	stepsInOrder(t, p, events)
	lastEvent(t, events[len(events)-1], result, err)
}

// stepsInOrder checks that steps start in the plan's order, end before the next, and are undone in reverse.
func stepsInOrder(t *testing.T, p plan.Plan, events []event.Event) {
	t.Helper()
	var started, ended, undone, planned, begun []string
	for _, s := range p.Steps {
		planned = append(planned, s.ID)
	}
	for _, e := range events {
		switch e.Kind {
		case event.StepStart:
			if len(started) != len(ended) {
				t.Errorf("%s started before %s ended", e.Step, started[len(started)-1])
			}
			started = append(started, e.Step)
			if s, ok := p.Find(e.Step); ok && s.NotRehearsed == "" {
				begun = append(begun, e.Step)
			}
		case event.StepDone:
			ended = append(ended, e.Step)
		case event.StepFailed:
			if last := events[len(events)-1].Kind; (e.Status == event.Cancelled) != (last == event.RunCancelled) {
				t.Errorf("%s failed with the status %q, and the run ended with %s", e.Step, e.Status, last)
			}
		case event.UndoStart:
			undone = append(undone, e.Step)
		}
	}
	if len(started) > len(planned) || !slices.Equal(started, planned[:len(started)]) || !slices.Equal(ended, started[:len(ended)]) {
		t.Errorf("planned %v, started %v, ended %v", planned, started, ended)
	}
	slices.Reverse(undone)
	if failed := events[len(events)-1].Kind != event.RunDone; failed && !slices.Equal(undone, begun) || !failed && len(undone) > 0 {
		t.Errorf("begun %v, undone in reverse %v", begun, undone)
	}
}

// lastEvent compares the last event with what the run returned.
func lastEvent(t *testing.T, last event.Event, result run.Result, err error) {
	t.Helper()
	if last.Disk != string(result.State) {
		t.Errorf("the last event says %s, the result %s", last.Disk, result.State)
	}
	if err == nil {
		if last.Kind != event.RunDone || last.Done != 1 || result.State != step.Complete || result.Cancelled {
			t.Errorf("without an error: %+v, %+v", last, result)
		}
		return
	}
	var failure *run.StepError
	if !errors.As(err, &failure) {
		t.Fatalf("the error is %T: %v", err, err)
	}
	if (last.Kind == event.RunCancelled) != result.Cancelled || last.Kind == event.RunDone {
		t.Errorf("%s, cancelled %v", last.Kind, result.Cancelled)
	}
	if last.Next != result.Next || last.Next != failure.Next || !strings.HasPrefix(last.Next, result.State.Sentence()+" ") || failure.State != result.State || failure.Step.ID != last.Step {
		t.Errorf("%+v does not fit %+v", last, failure)
	}
	for _, want := range []string{failure.Step.Title, failure.Cause.Error(), failure.Next} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %q", want, err)
		}
	}
}
