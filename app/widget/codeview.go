package widget

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// LineRange is inclusive and counts from 1.
type LineRange struct{ First, Last int }

// CodeView shows a text read-only in a monospace font with line numbers and colours. Whole lines are selected with mouse or
// keys, and copied with Ctrl+C.
type CodeView struct {
	fw.BaseWidget
	// OnLine is called when a line is clicked or reached with the keys; it counts from 1.
	OnLine func(line int)
	// OnPoint is called with the line that the mouse is on, or else the keyboard; 0 is that there is none.
	OnPoint func(line int)

	source []string
	pieces [][]piece
	lit    []LineRange
	lines  *lines
	back   *canvas.Rectangle
}

// NewCodeView makes a view of a text.
func NewCodeView(language Language, text string) *CodeView {
	c := &CodeView{back: canvas.NewRectangle(theme.Color(look.ColorSurface))}
	c.lines = newLines(func() int { return len(c.source) }, c.row, func(first, last int) string {
		return strings.Join(c.source[first:last+1], "\n") + "\n"
	})
	c.lines.moved = func(index int) {
		if c.OnLine != nil {
			c.OnLine(index + 1)
		}
	}
	c.lines.pointed = func(index int) {
		if c.OnPoint != nil {
			c.OnPoint(index + 1)
		}
	}
	c.ExtendBaseWidget(c)
	c.SetText(language, text)
	return c
}

// SetText shows another text from its beginning, without highlighted lines.
func (c *CodeView) SetText(language Language, text string) {
	c.source, c.pieces, c.lit = nil, nil, nil
	if text != "" {
		c.source = strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	}
	colours := colourer{language: language}
	c.lines.longest = 0
	for _, line := range c.source {
		line = strings.ReplaceAll(strings.TrimSuffix(line, "\r"), "\t", "    ")
		c.pieces = append(c.pieces, colours.line(line))
		c.lines.longest = max(c.lines.longest, utf8.RuneCountInString(line))
	}
	c.lines.marginColumns = len(strconv.Itoa(max(len(c.source), 10)))
	c.lines.body.cursor, c.lines.body.anchor = 0, 0
	c.lines.scroll.ScrollToTop()
	c.lines.changed()
}

// SetHighlighted marks these lines and no others, and scrolls the first into view unless the user is at the text himself.
func (c *CodeView) SetHighlighted(ranges ...LineRange) {
	c.lit = ranges
	if len(ranges) > 0 && !c.lines.body.focused && c.lines.body.hovered == 0 {
		c.lines.reveal(ranges[0].Last - 1)
		c.lines.reveal(ranges[0].First - 1) // which counts more where not both fit
		return
	}
	c.lines.body.update()
}

// Focusable gives what takes the focus.
func (c *CodeView) Focusable() fyne.Focusable { return c.lines.body }

func (c *CodeView) row(index int) textLine {
	line := textLine{pieces: c.pieces[index], margin: strconv.Itoa(index + 1)}
	for _, r := range c.lit {
		if index+1 >= r.First && index+1 <= r.Last {
			line.back = look.ColorCodeLine
		}
	}
	return line
}

// CreateRenderer is Fyne's.
func (c *CodeView) CreateRenderer() fyne.WidgetRenderer { return &codeRenderer{c} }

type codeRenderer struct{ c *CodeView }

func (r *codeRenderer) Layout(size fyne.Size) {
	r.c.back.Resize(size)
	r.c.lines.Move(fyne.NewPos(2, 2))
	r.c.lines.Resize(fyne.NewSize(size.Width-4, size.Height-4))
}
func (r *codeRenderer) MinSize() fyne.Size { return fyne.NewSize(240, 120) }
func (r *codeRenderer) Refresh() {
	r.c.back.FillColor, r.c.back.CornerRadius = theme.Color(look.ColorSurface), look.Radius
	r.c.back.StrokeColor, r.c.back.StrokeWidth = theme.Color(look.ColorOutline), 1
	r.c.back.Refresh()
	r.c.lines.Refresh()
}
func (r *codeRenderer) Destroy() {}
func (r *codeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.c.back, r.c.lines}
}
