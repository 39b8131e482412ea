package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"lethe/app/session"
	"lethe/engine/plan"
)

// at makes a run call f before a step of a kind.
func (f *fakeEngine) at(kind plan.Kind, call func(ctx context.Context) error) {
	f.pause = func(ctx context.Context, step plan.Step) error {
		if step.Kind != kind {
			return nil
		}
		return call(ctx)
	}
}

// held lets a run wait in a step until it is stopped, and then until it is let go.
func (s *stand) held(kind plan.Kind) (letGo func()) {
	gone := make(chan struct{})
	s.engine.at(kind, func(ctx context.Context) error {
		<-ctx.Done()
		<-gone
		return context.Cause(ctx)
	})
	return func() { close(gone) }
}

// begin goes to the review, and begins a rehearsal that gets as far as a step.
func (s *stand) begin(kind plan.Kind) {
	s.t.Helper()
	s.to(session.PageReview)
	s.w.next()
	s.until("the run is at "+string(kind), func() bool {
		at := s.w.state.Run.Current
		return at >= 0 && s.w.state.Run.Steps[at].ID == string(kind)
	})
}

// answer answers what is asked with its last button, or with Escape.
func (s *stand) answer(yes bool) {
	s.t.Helper()
	if s.w.shell.asked == nil {
		s.t.Fatal("nothing is asked")
	}
	if !yes {
		s.key(fyne.KeyEscape)
		return
	}
	s.w.win.Canvas().FocusNext() // from no, which has the focus, to yes
	s.key(fyne.KeyReturn)
}

// TestCancel stops a rehearsal in the middle, and begins another one.
func TestCancel(t *testing.T) {
	s := newStand(t, false)
	letGo := s.held(plan.Encrypt)
	s.begin(plan.Encrypt)
	s.key(fyne.KeyEscape) // which is no way to lose a run
	if s.w.shell.asked != nil || s.w.state.Page != session.PageInstall || s.w.state.Run.Stopping {
		t.Error("Escape interferes with a run")
	}
	s.w.acts.Cancel()
	s.shows("The virtual disk is left unfinished.")
	s.answer(false)
	if s.w.state.Run.Stopping {
		t.Fatal("the run is stopped although that was taken back")
	}
	s.w.acts.Cancel()
	s.answer(true)
	s.shows("Stopping at the next safe point…")
	letGo()
	s.until("the run has ended", s.over)
	if s.w.state.Run.Outcome != session.OutcomeCancelled || s.w.running() {
		t.Errorf("the run ended as %q", s.w.state.Run.Outcome)
	}
	s.shows("The run was cancelled.", "The virtual disk is unfinished, and nothing else was touched.", "Stopped: Encrypt the nix partition")
	if all := s.shown(); strings.Contains(all, "canceled") || strings.Contains(all, "✗") {
		t.Errorf("a cancel reads like a failure: %s", all)
	}
	first := s.w.state.Plan.Layout.Partitions[0].PartUUID
	s.engine.pause = nil
	s.w.acts.Retry()
	s.at(session.PageReview)
	s.until("the plan is there", s.w.state.Fresh)
	if s.w.state.Plan.Layout.Partitions[0].PartUUID == first {
		t.Error("the second attempt would give the partitions the numbers of the first")
	}
	s.key(fyne.KeyReturn)
	s.at(session.PageDone)
}

// TestFailure shows all that a person needs after a step that failed, and lets the run be tried again.
func TestFailure(t *testing.T) {
	s := newStand(t, false)
	s.engine.at(plan.Encrypt, func(context.Context) error {
		return errors.New("cannot format the container: no space left on device; free some and try again")
	})
	s.to(session.PageReview)
	s.w.next()
	s.until("the run has ended", func() bool { return s.w.state.Run.Ended() && !s.w.running() })
	step, _ := s.w.state.Plan.Find(string(plan.Encrypt))
	s.shows("The step “"+step.Title+"” failed: cannot format the container: no space left on device; free some and try again",
		"The virtual disk is unfinished, and nothing else was touched.", "Rehearse again", "Back to the choices", "Save a report…")
	s.golden("rehearsal-failed")
	s.engine.pause = nil
	s.w.acts.Again()
	s.at(session.PageDone) // without a word more
}

// TestAgainByOneClick rehearses once more after a rehearsal by one click was cancelled, and does not after one went back instead.
func TestAgainByOneClick(t *testing.T) {
	s := newStand(t, false)
	letGo := s.held(plan.Encrypt)
	s.w.acts.Try()
	s.until("it runs", func() bool {
		at := s.w.state.Run.Current
		return s.w.running() && at >= 0 && s.w.state.Run.Steps[at].ID == string(plan.Encrypt)
	})
	s.w.cancel()
	letGo()
	s.until("it is over", s.over)
	s.engine.pause = nil
	s.w.acts.Again()
	s.at(session.PageDone)
	s.w.acts.Restart()
	if s.at(session.PageWelcome); s.w.state.Draft.Wishes.Users[0].Name != "" {
		t.Error("the wishes of before do not come back")
	}
}

// TestBackInsteadOfAgain goes back while the plan of another rehearsal is made: nothing begins by itself then.
func TestBackInsteadOfAgain(t *testing.T) {
	s := newStand(t, false)
	s.engine.at(plan.Encrypt, func(context.Context) error { return errors.New("cannot run cryptsetup: exit status 5") })
	s.to(session.PageReview)
	s.w.next()
	s.until("it is over", s.over)
	s.w.acts.Again()
	s.w.back()
	s.w.next()
	s.at(session.PageReview)
	s.until("the plan is there", s.w.state.CanNext)
	if s.w.running() || s.w.state.Page != session.PageReview {
		t.Error("it began although somebody went back")
	}
}

// TestClose asks before it ends a run, and then waits for a safe point.
func TestClose(t *testing.T) {
	s := newStand(t, false)
	letGo := s.held(plan.Encrypt)
	s.begin(plan.Encrypt)
	s.w.askToClose()
	s.shows("Close the window?", "The window closes when the engine has reached a safe point.")
	s.answer(false)
	if s.left || s.w.state.Run.Stopping {
		t.Fatal("the window is closed although that was taken back")
	}
	s.w.askToClose()
	s.answer(true)
	s.settle()
	if s.left || !s.w.running() {
		t.Fatal("the window is closed in the middle of a step")
	}
	letGo()
	s.until("the window is closed", func() bool { return s.left })
	if s.w.running() || s.w.state.Run.Outcome != session.OutcomeCancelled {
		t.Errorf("the window closed while the run was %q", s.w.state.Run.Outcome)
	}
}

// TestCloseIdle closes at once where nothing runs, and leaves nothing behind.
func TestCloseIdle(t *testing.T) {
	s := newStand(t, true)
	s.to(session.PageEncryption)
	s.fill(session.PageEncryption)
	s.w.next()
	if !s.w.has(session.PassphraseID) {
		t.Fatal("the passphrase was not kept")
	}
	s.w.askToClose()
	if !s.left || s.w.shell.asked != nil {
		t.Error("a window in which nothing runs does not close at once")
	}
	s.w.finish()
	if s.w.has(session.PassphraseID) {
		t.Error("the passphrase outlives the window")
	}
	if calls := s.engine.host.called(); !slices.Contains(calls, "close") {
		t.Errorf("the root side outlives the window: %v", calls)
	}
}
