package step

import (
	"context"
	"errors"

	"lethe/engine/command"
	"lethe/engine/key"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/target"
)

// encrypt makes the LUKS2 container.
type encrypt struct{ step plan.Step }

// Do writes the header that was made ahead, or formats the container; the passphrase goes through a pipe and nowhere else.
func (*encrypt) Do(ctx context.Context, e *Env) error {
	luks := e.Plan.Layout.LUKS
	if luks == nil {
		return errors.New("cannot encrypt: the layout has no container")
	}
	header, err := e.headerAhead(ctx)
	if err != nil {
		return err
	}
	if header != nil {
		return e.restore(ctx, header)
	}
	return e.make(ctx, layout.Nix, func(path string, _ layout.Partition) command.Command {
		return command.FormatLUKS(path, command.Container{
			UUID: luks.UUID, SectorSize: luks.SectorSize, DataOffset: luks.DataOffset, KDF: e.Plan.KDF,
		})
	})
}

// headerAhead waits for the header; none is no error, as it can be made here and now.
func (e *Env) headerAhead(ctx context.Context) (*key.Header, error) {
	if e.Ahead == nil {
		return nil, nil //nolint:nilnil // a nil header is of use
	}
	header, err := e.Ahead.Wait(ctx)
	if cancelled := context.Cause(ctx); cancelled != nil {
		return nil, cancelled
	}
	if err != nil {
		e.Log("The key is derived now: %v", err)
		return nil, nil //nolint:nilnil // a nil header is of use
	}
	return header, nil
}

// restore puts a header that was made ahead into its place.
func (e *Env) restore(ctx context.Context, header *key.Header) error {
	nix, ok := e.Plan.Layout.Find(layout.Nix)
	if !ok {
		return errors.New("cannot encrypt: the layout has no nix partition")
	}
	for _, note := range header.Notes {
		e.Log("%s", note)
	}
	err := e.Target.Partition(ctx, nix, target.Making, func(path string) error {
		e.formatted = true
		return header.Write(ctx, path)
	})
	if err != nil {
		return err
	}
	e.header = header
	e.Log("Wrote the LUKS2 header, made by luksFormat while you were reading (%s; %s), and compared it on the disk byte for byte.", header.Size().Human(), header.Made.KDF)
	return nil
}

// Undo has nothing to free: the container was never opened.
func (*encrypt) Undo(context.Context, *Env) error { return nil }
