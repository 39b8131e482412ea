package step

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/target"
	"lethe/engine/tool"
)

// mount puts the new system's tree together.
type mount struct{}

// Do makes the folders and mounts, in the plan's order.
func (*mount) Do(ctx context.Context, e *Env) error {
	if err := e.ownPartitions(ctx); err != nil {
		return err
	}
	if err := e.Machine.take(tree, plan.Root); err != nil {
		return err
	}
	if err := e.repair(ctx); err != nil {
		return err
	}
	for _, m := range e.Plan.Mounts() {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if e.Plan.Continues {
			e.Mark(Prepared)
		}
		for _, f := range m.Folders {
			if f.Path == plan.Temp {
				if err := e.Machine.take(folder, plan.Temp); err != nil {
					return err
				}
			}
			if err := e.makeFolder(f.Path, f.FileMode()); err != nil {
				return err
			}
		}
		if err := e.run(ctx, m.Command); err != nil {
			return fmt.Errorf("cannot mount %s: %w", m.At, err)
		}
	}
	return nil
}

// ownPartitions makes sure, before an installation that continues writes anything, that the names it does so by lead to this disk: those of a
// copy of it are the same, and udev gives a name to one of the two. A first run made its partitions under new names, through the same look.
func (e *Env) ownPartitions(ctx context.Context) error {
	if !e.Plan.Continues {
		return nil
	}
	for _, role := range []layout.Role{layout.ESP, layout.Nix} {
		p, ok := e.Plan.Layout.Find(role)
		if !ok {
			return fmt.Errorf("cannot mount %s: the layout has no such partition", role)
		}
		if err := e.Target.Partition(ctx, p, target.Reading, func(string) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// repair mends, in an installation that continues, the EFI system partition that the power cut left mounted.
func (e *Env) repair(ctx context.Context) error {
	if !e.Plan.Continues {
		return nil
	}
	err := e.run(ctx, e.Plan.Repair())
	var mended *tool.Error
	if errors.As(err, &mended) && mended.Exit == 1 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot repair the EFI system partition: %w", err)
	}
	return nil
}

// makeFolder makes a folder of the new system.
func (e *Env) makeFolder(name string, mode os.FileMode) error {
	return e.Machine.makeFolder(name, mode)
}

// makeFolder makes a folder with a mode, and those above it for everybody to pass: the umask of the root side is tight.
func (m *Machine) makeFolder(name string, mode os.FileMode) error {
	path := m.path(name)
	err := os.Mkdir(path, mode)
	if errors.Is(err, os.ErrNotExist) {
		if err := m.makeFolder(filepath.Dir(name), plan.ParentMode(filepath.Dir(name))); err != nil {
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
	scratch, mounts := e.Machine.letGo(ctx, folder), e.Machine.letGo(ctx, tree)
	if scratch != nil && mounts == nil { // the disk is full of errors, or gone: nothing leads to the scratch any more
		e.Machine.forget(folder)
		mounts = e.Machine.save()
	}
	return errors.Join(scratch, mounts)
}
