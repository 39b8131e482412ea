package look

import (
	"image/color"

	"fyne.io/fyne/v2"
)

// Surface is an opaque area of one colour, with round corners and an outline where wanted: the ground of cards, and of the window's
// parts. Surfaces make up most of the window, and all of it is drawn anew whenever anything changes, so where a processor draws they
// decide how fast that is. Fyne's own rectangle takes some ten times as long there.
type Surface struct{ drawing }

// NewSurface makes a surface with corners of a radius and an outline of a width, both in density-independent pixels.
func NewSurface(radius, outline float32) *Surface {
	s := &Surface{}
	s.begin(radius, outline)
	return s
}

// Objects are what a renderer lists, in this order.
func (s *Surface) Objects() []fyne.CanvasObject { return s.objects() }

// Resize gives the surface its size.
func (s *Surface) Resize(size fyne.Size) { s.resize(size) }

// Paint colours the surface. The outline's colour may be nil where there is none.
func (s *Surface) Paint(fill, outline color.Color) { s.paint(fill, outline) }
