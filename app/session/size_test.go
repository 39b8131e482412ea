package session_test

import (
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// TestTooMuchCountsWhatLetheChooses says of a size that is typed beside one that is not what both take.
func TestTooMuchCountsWhatLetheChooses(t *testing.T) {
	for field, c := range map[string]struct{ typed, want string }{
		session.FieldESP:  {"11GiB", "These sizes take 13 GiB of 20 GiB. The system needs at least 8 GiB beside them."},
		session.FieldSwap: {"12GiB", "These sizes take 12.5 GiB of 20 GiB. The system needs at least 8 GiB beside them."},
	} {
		s := session.New(session.Options{Rehearse: true})
		s.Draft.Image = 20 * quantity.GiB
		s.SetSize(field, c.typed)
		if got := s.Problems(session.PageLayout); len(got) != 1 || got[0].Says.String() != c.want {
			t.Errorf("%s of %s: %v", field, c.typed, got)
		}
	}
}

// TestNoDiskIsTooSmallForNoWishes has nothing to say of sizes that nobody chose: the smallest disk that is taken has room for Lethe's.
func TestNoDiskIsTooSmallForNoWishes(t *testing.T) {
	for more := quantity.Bytes(0); more < 4*quantity.GiB; more += 256 * quantity.MiB {
		s := session.New(session.Options{Rehearse: true, Checks: session.Checks{Memory: 64 * quantity.GiB}})
		s.Draft.Image = layout.LeastDisk + more
		for _, p := range s.Problems(session.PageLayout) {
			if p.Blocks || strings.Contains(p.Says.String(), "These sizes take") {
				t.Errorf("%s: %s", s.Draft.Image, p.Says)
			}
		}
	}
}
