package page

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"lethe/app/look"
)

// beside divides the width evenly. Where the window is too narrow for that, as it may be in another language, it puts things below each other.
func beside(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&shares{gap: look.Gap, folds: true}, objects...)
}

// divided gives two things their parts of the width.
func divided(left, right float32, first, second fyne.CanvasObject) *fyne.Container {
	return container.New(&shares{gap: look.Gap, parts: []float32{left, right}}, first, second)
}

// shares puts objects beside each other, all as high as the tallest. Each gets its part of the width; without parts all get the same.
type shares struct {
	gap   float32
	parts []float32
	folds bool    // below each other where the width is too small
	width float32 // at the last layout
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

// least is the size beside each other.
func (s *shares) least(objects []fyne.CanvasObject) fyne.Size {
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

// folded is the layout below each other, which stretches nothing.
func (s *shares) folded() *stretching { return &stretching{gap: s.gap} }

// MinSize is that of Fyne's layouts. The height follows from the width of the last layout.
func (s *shares) MinSize(objects []fyne.CanvasObject) fyne.Size {
	beside := s.least(objects)
	if !s.folds {
		return beside
	}
	below := s.folded().MinSize(objects)
	if s.width == 0 || s.width >= beside.Width {
		below.Height = beside.Height
	}
	return below
}

// Layout is that of Fyne's layouts.
func (s *shares) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	s.width = size.Width
	if s.folds && size.Width < s.least(objects).Width {
		s.folded().Layout(objects, size)
		return
	}
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

// grid puts things into columns of the same width, at most so many, and fewer where the window is too narrow.
func grid(most int, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&cells{most: most}, objects...)
}

// cells is the layout of a grid. All of a row are as high as its tallest.
type cells struct {
	most  int
	width float32 // at the last layout
}

// columns gives how many columns fit, and how wide the widest object is.
func (c *cells) columns(objects []fyne.CanvasObject) (count int, widest float32) {
	for _, o := range objects {
		widest = max(widest, o.MinSize().Width)
	}
	if c.width == 0 || widest == 0 {
		return c.most, widest
	}
	return min(max(int((c.width+look.SmallGap)/(widest+look.SmallGap)), 1), c.most), widest
}

// rows gives the height of each row.
func rows(objects []fyne.CanvasObject, count int) (heights []float32, sum float32) {
	for row := range slices.Chunk(objects, count) {
		height := float32(0)
		for _, o := range row {
			height = max(height, o.MinSize().Height)
		}
		heights, sum = append(heights, height), sum+height
	}
	return heights, sum
}

// MinSize is that of Fyne's layouts. The height follows from the width of the last layout.
func (c *cells) MinSize(objects []fyne.CanvasObject) fyne.Size {
	count, widest := c.columns(objects)
	_, height := rows(objects, count)
	return fyne.NewSize(widest, height)
}

// Layout is that of Fyne's layouts.
func (c *cells) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	count, _ := c.columns(objects)
	heights, _ := rows(objects, count)
	width := (size.Width - float32(count-1)*look.SmallGap) / float32(count)
	y := float32(0)
	for i, o := range objects {
		o.Move(fyne.NewPos(float32(i%count)*(width+look.SmallGap), y))
		o.Resize(fyne.NewSize(width, heights[i/count]))
		if i%count == count-1 {
			y += heights[i/count]
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
