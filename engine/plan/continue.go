package plan

import (
	"fmt"

	"lethe/engine/device"
)

// Continue turns the plan of an installation that stopped in or after nixos-install into one that goes on from there: the disk,
// the layout, the wishes and the configuration stay, nothing is erased, and of the secrets only the passphrase is needed.
func (p Plan) Continue() (Plan, error) {
	if p.Target.Kind != device.KindDisk {
		return Plan{}, fmt.Errorf("cannot continue on %s: a rehearsal is begun anew instead", device.Clean(p.Target.Path))
	}
	p.Continues = true
	p.Erase, p.Release = []Loss{}, []device.Release{}
	p.Secrets = p.secrets()
	p.Steps = builder{plan: p}.steps()
	return p, p.Runnable()
}
