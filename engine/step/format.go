package step

import (
	"context"
	"errors"
	"fmt"

	"lethe/engine/command"
	"lethe/engine/layout"
	"lethe/engine/plan"
)

// format makes one file system.
type format struct{ step plan.Step }

// Do runs the role's mkfs.
func (f *format) Do(ctx context.Context, e *Env) error {
	l := e.Plan.Layout
	switch f.step.Role {
	case layout.ESP:
		return e.make(ctx, layout.ESP, func(path string, p layout.Partition) command.Command {
			return command.MakeFAT(path, p.Label, p.UUID, l.SectorSize)
		})
	case layout.Swap:
		return e.make(ctx, layout.Swap, func(path string, p layout.Partition) command.Command {
			return command.MakeSwap(path, p.Label, p.UUID)
		})
	case layout.Nix:
		if e.Plan.Layout.LUKS != nil {
			return f.inside(ctx, e)
		}
		return e.make(ctx, layout.Nix, func(path string, p layout.Partition) command.Command {
			return command.MakeExt4(path, p.Label, p.UUID, p.PartUUID, l.Size(p))
		})
	}
	return fmt.Errorf("cannot format %q: no such role", f.step.Role)
}

// inside makes the nix file system in the opened container.
func (*format) inside(ctx context.Context, e *Env) error {
	p, ok := e.Plan.Layout.Find(layout.Nix)
	if !ok {
		return errors.New("cannot format nix: the layout has no such partition")
	}
	return e.run(ctx, command.MakeExt4Encrypted(e.Plan.NixDevice(), p.Label, p.UUID, p.PartUUID, e.Plan.Layout.Size(p)))
}

// Undo has nothing to free: nothing was mounted.
func (*format) Undo(context.Context, *Env) error { return nil }
