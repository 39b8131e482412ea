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

// verifying reads everything back.
type verifying struct{}

// Do runs every check and fails when one of them does. What a rehearsal cannot prove is reported as such.
func (*verifying) Do(ctx context.Context, e *Env) error {
	written := make(chan error, 1)
	go func() { written <- e.Target.Disk().Sync() }()
	if !e.Target.Image() { // a device and its partitions are cached apart; an image is one file
		if err := <-written; err != nil {
			return fmt.Errorf("cannot write %s out: %w", e.Target.Path(), err)
		}
		written <- nil
	}
	passphrase, _ := e.Secrets.Get(command.Passphrase)
	e.Report = verify.Run(ctx, verify.Input{
		Tools: e.Tools, Target: e.Target, Layout: e.Plan.Layout, Passphrase: passphrase,
		Repo: plan.RepoDir(e.Target.Path()), Configuration: e.Plan.Configuration,
		Each: func(c verify.Check) {
			e.Emit(event.Event{Kind: event.Checked, Title: c.Name, Text: c.Detail, Status: string(c.Status)})
		},
	})
	if err := <-written; err != nil {
		return fmt.Errorf("cannot write %s out: %w", e.Target.Path(), err)
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	var failed []string
	for _, c := range e.Report.Checks {
		if c.Status == verify.Failed {
			failed = append(failed, c.Name+": "+c.Detail)
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("cannot verify %s: %w: %s", e.Target.Path(), errVerification, strings.Join(failed, "; "))
	}
	e.Mark(Complete)
	return nil
}

// Undo has nothing to free.
func (*verifying) Undo(context.Context, *Env) error { return nil }
