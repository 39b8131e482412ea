package main

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/app/session"
)

// small makes the window as low as the smallest screen leaves it, and lays the page out.
func (s *stand) small() {
	s.w.win.Resize(fyne.NewSize(1024, 480))
	for range 3 {
		s.w.refresh()
		s.w.win.Content().Refresh()
	}
}

// seen checks that what has the focus is in view, from its top to its bottom or as much as fits.
func (s *stand) seen(how string) {
	s.t.Helper()
	f := s.w.win.Canvas().Focused()
	if f == nil || s.w.shell.framed(f) {
		return
	}
	view := control.ViewOf(f)
	o := view[len(view)-1]
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(s.w.shell.scroll).Y
	bottom, height := top+o.Size().Height, s.w.shell.scroll.Size().Height
	if o.Size().Height <= height && (top < -0.5 || bottom > height+0.5) {
		s.t.Errorf("%s: %s leads to a %T from %.0f to %.0f, and the page is seen from 0 to %.0f", s.w.state.Page, how, f, top, bottom, height)
	}
}

// TestTabShowsWhatItReaches walks over every page in a low window, forth and back.
func TestTabShowsWhatItReaches(t *testing.T) {
	s := newStand(t, true)
	s.small()
	c := s.w.win.Canvas()
	for _, p := range []session.Page{
		session.PageWelcome, session.PagePreflight, session.PageDisk, session.PageLayout, session.PageEncryption, session.PageAccount, session.PageSystem, session.PageReview,
	} {
		s.to(p)
		s.small()
		stops := len(s.round())
		for i := range 2 * stops {
			if c.FocusNext(); i >= stops {
				c.FocusPrevious()
				c.FocusPrevious()
			}
			s.seen(fmt.Sprint("stop ", i))
		}
	}
}

// TestDoneDoesNotActUnseen is about a box at the end of a long page: Tab reaches it, and it is seen before Space ticks it.
func TestDoneDoesNotActUnseen(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageReview)
	s.w.next()
	s.at(session.PageDone)
	s.small()
	for range s.round() {
		s.w.win.Canvas().FocusNext()
		s.seen("Tab")
	}
	if s.w.shell.scroll.Offset.Y == 0 {
		t.Error("nothing on the page is below the fold, so this proves nothing")
	}
}

func TestFieldThatStopsNextIsShown(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageAccount)
	s.small()
	s.w.next() // without a name
	if s.w.win.Canvas().Focused() == nil {
		t.Fatal("Next put the focus nowhere")
	}
	s.seen("Next")
	s.w.win.Content().Refresh()
	s.seen("Next, after it was drawn,")
}

// TestPageOpensAtItsTop also when its first control is far below: then nothing has the keyboard, and Enter leads to what is missing.
func TestPageOpensAtItsTop(t *testing.T) {
	s := newStand(t, true)
	s.small()
	s.to(session.PageReview)
	s.seen("opening")
	var last fyne.Focusable
	for _, f := range s.round() {
		if !s.w.shell.framed(f) {
			last = f
		}
	}
	s.w.shell.scroll.ScrollToTop()
	s.w.beginPage(last)
	if f, y := s.w.win.Canvas().Focused(), s.w.shell.scroll.Offset.Y; f != nil || y != 0 {
		t.Errorf("beginning with a control below the fold, the page is at %v, and the focus on a %T", y, f)
	}
	s.key(fyne.KeyReturn)
	if s.w.win.Canvas().Focused() == nil {
		t.Error("Enter does not lead to the consent")
	}
	s.seen("Enter")
}

func TestClickDoesNotScroll(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageAccount)
	s.small()
	scroll := s.w.shell.scroll
	for _, f := range s.round() {
		o, ok := f.(fyne.CanvasObject)
		if !ok || s.w.shell.framed(f) {
			continue
		}
		s.w.win.Canvas().Unfocus()
		scroll.ScrollToTop()
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
		scroll.ScrollToOffset(fyne.NewPos(0, at.Y+4)) // its lower edge is all that is seen of it
		before := scroll.Offset
		switch o := o.(type) {
		case desktop.Mouseable:
			o.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: fyne.NewPos(20, o.(fyne.CanvasObject).Size().Height-2)}})
		case *control.Button: // which no click gives the focus, and which may do anything
		case fyne.Tappable:
			test.Tap(o)
		}
		if scroll.Offset != before {
			t.Errorf("a click on a %T scrolled from %v to %v", o, before.Y, scroll.Offset.Y)
		}
	}
}

func TestComingBackDoesNotScroll(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageAccount)
	s.small()
	s.w.win.Canvas().FocusNext()
	s.w.focus(s.w.current().First())
	f := s.w.win.Canvas().Focused()
	s.w.shell.scroll.ScrollToBottom()
	before := s.w.shell.scroll.Offset
	if before.Y == 0 {
		t.Fatal("the page does not scroll")
	}
	s.w.leave()
	f.FocusLost()
	f.FocusGained()
	if s.w.shell.scroll.Offset != before {
		t.Errorf("coming back to the window scrolled to %v", s.w.shell.scroll.Offset.Y)
	}
	s.w.win.Canvas().Unfocus()
	s.w.win.Canvas().Focus(f)
	s.seen("Tab")
}

// TestFrameHasOneEdge is about the line above the buttons, which had a gap to the page and one to the rail.
func TestFrameHasOneEdge(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageDisk)
	s.settle()
	shell := s.w.shell
	place := fyne.CurrentApp().Driver().AbsolutePositionForObject
	if gap := place(shell.forward).X - place(shell.backward).X - shell.backward.Size().Width; gap != look.SmallGap {
		t.Errorf("Back and Next are %v apart", gap)
	}
	bottom, ok := shell.content.(*fyne.Container)
	if !ok || len(bottom.Objects) != 3 {
		t.Fatalf("the window is a %T", shell.content)
	}
	if edge, end := place(bottom.Objects[2]).Y, place(shell.scroll).Y+shell.scroll.Size().Height; edge != end {
		t.Errorf("the page ends at %v and the buttons begin at %v", end, edge)
	}
	if left, right := place(bottom.Objects[2]).X, bottom.Objects[0].Size().Width; left != right {
		t.Errorf("the rail ends at %v and the buttons begin at %v", right, left)
	}
}

// TestSizeIsMarkedForTyping is about the first field of the disk page: what is typed replaces the size.
func TestSizeIsMarkedForTyping(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageDisk)
	s.write("32GiB")
	if got := s.w.state.Draft.Image.String(); got != "32GiB" {
		t.Errorf("typing into the size makes it %s", got)
	}
}
