package step

import (
	"context"
	"fmt"
	"time"

	"lethe/engine/command"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/tool"
	"lethe/engine/verify"
)

// install runs nixos-install.
type install struct{}

// between is the least time between two reports of progress.
const between = 250 * time.Millisecond

// Do makes room in the firmware, runs it and reads its talk as progress. The last lines of it are in the error, whole, when it fails.
func (*install) Do(ctx context.Context, e *Env) error {
	e.tidyFirmware(ctx)
	c := command.InstallNixOS(plan.Root, plan.Repo, e.Plan.HostName(), plan.Temp)
	progress := &tool.NixProgress{}
	var last time.Time
	tell := func(least time.Duration) {
		if time.Since(last) < least {
			return
		}
		last = time.Now()
		work := progress.Work()
		e.Progress(progress.Fraction(), &work)
	}
	line := func(line string) {
		e.Log("%s", line)
		if progress.Line(line) {
			tell(between)
		}
	}
	record := func(line string) {
		if progress.Record(line) {
			tell(between)
		}
	}
	e.Log("$ %s", c.Shell())
	_, err := e.Tools.Run(ctx, tool.Call{Command: command.RecordNix(c), Stream: true, Line: line, Record: record})
	tell(0)
	if err != nil {
		return fmt.Errorf("cannot install NixOS: %w", err)
	}
	return nil
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

// Undo has nothing to free: what nixos-install mounted for itself is gone with it.
func (*install) Undo(context.Context, *Env) error { return nil }
