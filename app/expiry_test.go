package main

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// TestGroundAfterALongTime gives a widget a new renderer, as Fyne does with what was not drawn for a minute, and lays out nothing.
func TestGroundAfterALongTime(t *testing.T) {
	test.NewTempApp(t)
	g := newGround(theme.ColorNameError, canvas.NewRectangle(nil))
	g.Resize(fyne.NewSize(40, 30))
	r := g.CreateRenderer()
	r.Refresh()
	for _, o := range r.Objects() {
		if o.Size() != g.Size() {
			t.Errorf("a part has the size %v", o.Size())
		}
	}
}
