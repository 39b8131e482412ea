package helper

import (
	"context"
	"time"

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
	// Running is the installation that another process is at; nil when there is none.
	Running *Running `json:"running,omitempty"`
	// Unfinished are installations that stopped in or after nixos-install, and can be continued.
	Unfinished []Unfinished `json:"unfinished"`
}

// Running is an installation under way in another process.
type Running struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
	// Title says what is installed where.
	Title string `json:"title"`
}

// Unfinished is an installation that can be continued without formatting anything again.
type Unfinished struct {
	Disk  string `json:"disk"`  // its path now
	Title string `json:"title"` // the disk, for people
	// Step is the title of the step in which it stopped, and Stopped when; both empty where only the disk's own file system knows, and
	// then also whether the installation came to its end after all. [Host.Recall] looks.
	Step    string    `json:"step"`
	Stopped time.Time `json:"stopped,omitzero"`
	// Encrypted tells that [Host.Recall] needs the passphrase.
	Encrypted bool `json:"encrypted"`
}

// Result is how an installation ended.
type Result struct {
	State     step.DiskState `json:"state"`
	Report    verify.Report  `json:"report"`
	Millis    int64          `json:"millis"`
	Cancelled bool           `json:"cancelled"`
	// Next says, after one that ended before its time, what the disk holds and what to do.
	Next string `json:"next,omitempty"`
}

// Host is the machine as root can use it. There is nothing like "run this" or "write that": every operation is one of these.
type Host interface {
	// Facts reads everything anew.
	Facts(ctx context.Context) (Facts, error)
	// Accept tells whether a plan may be run: it was made from facts that are still true. Nothing is written.
	Accept(ctx context.Context, p plan.Plan) error
	// Prepare begins, in the background, what takes long and touches no disk: it derives the key for an accepted plan from the
	// passphrase in secrets, which may be wiped when it returns. Install uses what is ready and waits for what is under way; for
	// another plan or passphrase it is discarded. A nil error promises nothing: Install does without it.
	Prepare(ctx context.Context, p plan.Plan, secrets *secret.Store) error
	// Recall gives the plan that continues the unfinished installation on a disk. The passphrase is in secrets where the disk is
	// encrypted. The disk is read and not written.
	Recall(ctx context.Context, disk string, secrets *secret.Store) (plan.Plan, error)
	// Watch hands on what the installation in another process tells, from its beginning to its end, or until ctx ends.
	Watch(ctx context.Context, sink event.Sink) error
	// Stop asks the installation in another process to cancel, and does not wait for its end.
	Stop(ctx context.Context) error
	// Install runs a plan that was reviewed and confirmed. Its first step reads the disk anew and compares it with the plan.
	Install(ctx context.Context, p plan.Plan, secrets *secret.Store, sink event.Sink) (Result, error)
	// Release lets go of what an interrupted installation left, and names it.
	Release(ctx context.Context) ([]string, error)
	// Reboot starts the machine again. It is refused while an installation runs.
	Reboot(ctx context.Context) error
	// Explorer looks after what the running system keeps, and no other.
	Explorer
}
