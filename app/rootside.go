package main

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2/lang"

	"lethe/app/page"
	"lethe/engine"
)

// leaveDisks leaves the disk page with what root read, unless there is something to be settled first.
func (w *window) leaveDisks() {
	w.connect(func() {
		if !w.settle(w.onward) {
			w.onward()
		}
	})
}

// onward opens the next page.
func (w *window) onward() {
	if w.state.CanNext() && w.state.Next() {
		w.turn()
	}
}

// connect starts the root side, lets go of what an interrupted installation left, and goes on with what root read.
func (w *window) connect(then func()) {
	ctx, cancel := context.WithCancel(w.life)
	w.shell.wait(lang.L("The disks are being read with root's permission. You may be asked for a password."), cancel)
	inBackground(ctx, w, func(ctx context.Context) (connected, error) {
		h, err := w.engine.Connect(ctx)
		if err != nil {
			return connected{}, err
		}
		facts, err := factsOf(ctx, h)
		if err != nil {
			return connected{}, errors.Join(err, hangUp(h))
		}
		return connected{h, facts}, nil
	}, func(c connected, err error) {
		given := ctx.Err() != nil
		cancel()
		w.shell.waited()
		switch {
		case err != nil && !given:
			w.shell.tell(page.Engine(err.Error()))
		case given && c.host != nil:
			w.background.Go(func() { _ = hangUp(c.host) })
		case err == nil:
			w.host = c.host
			w.useFacts(c.facts)
			then()
		}
	})
}

// connected is the root side with what it read.
type connected struct {
	host  host
	facts engine.Facts
}

// factsOf reads the machine once nothing of an interrupted installation is held any more: nothing is lost by that.
func factsOf(ctx context.Context, h host) (engine.Facts, error) {
	facts, err := h.Facts(ctx)
	if err != nil || len(facts.Leftovers) == 0 {
		return facts, err
	}
	if _, err := h.Release(ctx); err != nil {
		return facts, err
	}
	return h.Facts(ctx)
}

// readFacts lets the root side read everything anew.
func (w *window) readFacts() {
	h := w.host
	inBackground(w.life, w, func(ctx context.Context) (engine.Facts, error) { return factsOf(ctx, h) }, func(f engine.Facts, err error) {
		if w.host != h || w.life.Err() != nil {
			return
		}
		if err != nil { // it may be gone; the next step starts another
			w.dropHost()
			w.state.Facts = nil
			w.shell.tell(page.Engine(err.Error()))
			return
		}
		w.useFacts(f)
	})
}

func (w *window) useFacts(f engine.Facts) {
	page := w.state.Page
	w.state.UseFacts(f)
	if w.state.Page != page {
		w.turn()
		return
	}
	w.refresh()
}

// patience is how long the root side may take to end.
const patience = 10 * time.Second

// hangUp ends the root side.
func hangUp(h host) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return h.Close(ctx)
}

// dropHost ends the root side in the background.
func (w *window) dropHost() {
	if h := w.host; h != nil {
		w.host = nil
		w.background.Go(func() { _ = hangUp(h) })
	}
}

// reboot starts the machine again.
func (w *window) reboot() {
	h := w.host
	if h == nil {
		return
	}
	w.work.Rebooting, w.work.RebootError = true, ""
	w.refresh()
	inBackground(w.life, w, func(ctx context.Context) (struct{}, error) { return struct{}{}, h.Reboot(ctx) }, func(_ struct{}, err error) {
		w.work.Rebooting = err == nil
		if err != nil {
			w.work.RebootError = err.Error()
		}
		w.refresh()
	})
}
