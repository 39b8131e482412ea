package page

import (
	"fyne.io/fyne/v2"
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

// close puts texts below each other as lines of one text.
func close(texts ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(-2*theme.InnerPadding()+2), texts...)
}

// row puts things beside each other, as wide as they are.
func row(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedHBoxLayout(look.SmallGap), objects...)
}

// labelled puts a label above a field and its note below.
func labelled(label string, field fyne.CanvasObject, below ...fyne.CanvasObject) *fyne.Container {
	return tight(append([]fyne.CanvasObject{bare(fw.NewLabel(label), labelGap), field}, below...)...)
}

// labelGap is between a label and its field; it is that of the widgets that have a label of their own.
const labelGap float32 = 4

// flush takes away the room that a label keeps at its sides, so that it lines up with the fields around it.
func flush(o fyne.CanvasObject) fyne.CanvasObject {
	inset := theme.InnerPadding()
	return container.New(layout.NewCustomPaddedLayout(0, 0, -inset, -inset), o)
}

// bare takes away all the room that a label keeps around its text, and leaves some below.
func bare(o fyne.CanvasObject, below float32) fyne.CanvasObject {
	inset := theme.InnerPadding()
	return container.New(layout.NewCustomPaddedLayout(-inset, below-inset, -inset, -inset), o)
}

// title heads a group.
func title(text string) fyne.CanvasObject {
	l := fw.NewLabelWithStyle(text, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	l.SizeName = theme.SizeNameSubHeadingText
	return bare(l, labelGap)
}

// paragraph is text that wraps.
func paragraph(text string) *fw.Label {
	l := fw.NewLabel(text)
	l.Wrapping = fyne.TextWrapWord
	return l
}

// panel puts a card behind things.
func panel(objects ...fyne.CanvasObject) fyne.CanvasObject { return card(group(objects...)) }

// card puts a surface behind one thing, with a margin.
func card(content fyne.CanvasObject) fyne.CanvasObject {
	b := &backed{content: container.New(layout.NewCustomPaddedLayout(look.Gap, look.Gap, look.Gap, look.Gap), content)}
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
	surface := look.NewSurface(look.Radius, 1)
	r := &backedRenderer{back: b, surface: surface, objects: append(surface.Objects(), b.content)}
	r.paint()
	return r
}

type backedRenderer struct {
	back    *backed
	surface *look.Surface
	objects []fyne.CanvasObject
}

func (r *backedRenderer) paint() {
	variant, colours := fyne.CurrentApp().Settings().ThemeVariant(), r.back.Theme()
	r.surface.Paint(colours.Color(look.ColorSurface, variant), colours.Color(look.ColorOutline, variant))
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
	r.Layout(r.back.Size()) // of what was not drawn for a minute, Fyne makes a new renderer, and lays out nothing
	r.back.content.Refresh()
}
