package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"testing"

	"lethe/app/session"
	"lethe/engine/plan"
)

// TestDeparture finishes once, and ends as it was asked to.
func TestDeparture(t *testing.T) {
	var did []any
	d := newDeparture(nil)
	d.finish = func() { did = append(did, "finish"); d.leave(7) } // as a run does that ends meanwhile
	d.exit = func(code int) { did = append(did, code) }
	d.raise = func(s syscall.Signal) { did = append(did, s) }
	d.leave(failed)
	d.leave(0)
	if !slices.Equal(did, []any{"finish", failed}) {
		t.Errorf("it did %v", did)
	}
	did, d.asked = nil, make(chan os.Signal, 1)
	d.begun.Store(false)
	d.asked <- syscall.SIGHUP
	d.leave(0)
	if len(did) < 2 || did[1] != any(syscall.SIGHUP) {
		t.Errorf("after a signal it did %v", did)
	}
}

// TestSignalsGoNowhereElse takes them from Fyne, which listens before its loop begins and may begin to only after that, and has the window closed once.
func TestSignalsGoNowhereElse(t *testing.T) {
	elsewhere := make(chan os.Signal, 1)
	defer signal.Stop(elsewhere)
	d := newDeparture(func() {})
	d.listen()
	defer d.release()
	signal.Notify(elsewhere, syscall.SIGINT, syscall.SIGTERM)
	closed := make(chan struct{})
	d.obey(func(f func()) { f() }, func() { close(closed) })
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-closed
	signal.Stop(elsewhere) // waits for what is on its way
	if len(elsewhere) > 0 {
		t.Error("Fyne has got the signal")
	}
	var by syscall.Signal
	d.raise, d.exit = func(s syscall.Signal) { by = s }, func(int) {}
	d.leave(0)
	if by != syscall.SIGTERM {
		t.Errorf("it ended by signal %d", by)
	}
}

// TestIgnoredSignalsStaySo lets a window go on that nohup has started.
func TestIgnoredSignalsStaySo(t *testing.T) {
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	d := newDeparture(func() {})
	d.listen()
	defer d.release()
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // as Fyne does with others
	d.take()
	if !signal.Ignored(syscall.SIGHUP) || slices.Contains(d.heeded, os.Signal(syscall.SIGHUP)) {
		t.Error("a hang-up would end it")
	}
	if signal.Ignored(syscall.SIGTERM) || !slices.Contains(d.heeded, os.Signal(syscall.SIGTERM)) {
		t.Error("nothing would end it")
	}
}

// TestNothingIsQueuedAfterTheEnd holds since Fyne's queue may be closed by then.
func TestNothingIsQueuedAfterTheEnd(t *testing.T) {
	l := newLoop()
	l.d.begin()
	l.d.end()
	l.d.dispatch(func() { t.Error("it was run") })
	if l.run(); len(l.queue) > 0 {
		t.Error("it was queued")
	}
}

// TestFinishEndsARehearsal at a safe point, and removes its disk, though nobody dispatches any more.
func TestFinishEndsARehearsal(t *testing.T) {
	s := newStand(t, false)
	letGo := s.held(plan.Encrypt)
	s.begin(plan.Encrypt)
	letGo() // at once when it is told to stop
	s.w.finish()
	if s.w.running() || s.engine.removed != 1 || s.w.state.Run.Outcome != session.OutcomeCancelled {
		t.Errorf("running: %t; %d disks were removed; the outcome is %q", s.w.running(), s.engine.removed, s.w.state.Run.Outcome)
	}
}

// TestFinishUndoesAPlan removes the disk of a rehearsal whose plan was ready when nobody took it any more.
func TestFinishUndoesAPlan(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageReview)
	s.w.state.SetPlan(plan.Plan{}) // no longer fits
	s.w.plan()
	s.w.finish()
	if s.engine.removed != 2 {
		t.Errorf("of two disks %d were removed", s.engine.removed)
	}
}

// TestFinishHandsOver leaves an installation that cannot be stopped any more to the root side, and does not wait for it.
func TestFinishHandsOver(t *testing.T) {
	s := newStand(t, true)
	gone := make(chan struct{})
	s.engine.at(plan.Install, func(context.Context) error { <-gone; return nil })
	s.engine.host.wrong = errors.New("the helper goes on by itself")
	s.to(session.PageReview)
	s.w.state.Consent = "nvme0n1"
	s.w.next()
	s.until("it installs", func() bool {
		return s.w.running() && s.w.state.Run.Current >= 0 && s.w.state.Run.Steps[s.w.state.Run.Current].ID == string(plan.Install)
	})
	given := s.w.given
	s.w.finish()
	if calls := s.engine.host.called(); calls[len(calls)-1] != "close" {
		t.Errorf("the root side was asked %v", calls)
	}
	if kept, ok := given.Get(session.PassphraseID); ok && len(kept.Bytes()) > 0 {
		t.Error("the passphrase is still there")
	}
	close(gone)
	s.w.runs.Wait()
}
