//go:build !ci

package look

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// drawing fills what lies inside with a shader of our own, and leaves only the rim to Fyne's rectangles, whose shader looks at corners
// and shadows for every pixel.
type drawing struct {
	inside          *canvas.Shader
	radius, outline float32
	ends, sides     [2]*canvas.Rectangle // top and bottom, left and right; none without corners and outline
	whole           *canvas.Rectangle    // in place of all where the pieces would not meet
	size            fyne.Size
}

// seen is the canvas that all is drawn on, and early are the drawings that were laid out before it was there.
var (
	seen  fyne.Canvas
	early []*drawing
)

// Seen tells on which canvas all is drawn. Before that, another goroutine than Fyne's may lay things out, which must not ask for it.
func Seen(c fyne.Canvas) {
	seen = c
	for _, d := range early {
		d.resize(d.size)
	}
	early = nil
}

func (d *drawing) begin(radius, outline float32) {
	d.inside, d.radius, d.outline = canvas.NewShader("", nil, nil), radius, outline
	if radius == 0 && outline == 0 {
		return
	}
	d.whole = canvas.NewRectangle(color.Transparent)
	d.whole.CornerRadius, d.whole.StrokeWidth = radius, outline
	for i := range 2 {
		d.ends[i], d.sides[i] = canvas.NewRectangle(color.Transparent), canvas.NewRectangle(color.Transparent)
		d.ends[i].StrokeWidth = outline
	}
	d.ends[0].TopLeftCornerRadius, d.ends[0].TopRightCornerRadius = radius, radius
	d.ends[1].BottomLeftCornerRadius, d.ends[1].BottomRightCornerRadius = radius, radius
}

func (d *drawing) rimless() bool { return d.ends[0] == nil }

func (d *drawing) objects() []fyne.CanvasObject {
	if d.rimless() {
		return []fyne.CanvasObject{d.inside}
	}
	return []fyne.CanvasObject{d.whole, d.ends[0], d.ends[1], d.inside, d.sides[0], d.sides[1]}
}

// meet tells whether the pieces lie on whole pixels, so that they meet: not where the desktop scales by a part of a pixel.
func (d *drawing) meet() bool {
	if seen == nil {
		early = append(early, d)
		return true
	}
	return seen.Scale() == float32(int(seen.Scale()))
}

// spill is how far Fyne draws a shader beyond its object on every side.
const spill = 1

// resize lays the inside between the corners, over the half of each end that has none, and the sides over the inside.
func (d *drawing) resize(size fyne.Size) {
	between := size.Height - 2*d.radius
	d.inside.Move(fyne.NewPos(d.outline+spill, d.radius+spill))
	d.inside.Resize(fyne.NewSize(size.Width-2*(d.outline+spill), between-2*spill))
	if d.rimless() {
		return
	}
	d.size = size
	d.whole.Resize(size)
	d.whole.Hidden = d.meet()
	for _, piece := range d.objects()[1:] {
		if d.whole.Hidden {
			piece.Show()
		} else {
			piece.Hide()
		}
	}
	end := min(2*d.radius, size.Height/2)
	for i := range 2 {
		d.ends[i].Move(fyne.NewPos(0, float32(i)*(size.Height-end)))
		d.ends[i].Resize(fyne.NewSize(size.Width, end))
		d.sides[i].Move(fyne.NewPos(float32(i)*(size.Width-d.outline), d.radius))
		d.sides[i].Resize(fyne.NewSize(d.outline, between))
	}
}

// paint writes the colour into the shader: reading it from outside takes longer than all the rest. Programs are kept by their names, so
// there is one for each colour.
func (d *drawing) paint(fill, outline color.Color) {
	r, g, b, _ := fill.RGBA()
	body := fmt.Sprintf("void main() { gl_FragColor = vec4(%.4f, %.4f, %.4f, 1.0); }\n", part(r), part(g), part(b))
	d.inside.Name = fmt.Sprintf("lethe-%02x%02x%02x", r>>8, g>>8, b>>8)
	d.inside.Source, d.inside.SourceES = []byte("#version 110\n"+body), []byte("#version 100\nprecision highp float;\n"+body)
	d.inside.Refresh()
	if d.rimless() {
		return
	}
	d.whole.FillColor, d.whole.StrokeColor = fill, outline
	d.whole.Refresh()
	for i := range 2 {
		d.ends[i].FillColor, d.ends[i].StrokeColor, d.sides[i].FillColor = fill, outline, outline
		d.ends[i].Refresh()
		d.sides[i].Refresh()
	}
}

// part is a channel of a colour between 0 and 1.
func part(channel uint32) float64 { return float64(channel) / 0xffff }
