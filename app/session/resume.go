package session

import (
	"lethe/engine"
	"lethe/engine/plan"
)

// Unfinished is the installation that can be continued instead of beginning another one, if there is one; that on the chosen disk
// comes first.
func (s *State) Unfinished() (engine.Unfinished, bool) {
	if s.Facts == nil || s.Rehearsal || len(s.Facts.Unfinished) == 0 {
		return engine.Unfinished{}, false
	}
	if chosen, ok := s.Selected(); ok {
		for _, u := range s.Facts.Unfinished {
			if u.Disk == chosen.Path {
				return u, true
			}
		}
	}
	return s.Facts.Unfinished[0], true
}

// Running is the installation that another process is at, if there is one.
func (s *State) Running() (engine.Running, bool) {
	if s.Facts == nil || s.Facts.Running == nil {
		return engine.Running{}, false
	}
	return *s.Facts.Running, true
}

// Continue opens the installation page with a plan that goes on where an earlier run stopped; main then runs it. Nothing of the
// draft is asked for, and nothing of it matters.
func (s *State) Continue(p plan.Plan) bool {
	if !p.Continues || s.Run.Outcome == OutcomeRunning {
		return false
	}
	s.Rehearsal, s.Plan, s.Run = false, &p, NewRun(p)
	s.open(PageInstall)
	return true
}

// Watch opens the installation page for the run of another process, whose events main hands on.
func (s *State) Watch(running engine.Running) bool {
	if s.Run.Outcome == OutcomeRunning {
		return false
	}
	s.Plan, s.Watching = nil, true
	s.Run = Run{Outcome: OutcomeRunning, Title: running.Title, Current: -1}
	s.open(PageInstall)
	return true
}

// CanContinue tells that the run that failed got as far as nixos-install, so that everything before stays.
func (s *State) CanContinue() bool {
	if s.Plan == nil || s.Rehearsal || s.Run.Outcome != OutcomeFailed && s.Run.Outcome != OutcomeCancelled {
		return false
	}
	for _, step := range s.Run.Steps {
		if planned, ok := s.Plan.Find(step.ID); ok && planned.Kind == plan.Install {
			return step.State != StepWaiting
		}
	}
	return false
}
