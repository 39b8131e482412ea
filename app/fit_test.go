package main

import (
	"context"
	"errors"
	"testing"

	"fyne.io/fyne/v2"

	"lethe/app/look"
	"lethe/app/session"
	"lethe/engine/plan"
)

// The smallest screen has 1024 by 768, of which a panel takes 44 and the frame of a window some 30. A page must leave room for its own language to grow.
const (
	mostWide float32 = 960
	mostHigh float32 = 690
)

// languages are those that the window has a translation for.
var languages = []string{"en_US.UTF-8", "de_DE.UTF-8"}

// speaks has the windows of a test speak a language.
func speaks(t *testing.T, language string) {
	t.Helper()
	for _, name := range []string{"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"} {
		t.Setenv(name, language)
	}
}

// TestEveryPageFits opens every page in every language: a window that is wider than the screen cannot be closed, and Next is not in it.
func TestEveryPageFits(t *testing.T) {
	for _, language := range languages {
		for _, live := range []bool{false, true} {
			name := language + ", rehearsal"
			if live {
				name = language + ", live"
			}
			t.Run(name, func(t *testing.T) {
				speaks(t, language)
				s := newStand(t, live)
				for _, p := range session.Pages() {
					switch p {
					case session.PageInstall:
						s.w.state.Consent = "nvme0n1"
						s.w.next()
						s.fits()
						s.until("it is over", s.over)
						continue
					case session.PageDone:
						s.at(p)
					default:
						s.to(p)
						s.settle()
						s.w.current().Reveal() // with all that is missing said
					}
					s.fits()
				}
			})
		}
	}
}

// TestWhatComesUpFits is about what is on a page only now and then: the explorer, one's own configuration, and a run that failed.
func TestWhatComesUpFits(t *testing.T) {
	for _, language := range languages {
		t.Run(language, func(t *testing.T) {
			speaks(t, language)
			s := newStand(t, false)
			s.madeUp()
			s.w.acts.OpenExplore()
			s.at(session.PageExplore)
			s.explored()
			s.fits()
			s.w.back()
			s.to(session.PageSystem)
			s.w.state.Draft.Wishes.Repo.Source = "https://example.org/me/nixos.git"
			delete(s.w.pages, session.PageSystem)
			s.w.turn()
			s.fits()
			s.w.state.Draft.Wishes.Repo.Source = ""
			s.engine.at(plan.Encrypt, func(context.Context) error { return errors.New("cannot run cryptsetup: exit status 5") })
			s.to(session.PageReview)
			s.w.next()
			s.until("it is over", s.over)
			s.fits()
		})
	}
}

// fits checks the least size that the open page, and the window with it, can have.
func (s *stand) fits() {
	s.t.Helper()
	s.settle()
	page := s.w.shell.scroll.Content.MinSize().Width + look.RailWidth
	if least := s.w.win.Content().MinSize(); max(page, least.Width) > mostWide || least.Height > mostHigh {
		s.t.Errorf("%s: the window is at least %v, and the page %v wide; the most is %v", s.w.state.Page, least, page, fyne.NewSize(mostWide, mostHigh))
	}
}
