package helper

import (
	"context"

	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/verify"
)

// Facts is what root can say about the machine.
type Facts struct {
	// Inventory is confirmed.
	Inventory device.Inventory `json:"inventory"`
	// Hardware is what nixos-generate-config prints; empty where there is no such program.
	Hardware string `json:"hardware"`
	// Virtualization is what systemd-detect-virt says; empty where it cannot say.
	Virtualization string `json:"virtualization"`
	// Leftovers names what an interrupted installation of Lethe still holds: mounts, mappings, swap.
	Leftovers []string `json:"leftovers"`
}

// Result is how an installation ended.
type Result struct {
	State     step.DiskState `json:"state"`
	Report    verify.Report  `json:"report"`
	Millis    int64          `json:"millis"`
	Cancelled bool           `json:"cancelled"`
}

// Host is the machine as root can use it. There is nothing like "run this" or "write that": every operation is one of these.
type Host interface {
	// Facts reads everything anew.
	Facts(ctx context.Context) (Facts, error)
	// Accept tells whether a plan may be run: it was made from facts that are still true. Nothing is written.
	Accept(ctx context.Context, p plan.Plan) error
	// Install runs a plan that was reviewed and confirmed. Its first step reads the disk anew and compares it with the plan.
	Install(ctx context.Context, p plan.Plan, secrets *secret.Store, sink event.Sink) (Result, error)
	// Release lets go of what an interrupted installation left, and names it.
	Release(ctx context.Context) ([]string, error)
	// Reboot starts the machine again. It is refused while an installation runs.
	Reboot(ctx context.Context) error
}
