package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"lethe/engine"
)

// TestMetadata compares what the program says of itself with what packages and desktops read.
func TestMetadata(t *testing.T) {
	type details struct {
		Icon, Name, ID, Version string
		Build                   int
	}
	var file struct {
		Details    details
		Migrations map[string]bool
	}
	if _, err := toml.DecodeFile(filepath.Join("..", "FyneApp.toml"), &file); err != nil {
		t.Fatal(err)
	}
	m := metadata()
	if diff := cmp.Diff(file.Details, details{"assets/icon.png", m.Name, m.ID, m.Version, m.Build}); diff != "" {
		t.Errorf("FyneApp.toml and metadata() differ: %s", diff)
	}
	if diff := cmp.Diff(file.Migrations, m.Migrations); diff != "" {
		t.Errorf("FyneApp.toml and metadata() differ in what was migrated: %s", diff)
	}
	if m.Version != engine.Release {
		t.Errorf("the window is %s and its engine %s", m.Version, engine.Release)
	}
	large := picture(t, filepath.Join("..", filepath.FromSlash(file.Details.Icon)))
	small, err := png.Decode(bytes.NewReader(m.Icon.Content()))
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(large, small); d > 4 {
		t.Errorf("the program has another icon than FyneApp.toml names: a point differs by %.1f of 255", d)
	}
}

func picture(t *testing.T, path string) image.Image {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// difference is how far a small picture is from a large one on the average, where each point stands for a square of the large one.
func difference(large, small image.Image) float64 {
	size, side := small.Bounds().Dx(), large.Bounds().Dx()/small.Bounds().Dx()
	total := 0.0
	for y := range size {
		for x := range size {
			var sum [4]float64
			for dy := range side {
				for dx := range side {
					for i, part := range parts(large.At(x*side+dx, y*side+dy)) {
						sum[i] += part / float64(side*side)
					}
				}
			}
			for i, part := range parts(small.At(x, y)) {
				total += math.Abs(part - sum[i])
			}
		}
	}
	return total / float64(4*size*size)
}

func parts(c color.Color) [4]float64 {
	r, g, b, a := c.RGBA()
	return [4]float64{float64(r >> 8), float64(g >> 8), float64(b >> 8), float64(a >> 8)}
}
