package step

import (
	"context"
	"errors"
	"fmt"

	"lethe/engine/command"
	"lethe/engine/layout"
	"lethe/engine/target"
	"lethe/engine/tool"
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
	err := e.Target.Partition(ctx, nix, target.Reading, func(path string) error { return e.openContainer(ctx, path, luks.Mapper) })
	if err != nil {
		return fmt.Errorf("cannot open the encrypted partition: %w", err)
	}
	return nil
}

// openContainer opens it with the volume key where this run has that, which spares a derivation; cryptsetup holds the key against the digest
// in the header. Nobody needs the key again.
func (e *Env) openContainer(ctx context.Context, path, mapper string) error {
	if e.header == nil {
		return e.run(ctx, command.OpenLUKS(path, mapper))
	}
	c := command.OpenLUKSWithKey(path, mapper)
	e.Log("$ %s", c.Shell())
	_, err := e.Tools.Run(ctx, tool.Call{Command: c, Key: e.header.Key(), Line: func(line string) { e.Log("%s", line) }})
	e.header = nil
	e.Ahead.Discard()
	return err
}

// Undo closes it.
func (*open) Undo(ctx context.Context, e *Env) error { return e.Machine.letGo(ctx, mapper) }
