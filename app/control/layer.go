package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Layer lies over a page for the list of its [Finder]s, of which one at a time has one. The list stays at its field when that is moved by what
// else comes and goes on the page.
type Layer struct {
	over *fyne.Container
	open *Finder
}

// NewLayer makes one.
func NewLayer() *Layer { return &Layer{over: container.NewWithoutLayout()} }

// Over puts the layer over a page.
func (l *Layer) Over(page fyne.CanvasObject) fyne.CanvasObject {
	return container.New(&layered{l}, page, l.over)
}

func (l *Layer) show(f *Finder) {
	if l.open != nil {
		l.open.close()
	}
	l.open = f
	l.over.Add(f.list)
	f.place()
}

func (l *Layer) hide() {
	l.open = nil
	l.over.RemoveAll()
}

// layered lays out page and layer, and then the list anew.
type layered struct{ layer *Layer }

// MinSize is the page's.
func (*layered) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

// Layout is Fyne's.
func (l *layered) Layout(o []fyne.CanvasObject, size fyne.Size) {
	for _, each := range o {
		each.Move(fyne.NewPos(0, 0))
		each.Resize(size)
	}
	if f := l.layer.open; f != nil {
		f.place()
	}
}
