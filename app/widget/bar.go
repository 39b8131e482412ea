package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// Bar is progress with a text above it and the percentage at the right. It does not animate.
type Bar struct {
	fw.BaseWidget
	fraction      float64
	words         string
	state         State
	text, percent *canvas.Text
	track, fill   *canvas.Rectangle
}

const barHeight float32 = 8

// NewBar makes an empty bar.
func NewBar() *Bar {
	b := &Bar{
		text: canvas.NewText("", nil), percent: canvas.NewText("", nil),
		track: canvas.NewRectangle(color.Transparent), fill: canvas.NewRectangle(color.Transparent),
	}
	b.track.CornerRadius, b.fill.CornerRadius = barHeight/2, barHeight/2
	b.ExtendBaseWidget(b)
	return b
}

// Set changes progress, 0 to 1, and the text.
func (b *Bar) Set(fraction float64, text string) {
	b.fraction, b.words = min(max(fraction, 0), 1), text
	b.Refresh()
}

// SetState colours the bar: Failed like an error, Done like success.
func (b *Bar) SetState(state State) {
	b.state = state
	b.Refresh()
}

// CreateRenderer is Fyne's.
func (b *Bar) CreateRenderer() fyne.WidgetRenderer { return &barRenderer{b} }

type barRenderer struct{ b *Bar }

func (r *barRenderer) Layout(size fyne.Size) {
	b, line := r.b, fyne.MeasureText("Mg", theme.TextSize(), fyne.TextStyle{}).Height
	percent := lang.L("{{.Percent}} %", map[string]any{"Percent": int(b.fraction * 100)})
	width := fyne.MeasureText(percent, theme.TextSize(), fyne.TextStyle{}).Width
	write(b.percent, percent, theme.TextSize(), look.ColorMuted, size.Width-width, 0, width+1)
	write(b.text, b.words, theme.TextSize(), theme.ColorNameForeground, 0, 0, size.Width-width-look.Gap)
	colour := theme.ColorNamePrimary
	if b.state == Failed || b.state == Done {
		colour = stateColour(b.state)
	}
	b.track.FillColor, b.fill.FillColor = theme.Color(theme.ColorNameSeparator), theme.Color(colour)
	show(b.track, fyne.NewPos(0, line+6), fyne.NewSize(size.Width, barHeight))
	if b.fraction == 0 {
		b.fill.Hide()
		return
	}
	show(b.fill, fyne.NewPos(0, line+6), fyne.NewSize(max(size.Width*float32(b.fraction), barHeight), barHeight))
}

func (r *barRenderer) MinSize() fyne.Size {
	line := fyne.MeasureText("Mg", theme.TextSize(), fyne.TextStyle{}).Height
	return fyne.NewSize(160, line+6+barHeight)
}

func (r *barRenderer) Refresh() {
	r.Layout(r.b.Size())
	r.b.track.Refresh()
	r.b.fill.Refresh()
}
func (r *barRenderer) Destroy() {}
func (r *barRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.text, r.b.percent, r.b.track, r.b.fill}
}
