package widget

import (
	"flag"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
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
	path := filepath.Join("testdata", name+".png")
	if *update {
		writePNG(t, path, got)
		return
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatalf("cannot read the golden image: %v: make it with go test -tags ci -update", err)
	}
	defer file.Close()
	want, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if off := different(got, want); off > 0.0005 {
		failed := filepath.Join(t.ArtifactDir(), name+".png")
		writePNG(t, failed, got)
		t.Errorf("%s: %.2f %% of the picture differs; this one is %s", name, 100*off, failed)
	}
}

func writePNG(t *testing.T, path string, img image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, img); err != nil {
		t.Fatal(err)
	}
}

// different gives the part of the pixels that differ by more than rounding.
func different(a, b image.Image) float64 {
	if a.Bounds() != b.Bounds() {
		return 1
	}
	const rounding = 6
	x, y := pixels(a), pixels(b)
	off := 0
	for i := 0; i < len(x); i += 4 {
		for c := range 4 {
			if d := int(x[i+c]) - int(y[i+c]); d > rounding || d < -rounding {
				off++
				break
			}
		}
	}
	return float64(off) / float64(len(x)/4)
}

func pixels(img image.Image) []uint8 {
	if n, ok := img.(*image.NRGBA); ok && n.Stride == 4*n.Rect.Dx() {
		return n.Pix
	}
	n := image.NewNRGBA(img.Bounds())
	draw.Draw(n, n.Rect, img, n.Rect.Min, draw.Src)
	return n.Pix
}
