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
	device, err := tool.Zram{Tools: e.Tools}.Start(ctx, e.Plan.Memory)
	if device != "" {
		if err := e.Machine.take(zram, device); err != nil {
			return errors.Join(err, tool.Zram{Tools: e.Tools}.Stop(ctx, device))
		}
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
