package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// meter shows a strength in four segments and words.
type meter struct {
	fw.BaseWidget
	score    int
	typed    bool
	text     string
	segments [4]*canvas.Rectangle
	words    *canvas.Text
}

func newMeter() *meter {
	m := &meter{words: canvas.NewText("", nil)}
	for i := range m.segments {
		m.segments[i] = canvas.NewRectangle(color.Transparent)
		m.segments[i].CornerRadius = 2
	}
	m.ExtendBaseWidget(m)
	return m
}

// set shows a score from 0 to 4, or -1 for none yet.
func (m *meter) set(score int, typed bool, words string) {
	m.score, m.typed, m.text = score, typed, words
	m.Refresh()
}

// CreateRenderer is Fyne's.
func (m *meter) CreateRenderer() fyne.WidgetRenderer { return &meterRenderer{m} }

type meterRenderer struct{ m *meter }

func (r *meterRenderer) Layout(size fyne.Size) {
	const height, gap = float32(5), float32(4)
	width := (size.Width - 3*gap) / 4
	colour := theme.ColorNameError
	switch {
	case r.m.score == 2:
		colour = theme.ColorNameWarning
	case r.m.score > 2:
		colour = theme.ColorNameSuccess
	}
	for i, segment := range r.m.segments {
		segment.FillColor = theme.Color(theme.ColorNameSeparator)
		if r.m.typed && r.m.score >= 0 && i < max(r.m.score, 1) {
			segment.FillColor = theme.Color(colour)
		}
		show(segment, fyne.NewPos(float32(i)*(width+gap), 2), fyne.NewSize(width, height))
		segment.Refresh()
	}
	write(r.m.words, r.m.text, theme.CaptionTextSize(), look.ColorMuted, 0, height+5, size.Width)
}

func (r *meterRenderer) MinSize() fyne.Size {
	line := fyne.MeasureText("Mg", theme.CaptionTextSize(), fyne.TextStyle{}).Height
	return fyne.NewSize(160, 12+line+4)
}
func (r *meterRenderer) Refresh() { r.Layout(r.m.Size()) }
func (r *meterRenderer) Destroy() {}
func (r *meterRenderer) Objects() []fyne.CanvasObject {
	s := r.m.segments
	return []fyne.CanvasObject{s[0], s[1], s[2], s[3], r.m.words}
}
