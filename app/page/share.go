package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"lethe/app/look"
)

// beside divides the width evenly.
func beside(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&shares{gap: look.Gap}, objects...)
}

// divided gives two things their parts of the width.
func divided(left, right float32, first, second fyne.CanvasObject) *fyne.Container {
	return container.New(&shares{gap: look.Gap, parts: []float32{left, right}}, first, second)
}

// shares puts objects beside each other, all as high as the tallest. Each gets its part of the width; without parts all get the same.
type shares struct {
	gap   float32
	parts []float32
}

func (s *shares) part(index int) float32 {
	if index < len(s.parts) {
		return s.parts[index]
	}
	return 1
}

// all is the sum of the parts of what can be seen, and the room that the gaps take.
func (s *shares) all(objects []fyne.CanvasObject) (parts, gaps float32) {
	gaps = -s.gap
	for i, o := range objects {
		if o.Visible() {
			parts, gaps = parts+s.part(i), gaps+s.gap
		}
	}
	return parts, max(gaps, 0)
}

// MinSize is that of Fyne's layouts.
func (s *shares) MinSize(objects []fyne.CanvasObject) fyne.Size {
	parts, gaps := s.all(objects)
	unit, height := float32(0), float32(0)
	for i, o := range objects {
		if o.Visible() {
			least := o.MinSize()
			unit, height = max(unit, least.Width/s.part(i)), max(height, least.Height)
		}
	}
	return fyne.NewSize(unit*parts+gaps, height)
}

// Layout is that of Fyne's layouts.
func (s *shares) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	parts, gaps := s.all(objects)
	x := float32(0)
	for i, o := range objects {
		if o.Visible() {
			width := (size.Width - gaps) * s.part(i) / parts
			o.Move(fyne.NewPos(x, 0))
			o.Resize(fyne.NewSize(width, size.Height))
			x += width + s.gap
		}
	}
}

// stretched puts things below each other; one of them takes the height that the others leave.
func stretched(gap float32, grows fyne.CanvasObject, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&stretching{gap, grows}, objects...)
}

// stretching is a column of which one object grows.
type stretching struct {
	gap   float32
	grows fyne.CanvasObject
}

// MinSize is that of Fyne's layouts.
func (s *stretching) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(0, -s.gap)
	for _, o := range objects {
		if o.Visible() {
			least := o.MinSize()
			size = fyne.NewSize(max(size.Width, least.Width), size.Height+least.Height+s.gap)
		}
	}
	return size.Max(fyne.Size{})
}

// Layout is that of Fyne's layouts.
func (s *stretching) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	spare := max(size.Height-s.MinSize(objects).Height, 0)
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		height := o.MinSize().Height
		if o == s.grows {
			height += spare
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, height))
		y += height + s.gap
	}
}

// high gives something a least height, where it has none of its own; it may be given more.
func high(o fyne.CanvasObject, height float32) fyne.CanvasObject {
	return container.New(&leastHeight{height: height}, o)
}

// leastHeight gives its objects a least height of its own.
type leastHeight struct {
	height float32
	// resized is called when there is another width; nil is nothing.
	resized func()
	width   float32
}

// MinSize is that of Fyne's layouts.
func (l *leastHeight) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := float32(0)
	for _, o := range objects {
		width = max(width, o.MinSize().Width)
	}
	return fyne.NewSize(width, l.height)
}

// Layout is that of Fyne's layouts.
func (l *leastHeight) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
	if l.resized != nil && l.width != size.Width {
		l.width = size.Width
		l.resized()
	}
}
