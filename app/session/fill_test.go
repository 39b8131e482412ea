package session_test

import (
	"testing"

	"lethe/app/session"
	"lethe/engine/event"
	"lethe/engine/layout"
	"lethe/engine/plan"
)

// filling is a rehearsal under way, and what feeds it.
func filling(t *testing.T) (*session.State, func(kind event.Kind, of plan.Kind, role layout.Role)) {
	t.Helper()
	s := rehearsal()
	s.SetPlan(planned(t, s))
	if !s.Begin() {
		t.Fatal("the run does not begin")
	}
	weight := 0
	return s, func(kind event.Kind, of plan.Kind, role layout.Role) {
		t.Helper()
		for _, step := range s.Plan.Steps {
			if step.Kind != of || step.Role != role {
				continue
			}
			e := event.Event{Kind: kind, Step: step.ID, Title: step.Title}
			switch kind {
			case event.Progress:
				e.Done = (float64(weight) + float64(step.Weight)/2) / float64(s.Plan.Weight())
			case event.StepDone:
				weight += step.Weight
				e.Done = float64(weight) / float64(s.Plan.Weight())
			}
			s.Run.Apply(e)
			return
		}
		t.Fatalf("the plan has no step %s of %q", of, role)
	}
}

func TestPartitionsFillWithTheirOwnSteps(t *testing.T) {
	s, feed := filling(t)
	shows := func(when string, role layout.Role, state session.StepState, least, most float64) {
		t.Helper()
		if got := s.Fill(role); got.State != state || got.Share < least || got.Share > most {
			t.Errorf("%s: %s is %s, %.2f", when, role, got.State, got.Share)
		}
	}
	for _, role := range []layout.Role{layout.ESP, layout.Swap, layout.Nix} {
		shows("before anything", role, session.StepWaiting, 0, 0)
	}
	feed(event.StepStart, plan.Partition, "")
	shows("while the table is written", layout.ESP, session.StepWaiting, 0, 0)
	shows("while the table is written", layout.Swap, session.StepRunning, 0, 0)
	feed(event.StepDone, plan.Partition, "")
	shows("once the table is written", layout.ESP, session.StepWaiting, 0, 0)
	shows("once the table is written", layout.Nix, session.StepWaiting, 0, 0)
	shows("once the table is written", layout.Swap, session.StepDone, 1, 1) // a random key is made at every boot: nothing else to do
	feed(event.StepStart, plan.Encrypt, layout.Nix)
	feed(event.Progress, plan.Encrypt, layout.Nix)
	shows("while nix is encrypted", layout.Nix, session.StepRunning, .4, .6)
	shows("while nix is encrypted", layout.ESP, session.StepWaiting, 0, 0)
	feed(event.StepDone, plan.Encrypt, layout.Nix)
	shows("while the file system is still to come", layout.Nix, session.StepRunning, .9, 1)
	feed(event.StepStart, plan.Format, layout.ESP)
	shows("while the ESP is made", layout.ESP, session.StepRunning, 0, 0)
	feed(event.StepFailed, plan.Format, layout.ESP)
	shows("when it failed", layout.ESP, session.StepFailed, 0, 0)
	shows("when another one failed", layout.Swap, session.StepDone, 1, 1)
	feed(event.UndoStart, plan.Partition, "")
	feed(event.UndoDone, plan.Partition, "")
	shows("without a table", layout.Nix, session.StepWaiting, 0, 0)
	shows("without a table", layout.ESP, session.StepFailed, 0, 0)
}

// TestNoTickWithoutTheWork keeps apart what is done, what a rehearsal cannot do, and what a cancel took back.
func TestNoTickWithoutTheWork(t *testing.T) {
	s, feed := filling(t)
	feed(event.StepStart, plan.Encrypt, layout.Nix)
	feed(event.StepDone, plan.Encrypt, layout.Nix)
	format, _ := s.Plan.Find("format-nix")
	s.Run.Apply(event.Event{Kind: event.StepStart, Step: format.ID, Title: format.Title})
	s.Run.Apply(event.Event{Kind: event.StepDone, Step: format.ID, Title: format.Title, Status: "not rehearsed", Text: "needs device-mapper"})
	if got := s.Fill(layout.Nix); got.State != session.StepNotRehearsed {
		t.Errorf("nix, which was encrypted and not formatted, is %s", got.State)
	}
	s, feed = filling(t)
	feed(event.StepStart, plan.Partition, "")
	feed(event.StepDone, plan.Partition, "")
	feed(event.StepStart, plan.Encrypt, layout.Nix)
	for _, step := range s.Plan.Steps {
		if step.Kind == plan.Encrypt {
			s.Run.Apply(event.Event{Kind: event.StepFailed, Step: step.ID, Title: step.Title, Status: event.Cancelled, Text: "context canceled"})
		}
	}
	for _, role := range []layout.Role{layout.ESP, layout.Swap, layout.Nix} {
		if got := s.Fill(role); got.State == session.StepFailed {
			t.Errorf("%s failed, because somebody cancelled", role)
		}
	}
	feed(event.UndoDone, plan.Encrypt, layout.Nix)
	feed(event.UndoDone, plan.Partition, "")
	for _, role := range []layout.Role{layout.ESP, layout.Swap, layout.Nix} {
		if got := s.Fill(role); got.State != session.StepWaiting || got.Share != 0 {
			t.Errorf("undone, %s is %s, %.2f", role, got.State, got.Share)
		}
	}
}
