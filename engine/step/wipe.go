package step

import (
	"context"
	"errors"

	"lethe/engine/target"
)

// wipe clears the edges of the disk, of its old partitions and of the new ones, so that no leftover is ever taken for
// real data.
type wipe struct{ saved *target.Saved }

// Do saves the regions first where they fit into memory. The old partition table lies within them.
func (w *wipe) Do(ctx context.Context, e *Env) error {
	regions := w.regions(e)
	saved, err := target.Save(e.Target.Disk(), regions)
	switch {
	case errors.Is(err, target.ErrTooLarge):
		e.Log("There are too many old partitions to remember: this cannot be undone.")
	case err != nil:
		return err
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	err = e.Target.Exclusive(ctx, func() error {
		if err := e.lastLook(); err != nil {
			return err
		}
		w.saved = saved
		e.Mark(Incomplete)
		return target.Clear(e.Target.Disk(), regions)
	})
	if err != nil {
		return err
	}
	e.Log("Cleared %d regions.", len(regions))
	return nil
}

// regions lists the edges of everything that was or will be.
func (*wipe) regions(e *Env) []target.Region {
	regions := target.Edges(0, e.Plan.Target.Bytes)
	for _, p := range e.found.Partitions {
		if p.Start < e.Plan.Target.Bytes && p.Size <= e.Plan.Target.Bytes-p.Start {
			regions = append(regions, target.Edges(p.Start, p.Size)...)
		}
	}
	l := e.Plan.Layout
	for _, p := range l.Partitions {
		regions = append(regions, target.Edges(l.SectorSize.Of(p.First), l.Size(p))...)
	}
	return regions
}

// Undo puts everything back, the old table included, unless something was formatted since.
func (w *wipe) Undo(ctx context.Context, e *Env) error {
	if w.saved == nil || e.formatted {
		return nil
	}
	if err := e.Target.Exclusive(ctx, func() error { return w.saved.Restore(e.Target.Disk()) }); err != nil {
		return err
	}
	e.Mark(Restored)
	return e.Target.Reread(ctx, nil)
}
