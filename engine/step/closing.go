package step

import (
	"context"
	"fmt"
	"strings"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/verify"
)

// closing writes everything out and lets go of the disk.
type closing struct{}

// Do removes the scratch, unmounts, checks the file systems that nobody writes to any more, and closes the container. Only
// then is the disk complete.
func (*closing) Do(ctx context.Context, e *Env) error {
	if err := e.Machine.letGo(ctx, folder); err != nil {
		return err
	}
	if err := e.run(ctx, command.SyncFileSystem(plan.Root+"/nix")); err != nil {
		return fmt.Errorf("cannot write everything out: %w", err)
	}
	if err := e.Machine.letGo(ctx, tree); err != nil {
		return err
	}
	checks := verify.Clean(ctx, verify.Input{Tools: e.Tools, Target: e.Target, Layout: e.Plan.Layout})
	if err := context.Cause(ctx); err != nil {
		return err
	}
	var failed []string
	damaged := false
	for _, c := range checks {
		e.Emit(event.Event{Kind: event.Checked, Title: c.Name, Text: c.Detail, Status: string(c.Status)})
		if c.Status == verify.Failed {
			failed, damaged = append(failed, c.Name+": "+c.Detail), damaged || c.Damaged
		}
	}
	e.Report.Checks = append(e.Report.Checks, checks...)
	switch {
	case damaged:
		e.Mark(Unclean)
		return fmt.Errorf("cannot verify %s: %w: %s", e.Target.Path(), errVerification, strings.Join(failed, "; "))
	case len(failed) > 0: // a check could not run: that says nothing against going on
		return fmt.Errorf("cannot verify %s: %s", e.Target.Path(), strings.Join(failed, "; "))
	}
	if err := e.Machine.letGo(ctx, mapper); err != nil {
		return err
	}
	if err := e.Machine.letGo(ctx, zram); err != nil { // memory may be too short to take it back; it ends with the live session
		e.Log("The swap in memory stays until this system is restarted: %v", err)
		e.Machine.forget(zram)
		if err := e.Machine.save(); err != nil {
			return err
		}
	}
	if err := e.Target.Disk().Sync(); err != nil {
		return fmt.Errorf("cannot write %s out: %w", e.Target.Path(), err)
	}
	e.Mark(Complete)
	return nil
}

// Undo leaves the rest to the undo of the steps that took it.
func (*closing) Undo(context.Context, *Env) error { return nil }
