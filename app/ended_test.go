package main

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"

	"lethe/app/control"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/engine/plan"
)

// waits lets a run wait in a step until it is let go of, and end well.
func (s *stand) waits(kind plan.Kind) (letGo func()) {
	gone := make(chan struct{})
	s.engine.at(kind, func(context.Context) error { <-gone; return nil })
	return func() { close(gone) }
}

// keepsAll presses the keys by which somebody may have meant something else, and checks that the window and the disk are still there.
func (s *stand) keepsAll() {
	s.t.Helper()
	for _, name := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace, control.KeyForward, fyne.KeyEscape} {
		page := s.w.state.Page
		s.key(name)
		s.w.background.Wait() // where disks are removed
		if s.left || s.engine.removed > 0 || s.w.shell.asked != nil || s.w.work.Rebooting || s.w.state.Page != page {
			s.t.Errorf("on %s, %s closed the window (%t), removed disks (%d), restarted (%t) or led to %s", page, name, s.left, s.engine.removed, s.w.work.Rebooting, s.w.state.Page)
		}
	}
}

// TestEndUnderTheFingers lets a run end while somebody types into the filter of the log, which has the keyboard.
func TestEndUnderTheFingers(t *testing.T) {
	t.Run("well", func(t *testing.T) {
		s := newStand(t, false)
		letGo := s.waits(plan.Encrypt)
		s.begin(plan.Encrypt)
		s.write("swa")
		letGo()
		s.at(session.PageDone)
		if f := s.w.win.Canvas().Focused(); f != nil {
			t.Errorf("a %T has the focus", f)
		}
		s.keepsAll()
	})
	t.Run("badly", func(t *testing.T) {
		s := newStand(t, false)
		letGo := s.held(plan.Encrypt)
		s.begin(plan.Encrypt)
		s.write("swa")
		s.w.cancel()
		letGo()
		s.until("it is over", s.over)
		s.write("p") // goes where the letters before went
		s.keepsAll()
	})
	t.Run("for real", func(t *testing.T) {
		s := newStand(t, true)
		s.to(session.PageReview)
		s.w.state.Consent = "nvme0n1"
		s.w.next()
		s.at(session.PageDone)
		s.keepsAll()
	})
}

// TestEndTakesTheQuestionBack lets a run end while it is asked whether to stop it.
func TestEndTakesTheQuestionBack(t *testing.T) {
	s := newStand(t, false)
	letGo := s.waits(plan.Encrypt)
	s.begin(plan.Encrypt)
	s.w.askToClose()
	letGo()
	s.at(session.PageDone)
	if s.w.shell.asked != nil || s.w.win.Canvas().Overlays().Top() != nil {
		t.Error("it is still asked whether to stop what has ended")
	}
	s.keepsAll()
}

// TestSidebarTicksWhatWasSeen passes pages by one click, and names the page of the run as the page itself does.
func TestSidebarTicksWhatWasSeen(t *testing.T) {
	s := newStand(t, false)
	letGo := s.waits(plan.Encrypt)
	s.w.acts.Try()
	s.at(session.PageInstall)
	for _, item := range railItems(s.w.state) {
		want := widget.RailAhead
		switch session.Page(item.ID) {
		case session.PageWelcome, session.PageReview:
			want = widget.RailDone
		case session.PageInstall:
			want = widget.RailCurrent
			if item.Title != "Rehearsal" {
				t.Errorf("the page of a rehearsal is called %s", item.Title)
			}
		}
		if item.State != want {
			t.Errorf("%s is %s", item.ID, item.State)
		}
	}
	letGo()
	s.at(session.PageDone)
}

// TestKeptDiskStays leaves a disk that is to be kept where it is, whichever way the page is left.
func TestKeptDiskStays(t *testing.T) {
	for name, leave := range map[string]func(*stand){
		"begin again": func(s *stand) { s.w.acts.Restart() },
		"close":       func(s *stand) { s.w.askToClose(); s.w.finish() },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, false)
			s.to(session.PageReview)
			s.w.next()
			s.at(session.PageDone)
			s.w.acts.KeepImage(true)
			leave(s)
			s.w.background.Wait()
			if s.engine.removed > 0 {
				t.Error("the disk is removed")
			}
		})
	}
}

// TestRestartKeepsWhatWasChosen lets a language suggest nothing in place of what was chosen before a rehearsal by one click, nor before a new beginning.
func TestRestartKeepsWhatWasChosen(t *testing.T) {
	s := newStand(t, false)
	s.w.state.ChooseZone("UTC")
	s.w.acts.Try()
	s.at(session.PageDone)
	for range 2 {
		s.w.acts.Restart()
		s.w.state.ChooseLanguage("de_DE.UTF-8")
		if zone := s.w.state.Draft.Wishes.Locale.TimeZone; zone != "UTC" {
			t.Fatalf("the time zone became %s", zone)
		}
	}
}
