//go:build e2e

package main_test

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
)

// shade is a colour of the light theme, in which the window is started.
func shade(name fyne.ThemeColorName) color.RGBA {
	r, g, b, _ := look.Fixed(theme.VariantLight).Color(name, theme.VariantLight).RGBA()
	return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
}

// smooth is how far a colour may be off where an edge is smoothed.
const smooth = 56

// patches gives the bounds of every connected area of about one colour.
func patches(img *image.RGBA, in image.Rectangle, of color.RGBA) []image.Rectangle {
	in = in.Intersect(img.Bounds())
	seen := make([]bool, in.Dx()*in.Dy())
	mine := func(x, y int) bool {
		i := (y-in.Min.Y)*in.Dx() + x - in.Min.X
		if seen[i] || apart(img.RGBAAt(x, y), of, smooth) {
			return false
		}
		seen[i] = true
		return true
	}
	var found []image.Rectangle
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			if mine(x, y) {
				found = append(found, flood(image.Pt(x, y), in, mine))
			}
		}
	}
	return found
}

// flood gives the bounds of the area around a point.
func flood(from image.Point, in image.Rectangle, mine func(x, y int) bool) image.Rectangle {
	box := image.Rectangle{Min: from, Max: from.Add(image.Pt(1, 1))}
	for todo := []image.Point{from}; len(todo) > 0; {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		box = box.Union(image.Rectangle{Min: p, Max: p.Add(image.Pt(1, 1))})
		for _, step := range []image.Point{{-1, -1}, {0, -1}, {1, -1}, {-1, 0}, {1, 0}, {-1, 1}, {0, 1}, {1, 1}} {
			if q := p.Add(step); q.In(in) && mine(q.X, q.Y) {
				todo = append(todo, q)
			}
		}
	}
	return box
}

// sized gives the first patch whose sides lie between two sizes.
func sized(list []image.Rectangle, least, most image.Point) (image.Rectangle, bool) {
	for _, r := range list {
		if r.Dx() >= least.X && r.Dy() >= least.Y && r.Dx() <= most.X && r.Dy() <= most.Y {
			return r, true
		}
	}
	return image.Rectangle{}, false
}

func middle(r image.Rectangle) image.Point { return r.Min.Add(r.Max).Div(2) }

// colours counts the colours of a part of the screen.
func colours(img *image.RGBA, in image.Rectangle) int {
	seen := map[color.RGBA]bool{}
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			seen[img.RGBAAt(x, y)] = true
		}
	}
	return len(seen)
}

// apart tells that two colours differ by more than smoothing does.
func apart(a, b color.RGBA, by int) bool {
	far := func(x, y uint8) bool { return int(x)-int(y) > by || int(y)-int(x) > by }
	return far(a.R, b.R) || far(a.G, b.G) || far(a.B, b.B)
}

// railPage reads from the sidebar which page is open: its rows begin with an icon, and one row has another ground. It gives -1 where
// there are not as many rows as pages, such as while nothing is drawn yet.
func railPage(img *image.RGBA, win image.Rectangle, pages int) int {
	ground := img.RGBAAt(win.Min.X+3, win.Min.Y+3)
	inky := func(y int) bool {
		row := img.RGBAAt(win.Min.X+12, y)
		for x := win.Min.X + 19; x < win.Min.X+36; x++ {
			if apart(img.RGBAAt(x, y), row, 40) {
				return true
			}
		}
		return false
	}
	open, rows := -1, 0
	for y := win.Min.Y; y < win.Max.Y && rows < pages; y++ {
		top := y
		for y < win.Max.Y && inky(y) {
			y++
		}
		if y-top < 5 {
			continue
		}
		if apart(img.RGBAAt(win.Min.X+12, (top+y)/2), ground, 4) {
			open = rows
		}
		rows++
	}
	if rows != pages {
		return -1
	}
	return open
}
