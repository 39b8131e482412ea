package step

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lethe/engine/flake"
	"lethe/engine/flake/export"
	"lethe/engine/plan"
)

// configure writes the NixOS repository of the plan, byte for byte.
type configure struct{ fresh string }

// Do makes the repository beside its place and puts it there when it is whole. One that an earlier run left is replaced,
// unless somebody has worked in it: that one is kept under another name.
func (c *configure) Do(ctx context.Context, e *Env) error {
	if !e.Target.Image() {
		return fmt.Errorf("cannot write the configuration to %s: real disks need the root helper, which this version does not have yet", e.Target.Path())
	}
	folder := plan.RepoDir(e.Target.Path())
	c.fresh = folder + ".new"
	if err := os.RemoveAll(c.fresh); err != nil {
		return fmt.Errorf("cannot remove the leftover of an earlier run: %w", err)
	}
	if err := write(ctx, e, c.fresh); err != nil {
		return err
	}
	if err := clearAway(e, folder); err != nil {
		return err
	}
	if err := os.Rename(c.fresh, folder); err != nil {
		return fmt.Errorf("cannot put the configuration in its place: %w", err)
	}
	return nil
}

// write makes the plan's repository in a new folder.
func write(ctx context.Context, e *Env, folder string) error {
	configuration := e.Plan.Configuration
	own := configuration.Own
	if own == nil {
		return stage(ctx, e, folder)
	}
	_, err := export.CloneAndAdd(ctx, own.Source, own.Rev, folder, flake.Addition{Files: configuration.Files})
	return err
}

// stage writes the generated repository file by file. Unlike an export to a stick it does not wait for the whole file system,
// and with it for the image, to reach the disk.
func stage(ctx context.Context, e *Env, folder string) error {
	files, err := export.Stage(e.Plan.Configuration.Files, export.AuthorFor(e.Plan.Wishes, e.Now()))
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		path := filepath.Join(folder, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // nothing secret is in it
			return fmt.Errorf("cannot make the configuration: %w", err)
		}
		if err := os.WriteFile(path, f.Text, 0o644); err != nil { //nolint:gosec // nothing secret is in it
			return fmt.Errorf("cannot make the configuration: %w", err)
		}
	}
	return nil
}

// clearAway makes room for a new repository.
func clearAway(e *Env, folder string) error {
	_, err := os.Lstat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && export.Pristine(folder):
		err = os.RemoveAll(folder)
	case err == nil:
		kept := folder + "." + e.Now().UTC().Format("20060102T150405.000")
		if err = os.Rename(folder, kept); err == nil {
			e.Log("The configuration of an earlier rehearsal was changed since; it is kept in %s.", kept)
		}
	}
	if err != nil {
		return fmt.Errorf("cannot make room for the configuration: %w", err)
	}
	return nil
}

// Undo removes what was not finished.
func (c *configure) Undo(context.Context, *Env) error {
	if c.fresh == "" {
		return nil
	}
	if err := os.RemoveAll(c.fresh); err != nil {
		return fmt.Errorf("cannot remove the configuration: %w", err)
	}
	return nil
}
