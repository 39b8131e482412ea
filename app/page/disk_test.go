package page_test

import (
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine/quantity"
)

// TestSizeOfTheVirtualDisk refuses what is no size, and leaves it where it was typed.
func TestSizeOfTheVirtualDisk(t *testing.T) {
	const refusal = "“banana” is not a size."
	s := rehearsal(t, session.PageDisk)
	d := newStand(t, usual, s, nil)
	d.retype("banana")
	d.shows(refusal)
	if s.CanNext() {
		t.Fatal("a banana is a size")
	}
	d.win.Canvas().FocusNext()
	if n := strings.Count(d.shown(), "banana"); n != 2 {
		t.Errorf("the field and its note say it %d times", n)
	}
	d.win.Canvas().Focus(d.page.Reveal()) // what Next does
	d.retype("60GiB")
	d.shows("-" + refusal)
	if !s.CanNext() || s.Draft.Image != 60*quantity.GiB {
		t.Errorf("%v: %v", s.Draft.Image, s.Problems(session.PageDisk))
	}
}
