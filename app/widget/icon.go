package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fw "fyne.io/fyne/v2/widget"
)

// picture is an icon of a fixed size.
type picture struct {
	fw.BaseWidget
	image *canvas.Image
	side  float32
}

func newPicture(resource fyne.Resource, side float32) *picture {
	p := &picture{image: canvas.NewImageFromResource(resource), side: side}
	p.image.FillMode = canvas.ImageFillContain
	p.ExtendBaseWidget(p)
	return p
}

func (p *picture) set(resource fyne.Resource) {
	if p.image.Resource != resource {
		p.image.Resource = resource
		p.image.Refresh()
	}
}

// CreateRenderer is Fyne's.
func (p *picture) CreateRenderer() fyne.WidgetRenderer {
	p.image.SetMinSize(fyne.NewSquareSize(p.side))
	return fw.NewSimpleRenderer(p.image)
}
