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

// proof is the proof of the typed passphrase against the header on the disk, made while something else takes its time.
type proof struct {
	cancel context.CancelFunc
	ended  chan struct{}

	slot int
	uuid string
	err  error
}

// errLater tells that the proof is left for the verification.
var errLater = errors.New("not proved yet")

// beginProof begins to prove the passphrase in the background; the verification waits for it. It takes as much memory as opening the
// disk does, so where that is short, it is not begun and the verification makes it.
func (e *Env) beginProof(ctx context.Context) {
	nix, ok := e.Plan.Layout.Find(layout.Nix)
	if e.Plan.Layout.LUKS == nil || !ok {
		return
	}
	e.proof.stop()
	ctx, cancel := context.WithCancel(ctx)
	p := &proof{cancel: cancel, ended: make(chan struct{})}
	e.proof = p
	held := e.Target
	go func() {
		defer close(p.ended)
		p.err = held.Partition(ctx, nix, target.Reading, func(path string) error { return p.make(ctx, e, path) })
	}()
}

// make proves it.
func (p *proof) make(ctx context.Context, e *Env, path string) error {
	header, err := tool.PeekHeader(path)
	if err != nil {
		return errLater // where it is reported
	}
	free, err := tool.ReadMemory()
	if err != nil || header.Memory > free.Available/4 {
		return errLater
	}
	passphrase, ok := e.Secrets.Get(command.Passphrase)
	if !ok {
		return errLater
	}
	defer tool.Reserve(header.Memory)()
	p.slot, p.uuid, err = tool.Unlock(ctx, path, passphrase)
	return err
}

// result waits for the end of the proof. made is false where it was not made.
func (p *proof) result(ctx context.Context) (slot int, uuid string, made bool, err error) {
	if p == nil {
		return 0, "", false, nil
	}
	select {
	case <-p.ended:
	case <-ctx.Done():
		return 0, "", true, fmt.Errorf("cannot prove the passphrase: %w", context.Cause(ctx))
	}
	if errors.Is(p.err, errLater) {
		return 0, "", false, nil
	}
	return p.slot, p.uuid, true, p.err
}

// stop ends it and waits for that. It may be called on nil.
func (p *proof) stop() {
	if p == nil {
		return
	}
	p.cancel()
	<-p.ended
}
