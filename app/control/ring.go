package control

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
)

// mark is how the ring round a control stands: where, in which colour, and how far within the control's edge.
type mark struct {
	on    bool
	ink   fyne.ThemeColorName
	size  fyne.Size
	inset float32
}

// ringed draws a ring over a renderer of Fyne's while its control has the keyboard. Fyne blends a colour into the control instead,
// which is nothing on a button of that very colour, and little on a white ground.
type ringed struct {
	fyne.WidgetRenderer
	line *canvas.Rectangle
	mark func() mark
}

func newRinged(of fyne.WidgetRenderer, how func() mark) *ringed {
	r := &ringed{WidgetRenderer: of, line: canvas.NewRectangle(color.Transparent), mark: how}
	r.line.StrokeWidth = look.FocusWidth
	r.line.Hide() // until it is laid out: the control has no size before
	return r
}

func (r *ringed) paint() {
	m := r.mark()
	r.line.Hidden = !m.on
	if !m.on {
		return
	}
	r.line.StrokeColor, r.line.CornerRadius = theme.Color(m.ink), max(theme.Size(theme.SizeNameButtonRadius)-m.inset, look.FocusWidth)
	r.line.Move(fyne.NewSquareOffsetPos(m.inset))
	r.line.Resize(m.size.SubtractWidthHeight(2*m.inset, 2*m.inset).Max(fyne.Size{})) // what is narrower than nothing cannot be drawn
	r.line.Refresh()
}

// Layout is Fyne's.
func (r *ringed) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.paint()
}

// Objects is Fyne's.
func (r *ringed) Objects() []fyne.CanvasObject {
	return append(slices.Clip(r.WidgetRenderer.Objects()), r.line)
}

// Refresh is Fyne's.
func (r *ringed) Refresh() {
	r.paint()
	r.WidgetRenderer.Refresh()
}
