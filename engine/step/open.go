package step

import (
	"context"
	"errors"
	"fmt"

	"lethe/engine/command"
	"lethe/engine/layout"
	"lethe/engine/target"
)

// open opens the container.
type open struct{}

// Do maps it under the name that it has at boot too.
func (*open) Do(ctx context.Context, e *Env) error {
	luks := e.Plan.Layout.LUKS
	nix, ok := e.Plan.Layout.Find(layout.Nix)
	if luks == nil || !ok {
		return errors.New("cannot open the container: the layout has none")
	}
	if opened, err := e.Machine.Opened(luks.Mapper); err != nil || opened {
		return errors.Join(fmt.Errorf("cannot open the container: /dev/mapper/%s has appeared meanwhile and is somebody else's", luks.Mapper), err)
	}
	if err := e.Machine.take(mapper, luks.Mapper); err != nil {
		return err
	}
	return e.Target.Partition(ctx, nix, target.Reading, func(path string) error {
		if err := e.run(ctx, command.OpenLUKS(path, luks.Mapper)); err != nil {
			return fmt.Errorf("cannot open the encrypted partition: %w", err)
		}
		return nil
	})
}

// Undo closes it.
func (*open) Undo(ctx context.Context, e *Env) error { return e.Machine.letGo(ctx, mapper) }
