package session

import (
	"lethe/engine/layout"
	"lethe/engine/plan"
)

// Fill is how far a partition is during a run.
type Fill struct {
	// State is StepWaiting, StepRunning, StepDone, StepNotRehearsed or StepFailed.
	State StepState
	// Share is how much of it is done, 0 to 1, by the weight of its steps.
	Share float64
}

// Fill tells how far the partition of a role is. Only its own steps fill it, and it waits until the first of them begins; one that
// has none is done with the table. When the table is not written no partition is.
func (s *State) Fill(role layout.Role) Fill {
	if s.Plan == nil {
		return Fill{State: StepWaiting}
	}
	var table, own []RunStep
	for _, step := range s.Run.Steps {
		planned, known := s.Plan.Find(step.ID)
		switch {
		case !known:
		case planned.Role == role:
			own = append(own, step)
		case planned.Kind == plan.Partition:
			table = append(table, step)
		}
	}
	is, written := filled(own), filled(table)
	if len(own) == 0 || written.State == StepFailed || written.State == StepUndone && is.State != StepFailed {
		is = written
	}
	if is.State == StepUndone {
		return Fill{State: StepWaiting} // nothing of it is there any more
	}
	return is
}

// filled sums steps up.
func filled(steps []RunStep) Fill {
	total, done, ended, begun, all := 0.0, 0.0, 0, false, StepDone
	for _, s := range steps {
		weight := float64(s.weight)
		total += weight
		switch s.State {
		case StepWaiting:
			continue
		case StepFailed, StepUndoFailed:
			return Fill{State: StepFailed}
		case StepUndone, StepStopped:
			return Fill{State: StepUndone}
		case StepRunning, StepUndoing:
			done += weight * s.Share
		default:
			done += weight
			ended++
			if s.State == StepNotRehearsed {
				all = s.State // so no tick
			}
		}
		begun = true
	}
	switch {
	case !begun:
		return Fill{State: StepWaiting}
	case ended == len(steps):
		return Fill{all, 1}
	case total == 0:
		return Fill{State: StepRunning}
	}
	return Fill{StepRunning, done / total}
}
