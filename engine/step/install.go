package step

import (
	"context"
	"fmt"
	"time"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/tool"
	"lethe/engine/verify"
)

// install runs nixos-install.
type install struct{}

// between is the least time between two reports of progress.
const between = 250 * time.Millisecond

// pauses are waited for when the network failed, one after the other. What was downloaded by then is kept, and after an attempt that
// came further, so that less was left to fetch, they begin anew.
var pauses = []time.Duration{5 * time.Second, 20 * time.Second, time.Minute, 3 * time.Minute}

// Do makes room in the firmware and runs it. A run that continues makes sure before that what it did not write itself is as it was
// reviewed. udev is waited for beside it: every name that was used so far was there with the partition, and the ones that come with a
// file system are looked for by the boot loader's program at the earliest, which is the last thing that nixos-install runs.
func (*install) Do(ctx context.Context, e *Env) error {
	if e.Plan.Continues {
		if err := e.asReviewed(); err != nil {
			e.Mark(Incomplete)
			return err
		}
	}
	e.Mark(Prepared)
	secret.Sweep() // this step takes long, and what went before has hashed passwords
	e.tidyFirmware(ctx)
	e.beginProof(ctx)
	settling, cancel := context.WithCancel(ctx)
	settled := make(chan error, 1)
	go func() { settled <- e.Target.Settle(settling) }()
	err := e.installNixOS(ctx)
	if err != nil {
		cancel()
	}
	if busy := <-settled; busy != nil && err == nil { // maybe with another device; a name that is missing is found by the verification
		e.Log("udev did not come to rest: %v", busy)
	}
	cancel()
	return err
}

// installNixOS runs nixos-install, again where only the network failed.
func (e *Env) installNixOS(ctx context.Context) error {
	for tried, left := 0, 0; ; {
		once := &attempt{env: e}
		err := once.run(ctx)
		if err == nil {
			return nil
		}
		if context.Cause(ctx) != nil || !tool.NetworkFailed(once.talk.lines()) {
			return fmt.Errorf("cannot install NixOS: %w", once.talk.complete(err))
		}
		if fetches := once.progress.Work().Fetches; fetches > 0 {
			if left > fetches {
				tried = 0
			}
			left = fetches
		}
		if tried == len(pauses) {
			return fmt.Errorf("cannot install NixOS: the network failed %d times in a row; see that this machine reaches the internet: %w", tried+1, once.talk.complete(err))
		}
		if err := e.pause(ctx, pauses[tried], err); err != nil {
			return err
		}
		tried++
	}
}

// pause waits for the network, and tells why.
func (e *Env) pause(ctx context.Context, wait time.Duration, why error) error {
	e.Log("The network failed: %v", why)
	e.Log("Trying again in %s. What was downloaded is kept.", wait)
	e.Progress(0, &event.Work{Now: fmt.Sprintf("waiting for the network; trying again in %s", wait)})
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// attempt is one run of nixos-install.
type attempt struct {
	env      *Env
	progress tool.NixProgress
	talk     talk
	last     time.Time // progress was told
}

// run reads its talk as progress. The last lines of it are in the error, whole, when it fails.
func (a *attempt) run(ctx context.Context) error {
	c := command.InstallNixOS(plan.Root, plan.Repo, a.env.Plan.HostName(), plan.Temp)
	a.env.Log("$ %s", c.Shell())
	_, err := a.env.Tools.Run(ctx, tool.Call{Command: command.RecordNix(c), Stream: true, Line: a.line, Record: a.record})
	a.tell(0)
	return err
}

func (a *attempt) line(line string) {
	a.env.Log("%s", line)
	a.talk.add(line)
	if a.progress.Line(line) {
		a.tell(between)
	}
}

func (a *attempt) record(line string) {
	if a.progress.Record(line) {
		a.tell(between)
	}
}

// tell reports progress, unless it was done just now.
func (a *attempt) tell(least time.Duration) {
	if time.Since(a.last) < least {
		return
	}
	a.last = time.Now()
	work := a.progress.Work()
	a.env.Progress(a.progress.Fraction(), &work)
}

// tidyFirmware removes the boot entries of an earlier installation by Lethe on this very disk, which lead nowhere now. Those of
// others stay. What cannot be removed harms nobody.
func (e *Env) tidyFirmware(ctx context.Context) {
	entries, err := tool.ReadBootEntries(ctx, e.Tools)
	if err != nil {
		return // the verification tells about it
	}
	esp, _ := e.Plan.Layout.Find(layout.ESP)
	own, _ := verify.Stale(entries, e.erased(), esp)
	for _, entry := range own {
		if err := e.run(ctx, command.RemoveBootEntry(entry.Number)); err != nil {
			e.Log("The stale boot entry %s cannot be removed: %v", entry.Number, err)
		}
	}
}

// Undo ends the proof that began with it. What nixos-install mounted for itself is gone with it.
func (*install) Undo(_ context.Context, e *Env) error {
	e.proof.stop()
	return nil
}
