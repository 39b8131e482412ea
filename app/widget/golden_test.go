package widget

import (
	"flag"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
	"lethe/app/look/looktest"
)

var update = flag.Bool("update", false, "write the golden images anew")

// setting is how a golden picture is taken.
type setting struct {
	variant fyne.ThemeVariant
	scale   float32
	size    fyne.Size
}

func light(width, height float32) setting {
	return setting{theme.VariantLight, 1, fyne.NewSize(width, height)}
}

// open shows an object on a canvas with the theme in place.
func open(t testing.TB, s setting, make func() fyne.CanvasObject) software.WindowlessCanvas {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.Fixed(s.variant))
	object := make()
	w := test.NewTempWindow(t, container.NewPadded(object))
	w.SetPadded(false)
	c, ok := w.Canvas().(software.WindowlessCanvas)
	if !ok {
		t.Fatalf("the test canvas is a %T", w.Canvas())
	}
	c.SetScale(max(s.scale, 1))
	w.Resize(s.size)
	test.LaidOutObjects(c.Content())
	return c
}

// golden compares a picture of the canvas with the one in testdata.
func golden(t *testing.T, name string, c fyne.Canvas) {
	t.Helper()
	test.LaidOutObjects(c.Content()) // as the real driver does before a frame: heights that follow from widths settle
	got := c.Capture()
	looktest.Compare(t, name, got, *update)
}
