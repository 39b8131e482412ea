package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fw "fyne.io/fyne/v2/widget"
)

// tall is an object whose height follows from its width.
type tall interface {
	heightFor(width float32) float32
}

func heightOf(o fyne.CanvasObject, width float32) float32 {
	if t, ok := o.(tall); ok {
		return t.heightFor(width)
	}
	return o.MinSize().Height
}

// column stacks visible objects, with a distance between them. Unlike Fyne's box it asks a text for its height at the width
// that it gives it, so a change of width needs one pass.
type column struct {
	gap   float32
	width float32 // at the last layout
}

func newColumn(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&column{gap: gap}, objects...)
}

// Layout is Fyne's.
func (c *column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := heightOf(o, size.Width)
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, h))
		y += h + c.gap
	}
}

// MinSize is Fyne's.
func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := float32(0)
	for _, o := range objects {
		if o.Visible() {
			width = max(width, o.MinSize().Width)
		}
	}
	return fyne.NewSize(width, c.height(objects, max(c.width, width)))
}

func (c *column) height(objects []fyne.CanvasObject, width float32) float32 {
	sum := -c.gap
	for _, o := range objects {
		if o.Visible() {
			sum += heightOf(o, width) + c.gap
		}
	}
	return max(sum, 0)
}

// panel is a widget made of a column.
type panel struct {
	fw.BaseWidget
	content *fyne.Container
}

// CreateRenderer is Fyne's.
func (p *panel) CreateRenderer() fyne.WidgetRenderer { return fw.NewSimpleRenderer(p.content) }

func (p *panel) heightFor(width float32) float32 {
	if c, ok := p.content.Layout.(*column); ok {
		return c.height(p.content.Objects, width)
	}
	return p.MinSize().Height
}

// settle lays the panel out anew after its content changed.
func (p *panel) settle() {
	if p.Size().Width > 0 {
		p.content.Refresh()
		p.content.Layout.Layout(p.content.Objects, p.Size())
	}
	p.Refresh()
}

// sideBySide puts an object of fixed width before one that takes the rest; both begin at the top.
type sideBySide struct{ gap, drop float32 }

// Layout is Fyne's.
func (s *sideBySide) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	first, rest := objects[0], objects[1]
	least := first.MinSize()
	show(first, fyne.NewPos(0, s.drop), least)
	width := size.Width - least.Width - s.gap
	rest.Move(fyne.NewPos(least.Width+s.gap, 0))
	rest.Resize(fyne.NewSize(width, heightOf(rest, width)))
}

// MinSize is Fyne's.
func (s *sideBySide) MinSize(objects []fyne.CanvasObject) fyne.Size {
	first, rest := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(first.Width+s.gap+rest.Width, max(first.Height+s.drop, rest.Height))
}

// beside is a row of an icon and a text, as high as the text needs.
type beside struct {
	fw.BaseWidget
	first, rest fyne.CanvasObject
	layout      *sideBySide
}

func newBeside(first, rest fyne.CanvasObject, gap, drop float32) *beside {
	b := &beside{first: first, rest: rest, layout: &sideBySide{gap: gap, drop: drop}}
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer is Fyne's.
func (b *beside) CreateRenderer() fyne.WidgetRenderer {
	return fw.NewSimpleRenderer(container.New(b.layout, b.first, b.rest))
}

func (b *beside) heightFor(width float32) float32 {
	first := b.first.MinSize()
	return max(first.Height+b.layout.drop, heightOf(b.rest, width-first.Width-b.layout.gap))
}
