package main

import (
	"testing"

	"lethe/app/session"
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
}
