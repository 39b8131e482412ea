//go:build ci

package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// drawing is one rectangle where Fyne draws without OpenGL, as it does with its own tag ci: there it knows no shaders.
type drawing struct{ rectangle *canvas.Rectangle }

func (d *drawing) begin(radius, outline float32) {
	d.rectangle = canvas.NewRectangle(color.Transparent)
	d.rectangle.CornerRadius, d.rectangle.StrokeWidth = radius, outline
}

func (d *drawing) objects() []fyne.CanvasObject { return []fyne.CanvasObject{d.rectangle} }
func (d *drawing) resize(size fyne.Size)        { d.rectangle.Resize(size) }

func (d *drawing) paint(fill, outline color.Color) {
	d.rectangle.FillColor, d.rectangle.StrokeColor = fill, outline
	d.rectangle.Refresh()
}

// Seen does nothing where each picture is drawn by itself.
func Seen(fyne.Canvas) {}
