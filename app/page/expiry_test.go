package page

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"lethe/app/look"
)

// TestCardAfterALongTime gives a card a new renderer, as Fyne does with what was not drawn for a minute, and lays out nothing.
func TestCardAfterALongTime(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.New())
	b := &backed{content: canvas.NewRectangle(nil)}
	b.ExtendBaseWidget(b)
	b.Resize(fyne.NewSize(40, 30))
	r := b.CreateRenderer()
	r.Refresh()
	for _, o := range r.Objects() {
		if o.Size() != b.Size() {
			t.Errorf("a part has the size %v", o.Size())
		}
	}
}
