package widget

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// GaugePart is a part of a [Gauge]. What stays empty at the end is not one.
type GaugePart struct {
	Label  string
	Share  float64 // 0 to 1
	Colour fyne.ThemeColorName
	Hollow bool // an outline: another look for who cannot tell the colours apart
}

// Gauge is a bar that shows what fills something, with a legend below.
type Gauge struct {
	fw.BaseWidget
	parts   []GaugePart
	track   *canvas.Rectangle
	fills   []*canvas.Rectangle
	dots    []*canvas.Rectangle
	labels  []*canvas.Text
	objects []fyne.CanvasObject
}

// NewGauge makes an empty one.
func NewGauge() *Gauge {
	g := &Gauge{track: canvas.NewRectangle(color.Transparent)}
	g.track.CornerRadius = gaugeHeight / 2
	g.objects = []fyne.CanvasObject{g.track}
	g.ExtendBaseWidget(g)
	return g
}

// Set shows other parts.
func (g *Gauge) Set(parts ...GaugePart) {
	if slices.Equal(g.parts, parts) {
		return
	}
	g.parts = slices.Clone(parts)
	for len(g.fills) < len(parts) {
		fill, dot, label := canvas.NewRectangle(color.Transparent), canvas.NewRectangle(color.Transparent), canvas.NewText("", nil)
		g.fills, g.dots, g.labels = append(g.fills, fill), append(g.dots, dot), append(g.labels, label)
		g.objects = append(g.objects, fill, dot, label)
	}
	g.Refresh()
}

const (
	gaugeHeight float32 = 14
	gaugeDot    float32 = 10
)

// CreateRenderer is Fyne's.
func (g *Gauge) CreateRenderer() fyne.WidgetRenderer { return &gaugeRenderer{g} }

type gaugeRenderer struct{ g *Gauge }

func (r *gaugeRenderer) Layout(size fyne.Size) {
	g := r.g
	g.track.FillColor = theme.Color(theme.ColorNameSeparator)
	show(g.track, fyne.Position{}, fyne.NewSize(size.Width, gaugeHeight))
	g.track.Refresh()
	x, at := float32(0), fyne.NewPos(0, gaugeHeight+6)
	for i := range g.fills {
		if i >= len(g.parts) {
			g.fills[i].Hide()
			g.dots[i].Hide()
			g.labels[i].Hide()
			continue
		}
		p := g.parts[i]
		width := min(size.Width*float32(max(p.Share, 0)), size.Width-x)
		paintPart(g.fills[i], p)
		show(g.fills[i], fyne.NewPos(x, 0), fyne.NewSize(width, gaugeHeight))
		g.fills[i].Hidden = width < 1
		x += width
		at.X = r.legend(i, at, size.Width)
	}
}

// legend names a part, and gives where the next name begins.
func (r *gaugeRenderer) legend(i int, at fyne.Position, width float32) float32 {
	g, p, size := r.g, r.g.parts[i], theme.CaptionTextSize()
	paintPart(g.dots[i], p)
	show(g.dots[i], at.AddXY(0, 3), fyne.NewSquareSize(gaugeDot))
	wide := fyne.MeasureText(p.Label, size, fyne.TextStyle{}).Width
	write(g.labels[i], p.Label, size, theme.ColorNameForeground, at.X+gaugeDot+5, at.Y, min(wide+1, width-at.X-gaugeDot-5))
	return at.X + gaugeDot + 5 + wide + look.Gap
}

func paintPart(o *canvas.Rectangle, p GaugePart) {
	o.FillColor, o.StrokeColor, o.StrokeWidth, o.CornerRadius = theme.Color(p.Colour), color.Transparent, 0, 3
	if p.Hollow {
		o.FillColor, o.StrokeColor, o.StrokeWidth = theme.Color(look.ColorSurface), theme.Color(p.Colour), 1.5
	}
	o.Refresh()
}

func (r *gaugeRenderer) MinSize() fyne.Size {
	line := fyne.MeasureText("Mg", theme.CaptionTextSize(), fyne.TextStyle{}).Height
	return fyne.NewSize(160, gaugeHeight+6+line)
}
func (r *gaugeRenderer) Refresh()                     { r.Layout(r.g.Size()) }
func (r *gaugeRenderer) Destroy()                     {}
func (r *gaugeRenderer) Objects() []fyne.CanvasObject { return r.g.objects }
