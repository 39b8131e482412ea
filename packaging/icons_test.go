package packaging_test

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// TestIcons looks whether each size is the window's icon, made smaller, with transparent corners.
func TestIcons(t *testing.T) {
	whole := decode(t, filepath.Join("..", "assets", "icon.png"))
	if whole.Bounds() != image.Rect(0, 0, 512, 512) {
		t.Fatalf("the window's icon is %v", whole.Bounds())
	}
	for _, size := range []int{16, 22, 24, 32, 48, 64, 96, 128, 256} {
		icon := decode(t, filepath.Join("icons", fmt.Sprint(size)+".png"))
		if icon.Bounds() != image.Rect(0, 0, size, size) {
			t.Errorf("icon of %d is %v", size, icon.Bounds())
			continue
		}
		if _, _, _, alpha := icon.At(0, 0).RGBA(); alpha != 0 {
			t.Errorf("icon of %d has no transparent corner", size)
		}
		if got := difference(icon, whole); got > 0.05 {
			t.Errorf("icon of %d differs from the window's by %.3f on average", size, got)
		}
	}
}

// difference is the mean distance of two pictures' channels, from 0 to 1, where the larger one is averaged over the smaller one's pixels.
func difference(small, large image.Image) float64 {
	n := small.Bounds().Dx()
	scale := float64(large.Bounds().Dx()) / float64(n)
	var sum float64
	for y := range n {
		for x := range n {
			box := image.Rect(int(float64(x)*scale), int(float64(y)*scale), int(float64(x+1)*scale), int(float64(y+1)*scale))
			a, b := mean(small, image.Rect(x, y, x+1, y+1)), mean(large, box)
			for i := range a {
				sum += max(a[i]-b[i], b[i]-a[i]) / 4
			}
		}
	}
	return sum / float64(n*n)
}

// mean is the average of the four channels in a box.
func mean(picture image.Image, box image.Rectangle) (out [4]float64) {
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			r, g, b, a := picture.At(x, y).RGBA()
			for i, v := range []uint32{r, g, b, a} {
				out[i] += float64(v) / 0xffff / float64(box.Dx()*box.Dy())
			}
		}
	}
	return out
}
