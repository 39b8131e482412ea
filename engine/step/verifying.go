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
		Tools: e.Tools, Target: e.Target, Layout: e.Plan.Layout, Passphrase: passphrase, Proof: e.proof.result,
		Repo: plan.RepoDir(e.Target.Path()), Mounted: e.mounted(), Configuration: e.Plan.Configuration,
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
	if e.Target.Image() {
		e.Mark(Complete) // a real disk is complete once it is let go of
		return nil
	}
	// From here on only the letting go is left: a journal that says so must not be on the disk before the system is.
	return e.run(ctx, command.SyncFileSystem(plan.Root+"/nix"))
}

// mounted is what a real disk's system was to become; nil in a rehearsal.
func (e *Env) mounted() *verify.Mounted {
	if e.Target.Image() {
		return nil
	}
	m := &verify.Mounted{Root: plan.Root, Owner: e.Plan.Owner(), Lock: e.lock, Erased: e.erased()}
	for _, k := range e.Plan.Kept() {
		m.Binds = append(m.Binds, k.Path)
	}
	for _, u := range e.Plan.Wishes.Users {
		password, _ := e.Secrets.Get(plan.PasswordSecret(u.Name))
		m.Users = append(m.Users, verify.User{Name: u.Name, Password: password})
	}
	return m
}

// erased are the partitions that were on the disk.
func (e *Env) erased() []verify.Erased {
	if e.Plan.Continues { // what was found are the new ones
		return nil
	}
	var list []verify.Erased
	for _, p := range e.found.Partitions {
		list = append(list, verify.Erased{PartUUID: p.PartUUID, Label: p.Label, Type: p.Type})
	}
	return list
}

// Undo has nothing to free.
func (*verifying) Undo(context.Context, *Env) error { return nil }
