package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// column puts groups below each other.
func column(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(look.Gap), objects...)
}

// group puts things that belong together below each other.
func group(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(look.SmallGap), objects...)
}

// tight puts a label and its field below each other.
func tight(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(0), objects...)
}

// row puts things beside each other, as wide as they are.
func row(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedHBoxLayout(look.SmallGap), objects...)
}

// beside divides the width evenly.
func beside(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&evenly{gap: look.Gap}, objects...)
}

// labelled puts a label above a field and its note below.
func labelled(label string, field fyne.CanvasObject, below ...fyne.CanvasObject) *fyne.Container {
	return tight(append([]fyne.CanvasObject{flush(fw.NewLabel(label)), field}, below...)...)
}

// flush takes away the room that a label keeps at its sides, so that it lines up with the fields around it.
func flush(o fyne.CanvasObject) fyne.CanvasObject {
	inset := theme.InnerPadding()
	return container.New(layout.NewCustomPaddedLayout(0, 0, -inset, -inset), o)
}

// title heads a group.
func title(text string) fyne.CanvasObject {
	l := fw.NewLabelWithStyle(text, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	l.SizeName = theme.SizeNameSubHeadingText
	return flush(l)
}

// paragraph is text that wraps.
func paragraph(text string) *fw.Label {
	l := fw.NewLabel(text)
	l.Wrapping = fyne.TextWrapWord
	return l
}

// muted is text of less weight that wraps.
func muted(text string) *fw.Label {
	l := paragraph(text)
	l.Importance = fw.LowImportance
	return l
}

// panel puts a card behind things.
func panel(objects ...fyne.CanvasObject) fyne.CanvasObject {
	b := &backed{content: container.New(layout.NewCustomPaddedLayout(look.Gap, look.Gap, look.Gap, look.Gap), group(objects...))}
	b.ExtendBaseWidget(b)
	return b
}

// backed draws the surface of a card; it follows the theme.
type backed struct {
	fw.BaseWidget
	content fyne.CanvasObject
}

// CreateRenderer is Fyne's.
func (b *backed) CreateRenderer() fyne.WidgetRenderer {
	surface := canvas.NewRectangle(nil)
	surface.CornerRadius, surface.StrokeWidth = look.Radius, 1
	r := &backedRenderer{back: b, surface: surface, objects: []fyne.CanvasObject{surface, b.content}}
	r.paint()
	return r
}

type backedRenderer struct {
	back    *backed
	surface *canvas.Rectangle
	objects []fyne.CanvasObject
}

func (r *backedRenderer) paint() {
	variant := fyne.CurrentApp().Settings().ThemeVariant()
	r.surface.FillColor = r.back.Theme().Color(look.ColorSurface, variant)
	r.surface.StrokeColor = r.back.Theme().Color(look.ColorOutline, variant)
}

func (r *backedRenderer) Layout(size fyne.Size) {
	r.surface.Resize(size)
	r.back.content.Resize(size)
}
func (r *backedRenderer) MinSize() fyne.Size           { return r.back.content.MinSize() }
func (r *backedRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *backedRenderer) Destroy()                     {}
func (r *backedRenderer) Refresh() {
	r.paint()
	r.surface.Refresh()
	r.back.content.Refresh()
}

// evenly gives each object the same width and the height of the tallest.
type evenly struct{ gap float32 }

// MinSize is that of Fyne's layouts.
func (e *evenly) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	n := float32(0)
	for _, o := range objects {
		if o.Visible() {
			size, n = size.Max(o.MinSize()), n+1
		}
	}
	if n == 0 {
		return fyne.Size{}
	}
	return fyne.NewSize(size.Width*n+e.gap*(n-1), size.Height)
}

// Layout is that of Fyne's layouts.
func (e *evenly) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	n := float32(0)
	for _, o := range objects {
		if o.Visible() {
			n++
		}
	}
	if n == 0 {
		return
	}
	width, x := (size.Width-e.gap*(n-1))/n, float32(0)
	for _, o := range objects {
		if o.Visible() {
			o.Move(fyne.NewPos(x, 0))
			o.Resize(fyne.NewSize(width, size.Height))
			x += width + e.gap
		}
	}
}

// high gives something a height, where it has none of its own.
func high(o fyne.CanvasObject, height float32) fyne.CanvasObject {
	return container.New(&fixedHeight{height}, o)
}

// fixedHeight gives its objects a height of its own.
type fixedHeight struct{ height float32 }

// MinSize is that of Fyne's layouts.
func (f *fixedHeight) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := float32(0)
	for _, o := range objects {
		width = max(width, o.MinSize().Width)
	}
	return fyne.NewSize(width, f.height)
}

// Layout is that of Fyne's layouts.
func (f *fixedHeight) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
}
