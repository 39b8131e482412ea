package step

import (
	"fmt"

	"lethe/engine/device"
	"lethe/engine/plan"
)

// needClock refuses a clock that is certainly wrong, before anything is wiped: with it no download would be believed.
func (e *Env) needClock() error {
	if e.Plan.Target.Kind != device.KindDisk {
		return nil
	}
	if wrong := plan.WrongClock(e.Now(), e.Earliest); wrong != "" {
		return fmt.Errorf("cannot install: %s", wrong)
	}
	return nil
}
