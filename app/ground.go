package main

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// ground puts a colour of the theme behind something.
type ground struct {
	widget.BaseWidget
	colour  fyne.ThemeColorName
	content fyne.CanvasObject
}

func newGround(colour fyne.ThemeColorName, content fyne.CanvasObject) *ground {
	g := &ground{colour: colour, content: content}
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer is Fyne's.
func (g *ground) CreateRenderer() fyne.WidgetRenderer {
	r := &groundRenderer{g, look.NewSurface(0, 0)}
	r.paint()
	return r
}

type groundRenderer struct {
	g    *ground
	back *look.Surface
}

func (r *groundRenderer) paint() {
	r.back.Paint(r.g.Theme().Color(r.g.colour, fyne.CurrentApp().Settings().ThemeVariant()), nil)
}

func (r *groundRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.g.content.Resize(size)
}
func (r *groundRenderer) MinSize() fyne.Size { return r.g.content.MinSize() }
func (r *groundRenderer) Objects() []fyne.CanvasObject {
	return append(r.back.Objects(), r.g.content)
}
func (r *groundRenderer) Destroy() {}
func (r *groundRenderer) Refresh() {
	r.paint()
	r.Layout(r.g.Size()) // of what was not drawn for a minute, Fyne makes a new renderer, and lays out nothing
	r.g.content.Refresh()
}

// column gives its objects a width of its own and all of the height.
type column struct{ width float32 }

// MinSize is that of Fyne's layouts.
func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(c.width, objects[0].MinSize().Height)
}

// Layout is that of Fyne's layouts.
func (c *column) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }

// newStrip is nothing, of a height.
func newStrip(height float32) fyne.CanvasObject {
	strip := canvas.NewRectangle(color.Transparent)
	strip.SetMinSize(fyne.NewSize(0, height))
	return strip
}
