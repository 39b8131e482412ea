package step

import (
	"context"
	"errors"

	"lethe/engine/tool"
)

// memory gives the live system compressed swap in memory. The swap of the target is never switched on: what was typed could
// reach the disk in the clear.
type memory struct{}

// Do starts it. A live system that cannot do it goes on without, and says so.
func (*memory) Do(ctx context.Context, e *Env) error {
	start := tool.Zram{Tools: e.Tools, Taken: func(path string) error { return e.Machine.take(zram, path) }}
	device, err := start.Start(ctx, e.Plan.Memory)
	if err != nil && context.Cause(ctx) == nil {
		err = errors.Join(err, e.Machine.letGo(ctx, zram))
	}
	switch cancelled := context.Cause(ctx); {
	case cancelled != nil:
		return errors.Join(cancelled, err)
	case err != nil:
		e.Log("The memory cannot be stretched (%v); the installation goes on without.", err)
	case device == "":
		e.Log("There is swap in memory already.")
	}
	return nil
}

// Undo takes it away, where memory can take it back; else it ends with the live session.
func (*memory) Undo(ctx context.Context, e *Env) error {
	if err := e.Machine.letGo(ctx, zram); err != nil {
		e.Log("The swap in memory stays until this system is restarted: %v", err)
		e.Machine.forget(zram)
	}
	return e.Machine.save()
}
