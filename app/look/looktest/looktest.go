// Package looktest compares what tests draw with the pictures in testdata, which people have looked at.
package looktest

import (
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
)

// most is the part of a picture that may differ: fonts are not rounded alike on every processor.
const most = 0.0005

// Compare compares a picture with testdata/NAME.png, or writes that anew. One that differs is kept with the test's artifacts.
func Compare(t testing.TB, name string, got image.Image, update bool) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	if update {
		write(t, path, got)
		return
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatalf("cannot read the golden image: %v; make it with go test -tags ci -update", err)
	}
	defer file.Close()
	want, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if off := different(got, want); off > most {
		failed := filepath.Join(t.ArtifactDir(), name+".png")
		write(t, failed, got)
		t.Errorf("%s: %.2f %% of the picture differs; this one is %s", name, 100*off, failed)
	}
}

func write(t testing.TB, path string, img image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
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

// Renew lets Fyne throw away what was not drawn for long, before anything is drawn, and lays out what comes in its place. Fyne's clock goes on with
// each picture only: else what was made long after the last picture would be thrown away while the next one is drawn, and drawn without ever
// having been laid out.
func Renew(of fyne.Canvas) {
	software.NewCanvas().Capture()
	layOut(of.Content())
	for _, above := range of.Overlays().List() {
		layOut(above)
	}
}

// layOut lays out an object and all in it at the sizes that they have.
func layOut(o fyne.CanvasObject) {
	switch o := o.(type) {
	case *fyne.Container:
		for _, in := range o.Objects {
			layOut(in)
		}
	case fyne.Widget:
		r := test.WidgetRenderer(o)
		r.Layout(o.Size())
		for _, in := range r.Objects() {
			layOut(in)
		}
	}
}
