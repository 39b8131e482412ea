package run_test

import (
	"context"
	"errors"
	"testing"

	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/step"
	"lethe/engine/target"
)

// amid cancels while something is being written to a disk, as the end of a window's input does.
type amid struct {
	*disk
	turn   int // of the write during which to cancel
	cancel func()
	after  func() // what was begun is done
}

func (a *amid) Exclusive(ctx context.Context, do func() error) error {
	a.turn--
	if a.turn == 0 {
		a.cancel()
	}
	err := a.disk.Exclusive(ctx, do)
	if a.turn == 0 {
		a.after()
	}
	return err
}

// Reread is interrupted by a cancel, unlike a write.
func (*disk) Settle(context.Context) error { return nil }

func (a *amid) Settle(ctx context.Context) error { return a.disk.Settle(ctx) }

func (a *amid) Reread(ctx context.Context, parts []layout.Partition) error {
	if err := context.Cause(ctx); err != nil && parts != nil {
		return err
	}
	return a.disk.Reread(ctx, parts)
}

func TestACancelAmidPartitioningWaitsForTheTable(t *testing.T) {
	for turn, name := range map[int]string{1: "wipe", 2: "partition"} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, true)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			whole := false
			held := &amid{disk: s.disk, turn: turn, cancel: func() { cancel(errStopped) }, after: func() {
				table, parts, _, err := device.ReadTable(s.disk.file, plantest.Size, 512)
				whole = err == nil && (turn == 1 && table.Kind == device.TableNone || table.Kind == device.TableGPT && table.GUID == s.env.Plan.Layout.DiskGUID && len(parts) == 3)
			}}
			s.env.Open = func(plan.Plan) (target.Target, error) { s.disk.held++; return held, nil }
			result, err := s.runner.Run(ctx, s.env)
			if !whole {
				t.Error("the write was cut short by the cancel")
			}
			if result.State != step.Restored || !result.Cancelled || !errors.Is(err, errStopped) {
				t.Errorf("%s: %v", result.State, err)
			}
			s.check(t, result, err)
		})
	}
}
