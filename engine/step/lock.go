package step

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"lethe/engine/flake"
	"lethe/engine/plan"
	"lethe/engine/tool"
)

// lock computes flake.lock for a plan that came without one. It is the only file of the repository that was not reviewed,
// and says which bytes the reviewed ones name.
type lock struct{}

// Do asks Nix, in a folder of its own, and keeps the result for the step that writes the repository.
func (*lock) Do(ctx context.Context, e *Env) (err error) {
	folder := e.Machine.path(plan.Inputs)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("cannot lock the inputs: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	text, ok := e.Plan.Configuration.Files.Get(flake.FlakeFile)
	if !ok {
		return fmt.Errorf("cannot lock the inputs: the configuration has no %s", flake.FlakeFile)
	}
	if err := os.WriteFile(filepath.Join(folder, flake.FlakeFile), text, 0o600); err != nil {
		return fmt.Errorf("cannot lock the inputs: %w", err)
	}
	nix, err := tool.NewNix(e.Tools)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, nix.Close()) }()
	found, err := nix.Lock(ctx, folder)
	if err != nil {
		return fmt.Errorf("%w\nConnect the machine to the network and try again, or give a lock with --lock-file", err)
	}
	in := flake.Input{Layout: e.Plan.Layout, Config: e.Plan.Wishes, Lock: found}
	if err := flake.CheckLock(in); err != nil {
		return err
	}
	e.lock = found
	return nil
}

// Undo has nothing to free.
func (*lock) Undo(context.Context, *Env) error { return nil }
