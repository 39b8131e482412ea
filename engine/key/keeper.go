package key

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"lethe/engine/command"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/tool"
)

// Keeper has at most one header made at a time, in the background. It is safe for concurrent use.
type Keeper struct {
	tools tool.Runner
	meter Meter

	mu   sync.Mutex
	work *Work
}

// NewKeeper makes one that calls cryptsetup by tools. It does nothing until [Keeper.Begin].
func NewKeeper(tools tool.Runner) *Keeper { return &Keeper{tools: tools, meter: meter} }

// Work is a header in the making for one plan and one passphrase. Whoever took it from the keeper discards it in the end.
type Work struct {
	plan      string // its hash
	container command.Container
	mark      *secret.Mark
	tools     tool.Runner
	meter     Meter

	cancel context.CancelFunc
	once   sync.Once
	hurry  chan struct{} // closed when somebody waits
	ended  chan struct{} // closed at the end; what follows may be read then

	header *Header
	err    error

	busy float64 // processors that others used at the last look; the work's own

	patience func(program string) time.Duration
	tell     func(program string, silent time.Duration)
}

// Begin begins to make the header for a plan whose disk is encrypted, and returns at once. What is under way or ready for the same plan and
// passphrase goes on; for others it is discarded. The passphrase is copied and stays the caller's.
func (k *Keeper) Begin(p plan.Plan, passphrase *secret.Secret) error {
	luks := p.Layout.LUKS
	if luks == nil {
		return errors.New("cannot derive the key ahead: the disk is not encrypted")
	}
	hash, err := p.Hash()
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.work.fits(hash, passphrase) && !k.work.failed() {
		return nil
	}
	previous := k.work
	k.work = nil
	previous.discardSoon()
	w := &Work{
		plan: hash, tools: k.tools, meter: k.meter, hurry: make(chan struct{}), ended: make(chan struct{}),
		container: command.Container{UUID: luks.UUID, SectorSize: luks.SectorSize, DataOffset: luks.DataOffset, KDF: p.KDF},
	}
	if w.mark, err = passphrase.Mark(); err != nil {
		return fmt.Errorf("cannot derive the key ahead: %w", err)
	}
	own, err := passphrase.Clone()
	if err != nil {
		w.mark.Wipe()
		return fmt.Errorf("cannot derive the key ahead: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	k.work = w
	go w.run(ctx, own, previous)
	return nil
}

// Ended is closed when the work that was begun last has come to its end; at once where there is none.
func (k *Keeper) Ended() <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.work == nil {
		none := make(chan struct{})
		close(none)
		return none
	}
	return k.work.ended
}

// Take hands over the work for exactly this plan and passphrase; nil when there is none. Any other is discarded. The keeper is empty afterwards.
func (k *Keeper) Take(p plan.Plan, passphrase *secret.Secret) *Work {
	hash, err := p.Hash()
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.work
	k.work = nil
	if err != nil || !w.fits(hash, passphrase) {
		w.Discard()
		return nil
	}
	return w
}

// Keep discards what is not for this plan. A nil keeper has nothing.
func (k *Keeper) Keep(p plan.Plan) {
	if k == nil {
		return
	}
	hash, err := p.Hash()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.work != nil && (err != nil || k.work.plan != hash) {
		k.work.discardSoon()
		k.work = nil
	}
}

// Discard ends what is under way and overwrites what is ready. A nil keeper has nothing.
func (k *Keeper) Discard() {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.work.Discard()
	k.work = nil
}

// fits tells whether the work is for this plan and passphrase.
func (w *Work) fits(hash string, passphrase *secret.Secret) bool {
	return w != nil && w.plan == hash && w.mark.Fits(passphrase)
}

// failed tells whether the work has come to nothing already.
func (w *Work) failed() bool {
	select {
	case <-w.ended:
		return w.err != nil
	default:
		return false
	}
}

// Discard ends the work, waits for that, and overwrites what it made. It may be called again, and on nil.
func (w *Work) Discard() {
	if w == nil {
		return
	}
	w.cancel()
	<-w.ended
	w.header.Wipe()
	w.mark.Wipe()
}

// discardSoon is [Work.Discard] that does not wait for a program to end.
func (w *Work) discardSoon() {
	if w == nil {
		return
	}
	w.cancel()
	select {
	case <-w.ended:
		w.Discard()
	default:
		go w.Discard()
	}
}

// Watch has tell called when somebody waits for the work for long, as a [tool.Watchdog] does of a program: cryptsetup was started before
// there was anybody to tell. It is called before [Work.Wait], and on nil does nothing.
func (w *Work) Watch(patience func(program string) time.Duration, tell func(program string, silent time.Duration)) {
	if w != nil {
		w.patience, w.tell = patience, tell
	}
}

// Wait gives the header as soon as it is ready, and tells the work that somebody waits: it no longer waits for the machine to be idle.
// The header stays the work's, and is gone once that is discarded. An error is why there is none, or the context's.
func (w *Work) Wait(ctx context.Context) (*Header, error) {
	w.Hurry()
	wait := tool.Runner(waiting{ended: w.ended})
	if w.tell != nil {
		wait = tool.Watchdog{Runner: wait, Patience: w.patience, Tell: w.tell}
	}
	if _, err := wait.Run(ctx, tool.Call{Command: command.FormatLUKSWithKey(command.FilePath, w.container)}); err != nil {
		return nil, err
	}
	return w.header, w.err
}

// waiting stands for a program that was started before; its run is the rest of that.
type waiting struct {
	tool.Runner
	ended <-chan struct{}
}

// Run waits for the end.
func (w waiting) Run(ctx context.Context, _ tool.Call) (tool.Result, error) {
	select {
	case <-w.ended:
		return tool.Result{}, nil
	case <-ctx.Done():
		return tool.Result{}, context.Cause(ctx)
	}
}

// Hurry tells the work that somebody will soon wait for it.
func (w *Work) Hurry() { w.once.Do(func() { close(w.hurry) }) }

// mostTries is how often a derivation is measured before the machine counts as never idle.
const mostTries = 3

// run makes the header, after what came before is gone: two derivations at a time would disturb each other.
func (w *Work) run(ctx context.Context, passphrase *secret.Secret, previous *Work) {
	defer close(w.ended)
	defer w.cancel()
	defer passphrase.Wipe()
	if previous != nil {
		<-previous.ended
	}
	for try := 1; ; try++ {
		header, calm, err := w.try(ctx, passphrase, try)
		if err == nil {
			err = context.Cause(ctx)
		}
		switch {
		case err != nil:
			header.Wipe()
			w.err = fmt.Errorf("cannot derive the key ahead: %w", err)
			return
		case calm:
			w.header = header
			return
		}
		header.Wipe()
	}
}

// try makes the header once. calm tells whether it may be used: the cost of the derivation was given, or measured on an idle machine,
// or measured when somebody waited already, which is when luksFormat would have measured it.
func (w *Work) try(ctx context.Context, passphrase *secret.Secret, number int) (header *Header, calm bool, err error) {
	if w.container.KDF != (command.KDF{}) {
		header, err = format(ctx, w.tools, w.container, passphrase)
		return header, true, err
	}
	if number > mostTries {
		select {
		case <-w.hurry:
		case <-ctx.Done():
			return nil, false, context.Cause(ctx)
		}
	}
	idle := w.awaitCalm(ctx)
	others := w.meter()
	if header, err = format(ctx, w.tools, w.container, passphrase); err != nil {
		return nil, false, err
	}
	if !idle {
		header.Notes = append(header.Notes, fmt.Sprintf("The cost of the key derivation was measured at the start, as luksFormat does: before, the machine was not idle for long enough (others kept %.2f processors busy).", w.busy))
		return header, true, nil
	}
	w.busy, err = others()
	return header, err == nil && w.busy <= idleLimit(), err
}
