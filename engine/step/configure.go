package step

import (
	"context"
	"errors"
	"fmt"
	"os"

	"lethe/engine/flake"
	"lethe/engine/flake/export"
	"lethe/engine/plan"
)

// configure writes the NixOS repository of the plan, byte for byte.
type configure struct{ folder string }

// Do writes the repository beside the image; one that an earlier run left there is replaced.
func (c *configure) Do(ctx context.Context, e *Env) error {
	if !e.Target.Image() {
		return fmt.Errorf("cannot write the configuration to %s: real disks need the root helper, which this version does not have yet", e.Target.Path())
	}
	c.folder = plan.RepoDir(e.Target.Path())
	if err := os.RemoveAll(c.folder); err != nil {
		return fmt.Errorf("cannot replace the configuration of an earlier run: %w", err)
	}
	configuration := e.Plan.Configuration
	if own := configuration.Own; own != nil {
		clone, err := export.Clone(ctx, own.Source, own.Rev, c.folder)
		if err != nil {
			return err
		}
		return clone.Add(flake.Addition{Files: configuration.Files})
	}
	return export.Write(ctx, configuration.Files, c.folder, export.AuthorFor(e.Plan.Wishes, e.Now()))
}

// Undo removes what was written.
func (c *configure) Undo(context.Context, *Env) error {
	if c.folder == "" {
		return nil
	}
	if err := os.RemoveAll(c.folder); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("cannot remove the configuration: %w", err)
	}
	return nil
}
