package main

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/app/look/looktest"
	"lethe/app/session"
)

// standsOut counts the pixels of an area that changed by a contrast of 3, which is what WCAG asks of a sign of the focus.
func standsOut(without, with image.Image, area image.Rectangle) int {
	count := 0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if without.At(x, y) == with.At(x, y) {
				continue
			}
			if looktest.Contrast(without.At(x, y), with.At(x, y)) >= 3 {
				count++
			}
		}
	}
	return count
}

// TestFocusIsSeen looks at everything that Tab reaches, on every page, with the focus and without it.
func TestFocusIsSeen(t *testing.T) {
	all := []session.Page{
		session.PageWelcome, session.PageDisk, session.PageLayout, session.PageEncryption, session.PageAccount, session.PageSystem, session.PageReview, session.PageDone,
	}
	for _, kind := range []struct {
		name  string
		theme fyne.Theme
		pages []session.Page
	}{
		{"light", look.Fixed(theme.VariantLight), all},
		{"dark", look.Fixed(theme.VariantDark), []session.Page{session.PageWelcome, session.PageLayout, session.PageReview}}, // which have one control of each kind
	} {
		t.Run(kind.name, func(t *testing.T) {
			s := newStand(t, false)
			s.w.app.Settings().SetTheme(kind.theme)
			for _, p := range kind.pages {
				if p == session.PageDone {
					s.w.next()
					s.at(p)
				} else {
					s.to(p)
				}
				s.focusSeen()
			}
		})
	}
}

// least is the edge of something as small as a switch.
const least = 80

// focusSeen checks every stop of the open page.
func (s *stand) focusSeen() {
	s.t.Helper()
	c := s.w.win.Canvas()
	for i, f := range s.round() {
		c.Focus(f)
		s.settle()
		c.Unfocus()
		without := s.picture()
		c.Focus(f)
		with := s.picture()
		var area image.Rectangle
		for _, o := range control.ViewOf(f) {
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
			area = area.Union(image.Rect(int(at.X)-4, int(at.Y)-4, int(at.X+o.Size().Width)+4, int(at.Y+o.Size().Height)+4))
		}
		if got := standsOut(without, with, area.Intersect(with.Bounds())); got < least {
			s.t.Errorf("%s: stop %d, a %T, shows the focus in %d pixels only", s.w.state.Page, i, f, got)
		}
	}
}
