package session

import (
	"lethe/engine/layout"
	"lethe/engine/plan"
)

// Fill is how far a partition is during a run.
type Fill struct {
	// State is StepWaiting, StepRunning, StepDone or StepFailed.
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
	written := filled(table)
	if written.State == StepFailed || len(own) == 0 {
		return written
	}
	return filled(own)
}

// filled sums steps up.
func filled(steps []RunStep) Fill {
	total, done, ended, begun := 0.0, 0.0, 0, false
	for _, s := range steps {
		weight := float64(s.weight)
		total += weight
		switch s.State {
		case StepWaiting:
			continue
		case StepFailed, StepUndoFailed, StepUndone:
			return Fill{State: StepFailed}
		case StepRunning, StepUndoing:
			done += weight * s.Share
		default:
			done += weight
			ended++
		}
		begun = true
	}
	switch {
	case !begun:
		return Fill{State: StepWaiting}
	case ended == len(steps):
		return Fill{StepDone, 1}
	case total == 0:
		return Fill{State: StepRunning}
	}
	return Fill{StepRunning, done / total}
}
