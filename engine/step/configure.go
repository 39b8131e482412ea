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

// Do makes the repository beside its place and puts it there when it is whole; in the new system, where a kept folder is its
// place already, it is written there. One that an earlier rehearsal left is replaced, unless somebody has worked in it: that one
// is kept under another name.
func (c *configure) Do(ctx context.Context, e *Env) error {
	if !e.Target.Image() {
		folder := e.Machine.path(plan.Repo)
		if err := write(ctx, e, folder); err != nil {
			return err
		}
		return readable(folder)
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
	switch {
	case own == nil:
		return stage(ctx, e, folder)
	case !e.Target.Image():
		fetched := e.Machine.path(plan.FetchedRepo)
		if err := os.CopyFS(folder, os.DirFS(fetched)); err != nil {
			return fmt.Errorf("cannot put the configuration in its place: %w", err)
		}
		return os.RemoveAll(fetched)
	}
	_, err := export.CloneAndAdd(ctx, own.Source, own.Rev, folder, flake.Addition{Files: configuration.Files})
	return err
}

// stage writes the generated repository file by file. Unlike an export to a stick it does not wait for the whole file system,
// and with it for the image, to reach the disk.
func stage(ctx context.Context, e *Env, folder string) error {
	repo := e.Plan.Configuration.Files
	if e.lock != nil {
		var err error
		if repo, err = repo.With(flake.LockFile, e.lock); err != nil {
			return err
		}
	}
	author := export.AuthorFor(e.Plan.Wishes, e.Now())
	author.Local = !e.Target.Image()
	files, err := export.Stage(repo, author)
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

// readable lets everybody read the repository, as nothing secret is in it, whatever the umask is.
func readable(folder string) error {
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm() & 0o700
		return os.Chmod(path, mode|(mode&0o500)>>3|(mode&0o500)>>6)
	})
	if err != nil {
		return fmt.Errorf("cannot make the configuration readable: %w", err)
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
