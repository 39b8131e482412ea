package page_test

import (
	"testing"

	"lethe/app/session"
	"lethe/engine/plan"
)

// TestSmallAndDark looks at the pages with the most on them in the smallest window that is served.
func TestSmallAndDark(t *testing.T) {
	t.Run("disks", func(t *testing.T) { newStand(t, small, onDisk(t, 19, session.PageDisk), nil).golden("small-disk-20") })
	t.Run("encryption", func(t *testing.T) {
		newStand(t, small, rehearsal(t, session.PageEncryption), nil).golden("small-encryption")
	})
	t.Run("machine", func(t *testing.T) {
		newStand(t, small, rehearsal(t, session.PagePreflight), nil).golden("small-machine")
	})
	t.Run("layout", func(t *testing.T) { newStand(t, small, rehearsal(t, session.PageLayout), nil).golden("small-layout") })
	t.Run("review", func(t *testing.T) { newStand(t, small, rehearsal(t, session.PageReview), nil).golden("small-review") })
	t.Run("review of a disk", func(t *testing.T) {
		newStand(t, small, onDisk(t, 1, session.PageReview), nil).golden("small-review-disk")
	})
	t.Run("install", func(t *testing.T) { newStand(t, small, installing(t), nil).golden("small-install") })
	t.Run("done", func(t *testing.T) { newStand(t, small, rehearsal(t, session.PageDone), nil).golden("small-done") })
}

// installing is a rehearsal that encrypts.
func installing(t *testing.T) *session.State {
	t.Helper()
	s := rehearsal(t, session.PageReview)
	if !s.Begin() || !s.Next() {
		t.Fatal("the run does not begin")
	}
	run(s, func(step plan.Step) bool { return step.Kind == plan.Encrypt })
	return s
}

// TestLarge gives pages more height than they need; what they list takes it.
func TestLarge(t *testing.T) {
	higher := large
	higher.height = 1300 // the review has all that was chosen on it, too
	for name, c := range map[string]struct {
		state *session.State
		frame frame
	}{"review": {rehearsal(t, session.PageReview), higher}, "install": {installing(t), large}} {
		t.Run(name, func(t *testing.T) {
			d := newStand(t, c.frame, c.state, nil)
			if over := d.overflow(); over > 0 {
				t.Errorf("the page is %.0f too high", over)
			}
			d.golden("large-" + name)
		})
	}
}
