package main

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"lethe/app/control"
	"lethe/app/page"
	"lethe/app/session"
)

// stopped checks that what stops Next can be read, and gives the field that has the focus.
func (s *stand) stopped(p session.Page) fyne.Focusable {
	s.t.Helper()
	s.until("all has its place", func() bool { return len(s.calls) == 0 })
	s.settle()
	says, _ := page.Stops(s.w.current())
	if s.w.state.Page != p || says == nil || !says.Visible() {
		s.t.Fatalf("on %s nothing says what stops Next: %v", s.w.state.Page, says)
	}
	if !control.InView(s.w.shell.scroll, says) {
		s.t.Errorf("what stops Next on %s is out of sight", p)
	}
	return s.w.win.Canvas().Focused()
}

// entryFor gives an entry by what it says while it is empty.
func (s *stand) entryFor(placeholder string) *control.Entry {
	s.t.Helper()
	for _, o := range test.LaidOutObjects(s.w.win.Content()) {
		if e, ok := o.(*control.Entry); ok && e.PlaceHolder == placeholder {
			return e
		}
	}
	s.t.Fatalf("there is no entry for %q", placeholder)
	return nil
}

// TestNextShowsAWrongPath names the line in the window's words, and has the field in view with the focus.
func TestNextShowsAWrongPath(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageSystem)
	s.small()
	kept := &s.w.state.Draft.Wishes.Persistence
	kept.Directories = []string{"/srv", "relative/path"}
	s.w.refresh()
	s.w.next()
	if entry, ok := s.stopped(session.PageSystem).(*control.Entry); !ok || entry.Text != "/srv\nrelative/path" {
		t.Errorf("the focus is on %T", s.w.win.Canvas().Focused())
	}
	s.shows("Line 2, relative/path: begin with /.", "goes into the other field")
	if strings.Contains(s.shown(), "home_directories") {
		t.Error("it speaks of keys of a file")
	}
	kept.Directories, kept.HomeDirectories = nil, []string{"/home/ada/x"}
	s.w.refresh()
	s.w.next()
	if entry, ok := s.stopped(session.PageSystem).(*control.Entry); !ok || entry.Text != "/home/ada/x" {
		t.Errorf("the focus is on %T", s.w.win.Canvas().Focused())
	}
}

// TestNextShowsThatNobodyAdministers is about the page as a whole: the name of the computer is not at fault, and does not get the focus.
func TestNextShowsThatNobodyAdministers(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageAccount)
	s.fill(session.PageAccount)
	s.small()
	s.w.state.Draft.Wishes.Users[0].Admin = false
	s.w.win.Canvas().Focus(s.w.shell.forward)
	s.w.next()
	if f := s.stopped(session.PageAccount); f != fyne.Focusable(s.w.shell.forward) {
		t.Errorf("the focus went to %T", f)
	}
}

// TestHalfAPathMovesNothing types a path from its first letter on: the page stays as high as it is, and nothing is said before the field is left.
func TestHalfAPathMovesNothing(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageSystem)
	s.small()
	entry := s.entryFor("/var/lib/example, one on each line")
	s.w.focus(entry)
	s.until("it has its place", func() bool { return len(s.calls) == 0 })
	s.settle()
	height, offset := s.w.shell.scroll.Content.MinSize().Height, s.w.shell.scroll.Offset
	for _, r := range "/var/lib" {
		entry.TypedRune(r)
		s.settle()
		if now := s.w.shell.scroll.Content.MinSize().Height; now != height || s.w.shell.scroll.Offset != offset {
			t.Fatalf("after %q the page is %v high and not %v, and scrolled from %v to %v", entry.Text, now, height, offset, s.w.shell.scroll.Offset)
		}
	}
	s.shows("/var/lib/nixos", "/etc/nixos")
	entry.SetText("relative")
	s.w.win.Canvas().Unfocus()
	s.shows("Line 1, relative: begin with /.")
}
