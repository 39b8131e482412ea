package step

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"lethe/engine/plan"
)

// mount puts the new system's tree together.
type mount struct{}

// Do makes the folders and mounts, in the plan's order.
func (*mount) Do(ctx context.Context, e *Env) error {
	if err := e.Machine.take(tree, plan.Root); err != nil {
		return err
	}
	for _, m := range e.Plan.Mounts() {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		for _, f := range m.Folders {
			if f.Path == plan.Temp {
				if err := e.Machine.take(folder, plan.Temp); err != nil {
					return err
				}
			}
			if err := e.makeFolder(f.Path, os.FileMode(f.Mode)); err != nil {
				return err
			}
		}
		if err := e.run(ctx, m.Command); err != nil {
			return fmt.Errorf("cannot mount %s: %w", m.At, err)
		}
	}
	return nil
}

// makeFolder makes a folder with a mode, and those above it for everybody to pass: the umask of the root side is tight.
func (e *Env) makeFolder(name string, mode os.FileMode) error {
	path := e.Machine.path(name)
	err := os.Mkdir(path, mode)
	if errors.Is(err, os.ErrNotExist) {
		if err := e.makeFolder(filepath.Dir(name), plan.ParentMode(filepath.Dir(name))); err != nil {
			return err
		}
		err = os.Mkdir(path, mode)
	}
	if errors.Is(err, os.ErrExist) {
		info, statErr := os.Lstat(path)
		if statErr != nil || !info.IsDir() {
			return errors.Join(fmt.Errorf("cannot make folder %s: something else is there", name), statErr)
		}
		if name == plan.Root { // of the live system, and about to be covered
			return nil
		}
		err = nil
	}
	if err == nil {
		err = os.Chmod(path, mode)
	}
	if err != nil {
		return fmt.Errorf("cannot make folder: %w", err)
	}
	return nil
}

// Undo unmounts everything, the scratch removed first.
func (*mount) Undo(ctx context.Context, e *Env) error {
	return errors.Join(e.Machine.letGo(ctx, folder), e.Machine.letGo(ctx, tree))
}
