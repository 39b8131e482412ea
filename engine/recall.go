package engine

import (
	"context"
	"errors"
	"os"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/plan"
	"lethe/engine/run"
	"lethe/engine/secret"
)

// Recall gives the plan that continues the unfinished installation on a disk. What an interrupted run still holds is released first: it
// would keep the disk busy.
func (l Local) Recall(ctx context.Context, path string, secrets *secret.Store) (plan.Plan, error) {
	if os.Geteuid() != 0 {
		return plan.Plan{}, errors.New("cannot look into the disks of this machine: only root can; run this with sudo")
	}
	lock, err := l.lock("looking for an unfinished installation on " + device.Clean(path))
	if err != nil {
		return plan.Plan{}, err
	}
	defer lock.Close()
	machine := l.machine()
	if _, err := machine.ReleaseLeftovers(ctx); err != nil {
		return plan.Plan{}, err
	}
	inventory, err := confirmed(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	disk, err := device.Find(inventory, path)
	if err != nil {
		return plan.Plan{}, err
	}
	passphrase, _ := secrets.Get(command.Passphrase)
	return run.Recollection{
		Machine: machine, Folder: l.folder(), Disk: disk, Memory: inventory.Memory, Passphrase: passphrase,
	}.Plan(ctx)
}
