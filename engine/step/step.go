// Package step does what a plan's steps say, one file per kind, with Do and Undo side by side.
//
// Each step checks what it depends on, says what it does through events, and can be cancelled. Undo frees what the
// step holds and, as long as nothing was formatted, puts back what the step overwrote; it is called in reverse
// order and also for the step that failed. Steps never look at wishes or make plans.
package step

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/key"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/target"
	"lethe/engine/tool"
	"lethe/engine/verify"
)

// DiskState is what a failed or cancelled run leaves on the disk.
type DiskState string

// The states, in the order in which a run goes through them. Restored is after an undo.
const (
	Untouched  DiskState = "untouched"
	Restored   DiskState = "restored"
	Incomplete DiskState = "incomplete" // old content gone, new not finished
	Prepared   DiskState = "prepared"   // all is done that comes before nixos-install, and that was begun: it can be continued
	Unclean    DiskState = "unclean"    // all is installed and was proved, and a file system did not pass its last check
	Complete   DiskState = "complete"
)

// Sentence says the state for people.
func (s DiskState) Sentence() string {
	switch s {
	case Untouched:
		return "Nothing was written to the disk."
	case Restored:
		return "What had been written was undone; the disk is as it was before."
	case Prepared:
		return "The disk is formatted and holds the configuration, and NixOS is not completely installed on it."
	case Unclean:
		return "NixOS is installed on the disk, and a file system on it did not pass its last check."
	case Complete:
		return "The disk is complete."
	}
	return "The old content of the disk is gone and the new one is not finished."
}

// Mend is how a disk that is [Unclean] can be kept.
const Mend = "repair its file systems with e2fsck -f and fsck.vfat while they are not mounted, and start the machine from it."

// Next says what to do after a run of the plan that ended before its time.
func (s DiskState) Next(p plan.Plan, cancelled bool) string {
	again := "Once the cause is dealt with"
	if cancelled {
		again = "Whenever you like"
	}
	switch {
	case s == Complete:
		return "Start the machine from it."
	case p.Target.Kind == device.KindImage:
		return again + ", run the rehearsal again; it starts over."
	case s == Unclean: // to go on would write to what may be damaged
		return again + ", start over: run it again and confirm the disk anew. To keep what is there instead, " + Mend
	case s == Prepared, s == Untouched && p.Continues:
		return again + ", continue from here: choose Continue, or run sudo lethe-engine continue; nothing is formatted again. To start over instead, run it again and confirm the disk anew."
	case s == Untouched, s == Restored:
		return again + ", run it again; the disk has to be confirmed anew."
	}
	return again + ", start over: run it again and confirm the disk anew."
}

// Env is what steps work with. One Env serves one run.
type Env struct {
	Plan  plan.Plan
	Tools tool.Runner
	// Machine is what a real disk's steps change besides the disk; nil in a rehearsal.
	Machine *Machine
	Secrets *secret.Store
	// Ahead is the LUKS2 header that was made, or is being made, for this plan and passphrase; nil for none. It stays the caller's to discard.
	Ahead *key.Work
	// Logins has hashes of passwords that were made ahead; nil for none. It stays the caller's to discard.
	Logins *key.Logins
	// Open takes hold of the target.
	Open func(plan.Plan) (target.Target, error)
	// Identify reads the identity of the target anew, from the open descriptor where there is one.
	Identify func(context.Context, plan.Plan) (device.Disk, error)
	// Now is the clock, for the date of the first commit, and to find a wrong one.
	Now func() time.Time
	// Earliest is a time that is certainly past, so that a wrong clock is found; zero when none is known.
	Earliest time.Time
	// Emit sends an event of the current step; the runner fills in the rest.
	Emit func(event.Event)
	// Progress tells how far the current step is, from 0 to 1; the runner sets it.
	Progress func(fraction float64, work *event.Work)

	Target target.Target
	Report verify.Report
	// Unkept tells that what this run could be continued by after a restart is not on the disk, or nobody knows.
	Unkept bool

	found     device.Disk // what check saw
	formatted bool        // something new stands where old data was; undo can put nothing back
	lock      []byte      // a flake.lock that was computed during the run
	header    *key.Header // made ahead, and on the disk; its key opens the container
	proof     *proof      // of the passphrase, under way

	mu    sync.Mutex
	state DiskState
}

// State tells what the disk would be left as now.
func (e *Env) State() DiskState {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.state == "" {
		return Untouched
	}
	return e.state
}

// Mark sets the state.
func (e *Env) Mark(s DiskState) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state = s
}

// Release lets go of the target, if it is held.
func (e *Env) Release() error {
	if e.Target == nil {
		return nil
	}
	err := e.Target.Release()
	e.Target = nil
	return err
}

// Gone tells that the disk under the run is no longer there, whatever the step that failed has seen of that.
func (e *Env) Gone() bool {
	held, ok := e.Target.(interface{ Gone() bool })
	return ok && held.Gone()
}

// Log sends a line.
func (e *Env) Log(format string, args ...any) {
	e.Emit(event.Event{Kind: event.Log, Text: fmt.Sprintf(format, args...)})
}

// run runs one command with its output in the log.
func (e *Env) run(ctx context.Context, c command.Command) error {
	call := tool.Call{Command: c, Line: func(line string) { e.Log("%s", line) }}
	if c.Secret != "" {
		call.Secret, _ = e.Secrets.Get(c.Secret)
	}
	e.Log("$ %s", c.Shell())
	_, err := e.Tools.Run(ctx, call)
	return err
}

// make lets a command of the plan fill a partition.
func (e *Env) make(ctx context.Context, role layout.Role, build func(path string, p layout.Partition) command.Command) error {
	p, ok := e.Plan.Layout.Find(role)
	if !ok {
		return fmt.Errorf("cannot format %s: the layout has no such partition", role)
	}
	return e.Target.Partition(ctx, p, target.Making, func(path string) error {
		before := e.formatted
		e.formatted = true
		err := e.run(ctx, build(path, p))
		if errors.Is(err, tool.ErrNotBegun) {
			e.formatted = before
		}
		return err
	})
}

// Doer is one step in work.
type Doer interface {
	Do(ctx context.Context, e *Env) error
	Undo(ctx context.Context, e *Env) error
}

// For gives the doer of a step.
func For(s plan.Step) (Doer, error) {
	switch s.Kind {
	case plan.Check:
		return &check{}, nil
	case plan.Release:
		return &release{}, nil
	case plan.Wipe:
		return &wipe{}, nil
	case plan.Partition:
		return &partition{}, nil
	case plan.Encrypt:
		return &encrypt{step: s}, nil
	case plan.Open:
		return &open{}, nil
	case plan.Format:
		return &format{step: s}, nil
	case plan.Mount:
		return &mount{}, nil
	case plan.Memory:
		return &memory{}, nil
	case plan.Lock:
		return &lock{}, nil
	case plan.Fetch:
		return &fetch{}, nil
	case plan.Configure:
		return &configure{}, nil
	case plan.Passwords:
		return &passwords{}, nil
	case plan.Install:
		return &install{}, nil
	case plan.Handover:
		return &handover{}, nil
	case plan.Verify:
		return &verifying{}, nil
	case plan.Close:
		return &closing{}, nil
	}
	return nil, fmt.Errorf("cannot do step %q: this program knows no kind %q", s.ID, s.Kind)
}

// errVerification tells that the result is not what was planned.
var errVerification = errors.New("the result is not what was planned")
