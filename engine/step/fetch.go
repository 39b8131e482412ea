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

// fetch clones a configuration of one's own while the disk is still as it was.
type fetch struct{}

// Do clones the planned commit and adds the plan's files.
func (*fetch) Do(ctx context.Context, e *Env) error {
	own := e.Plan.Configuration.Own
	if own == nil {
		return errors.New("cannot fetch the configuration: the plan has none of your own")
	}
	folder := e.Machine.path(plan.FetchedRepo)
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("cannot remove what an earlier run fetched: %w", err)
	}
	_, err := export.CloneAndAdd(ctx, own.Source, own.Rev, folder, flake.Addition{Files: e.Plan.Configuration.Files})
	if err != nil && context.Cause(ctx) == nil {
		return fmt.Errorf("%w\nRoot fetches it without your keys and passwords; clone it to a folder yourself, and name that", err)
	}
	return err
}

// Undo removes the clone.
func (*fetch) Undo(_ context.Context, e *Env) error {
	return os.RemoveAll(e.Machine.path(plan.FetchedRepo))
}
