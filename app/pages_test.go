package main

import (
	"testing"

	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
	"lethe/app/session"
	"lethe/engine/plan"
)

// TestPages looks at each page of a rehearsal and of a real installation.
func TestPages(t *testing.T) {
	t.Run("rehearsal", func(t *testing.T) {
		s := newStand(t, false)
		for _, p := range []session.Page{session.PageWelcome, session.PagePreflight, session.PageDisk, session.PageLayout, session.PageEncryption, session.PageAccount, session.PageSystem} {
			s.at(p)
			s.golden("rehearsal-" + string(p))
			s.fill(p)
			s.w.next()
		}
		s.at(session.PageReview)
		s.until("the plan is there", s.w.state.Fresh)
		s.golden("rehearsal-review")
		s.w.next()
		s.at(session.PageDone)
		s.golden("rehearsal-done")
	})
	t.Run("real", func(t *testing.T) {
		s := newStand(t, true)
		s.to(session.PageDisk)
		s.golden("real-disk")
		s.to(session.PageLayout)
		s.golden("real-layout")
		s.w.app.Settings().SetTheme(look.Fixed(theme.VariantDark))
		s.golden("real-layout-dark")
		s.w.app.Settings().SetTheme(look.Fixed(theme.VariantLight))
		s.to(session.PageReview)
		s.golden("real-review")
		s.w.shell.scroll.ScrollToBottom()
		s.golden("real-review-consent")
	})
	t.Run("running", func(t *testing.T) {
		s := newStand(t, false)
		letGo := s.held(plan.Encrypt)
		defer letGo()
		s.begin(plan.Encrypt)
		s.until("half of the step is told", func() bool { return s.w.state.Run.Steps[s.w.state.Run.Current].Share > 0 })
		s.golden("rehearsal-install")
		s.w.acts.Cancel()
		s.golden("rehearsal-cancel")
	})
	t.Run("done with a failure", func(t *testing.T) {
		s := newStand(t, false)
		s.engine.broken = true
		s.to(session.PageReview)
		s.w.next()
		s.at(session.PageDone)
		s.golden("rehearsal-done-failed")
	})
}
