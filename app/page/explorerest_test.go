package page_test

import (
	"fmt"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"lethe/app/control"
	"lethe/app/session"
	"lethe/engine/persist"
)

// TestExploreRestByKeys goes down to the row for what is not listed, and past it, and asks for it.
func TestExploreRestByKeys(t *testing.T) {
	var list []persist.Finding
	for i := range 1002 {
		list = append(list, finding(persist.Missing, fmt.Sprintf("/srv/%04d/f", i), int64(5000-i), 1, "", "|"))
	}
	list = append(list, finding(persist.Missing, "/var/x", 1, 1, "", "|"))
	x := explore(t, usual, list, func(e *session.Explore) { e.Open("/srv"); e.Cursor = "/srv/0999" })
	x.win.Canvas().Focus(x.page.First())
	x.key(fyne.KeyDown, fyne.KeyDown)
	if x.explore.Cursor != "/var" {
		t.Errorf("past what is not listed comes %q", x.explore.Cursor)
	}
	x.key(fyne.KeyUp, fyne.KeyReturn)
	if x.explore.Index("/srv/1001") < 0 || x.explore.Cursor != "/srv/0999" {
		t.Errorf("what was not listed did not come; the cursor is on %q", x.explore.Cursor)
	}
}

// TestExploreExplainsItsMarks says what a mark means while its box has the focus or the pointer, and what is chosen afterwards.
func TestExploreExplainsItsMarks(t *testing.T) {
	x := explore(t, small, laptop(), func(e *session.Explore) { e.Cursor = "/home" })
	for label, means := range map[string]string{
		"lost (47)": "only on the root", "differs (2)": "another version", "orphan (2)": "no longer keeps it", "kept": "outlives", "not missed (2)": "made anew",
	} {
		for _, o := range x.seen() {
			if c, ok := o.(*control.Check); ok && c.Text == label {
				x.win.Canvas().Focus(c)
				x.shows(means)
				x.win.Canvas().Unfocus()
				x.shows("-" + means)
				c.MouseIn(&desktop.MouseEvent{})
				x.shows(means)
				c.MouseOut()
			}
		}
		x.shows(label, "-"+means, "Keep…")
	}
}

// TestExploreHasNoNumbersOfAMachineThatKeepsItsRoot says why there is nothing to see, and offers a made-up system.
func TestExploreHasNoNumbersOfAMachineThatKeepsItsRoot(t *testing.T) {
	x := explore(t, small, nil, func(e *session.Explore) { e.MadeUp, e.KeepsRoot, e.Phase = false, true, session.ExploreIdle })
	x.shows("This is not an impermanent system", "lethe-engine persist --root FOLDER --persist FOLDER", "-would be lost at", "-0 B", "-is emptied", "-lost (", "-Look again")
	x.press("Look at a made-up system")
	if !slices.Equal(x.asked, []string{"make up"}) {
		t.Errorf("asked for %q", x.asked)
	}
}
