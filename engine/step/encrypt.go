package step

import (
	"context"
	"errors"

	"lethe/engine/command"
	"lethe/engine/layout"
	"lethe/engine/plan"
)

// encrypt makes the LUKS2 container.
type encrypt struct{ step plan.Step }

// Do formats the container; the passphrase goes through a pipe and nowhere else.
func (*encrypt) Do(ctx context.Context, e *Env) error {
	luks := e.Plan.Layout.LUKS
	if luks == nil {
		return errors.New("cannot encrypt: the layout has no container")
	}
	return e.make(ctx, layout.Nix, func(path string, _ layout.Partition) command.Command {
		return command.FormatLUKS(path, command.Container{
			UUID: luks.UUID, SectorSize: luks.SectorSize, DataOffset: luks.DataOffset, KDF: e.Plan.KDF,
		})
	})
}

// Undo has nothing to free: the container was never opened.
func (*encrypt) Undo(context.Context, *Env) error { return nil }
