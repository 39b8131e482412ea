package widget

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"
)

// paragraph is text broken into lines at spaces, without the padding that a Label has, so that it lines up with what is beside
// it. A word wider than the line is broken anywhere. It reuses its lines, for a map's detail that changes with every movement.
type paragraph struct {
	fw.BaseWidget
	text   string
	size   fyne.ThemeSizeName
	colour fyne.ThemeColorName
	style  fyne.TextStyle

	lines     []*canvas.Text
	objects   []fyne.CanvasObject
	used      int
	laidWidth float32 // the width that the lines were made for
	most      int     // lines shown; 0 is all
}

func newParagraph(text string, size fyne.ThemeSizeName, colour fyne.ThemeColorName, style fyne.TextStyle) *paragraph {
	p := &paragraph{text: text, size: size, colour: colour, style: style}
	p.ExtendBaseWidget(p)
	return p
}

// setText changes the text; the height may change with it.
func (p *paragraph) setText(text string) {
	if p.text != text {
		p.text = text
		p.flow(p.laidWidth)
	}
}

func (p *paragraph) setColour(colour fyne.ThemeColorName) {
	if p.colour != colour {
		p.colour = colour
		p.flow(p.laidWidth)
	}
}

// heightFor gives the height at a width, and lays the lines out for it.
func (p *paragraph) heightFor(width float32) float32 {
	if width != p.laidWidth {
		p.flow(width)
	}
	return p.lineHeight() * float32(p.used)
}

func (p *paragraph) lineHeight() float32 {
	return fyne.MeasureText("Mg", theme.Size(p.size), p.style).Height
}

// flow makes the lines for a width. Before there is one, the whole text is one line.
func (p *paragraph) flow(width float32) {
	p.laidWidth = width
	p.used = 0
	rows := breakLines(p.text, width, theme.Size(p.size), p.style)
	if p.most > 0 && len(rows) > p.most {
		rows = rows[:p.most]
		rows[p.most-1] = ellipsis(rows[p.most-1]+" …", width, theme.Size(p.size), p.style)
	}
	for _, row := range rows {
		p.line(row)
	}
	for _, line := range p.lines[p.used:] {
		line.Hide()
	}
}

func (p *paragraph) line(text string) {
	if p.used == len(p.lines) {
		p.lines = append(p.lines, canvas.NewText("", nil))
		p.objects = append(p.objects, p.lines[p.used])
	}
	line, height := p.lines[p.used], p.lineHeight()
	line.Text, line.TextSize, line.TextStyle, line.Color = text, theme.Size(p.size), p.style, theme.Color(p.colour)
	line.Move(fyne.NewPos(0, height*float32(p.used)))
	line.Resize(fyne.NewSize(p.laidWidth, height))
	line.Show()
	line.Refresh()
	p.used++
}

// CreateRenderer is Fyne's.
func (p *paragraph) CreateRenderer() fyne.WidgetRenderer {
	p.flow(p.laidWidth)
	return &paragraphRenderer{p}
}

type paragraphRenderer struct{ p *paragraph }

func (r *paragraphRenderer) Layout(size fyne.Size) {
	if size.Width != r.p.laidWidth {
		r.p.flow(size.Width)
	}
}

func (r *paragraphRenderer) MinSize() fyne.Size {
	return fyne.NewSize(60, r.p.lineHeight()*float32(r.p.used))
}
func (r *paragraphRenderer) Refresh()                     { r.p.flow(r.p.laidWidth) }
func (r *paragraphRenderer) Objects() []fyne.CanvasObject { return r.p.objects }
func (r *paragraphRenderer) Destroy()                     {}

// breakLines breaks text at spaces and line ends so that each line fits.
func breakLines(text string, width, size float32, style fyne.TextStyle) []string {
	if text == "" {
		return nil
	}
	var rows []string
	for part := range strings.SplitSeq(text, "\n") {
		rows = append(rows, breakPart(part, width, size, style)...)
	}
	return rows
}

func breakPart(text string, width, size float32, style fyne.TextStyle) []string {
	fits := func(s string) bool { return width <= 0 || fyne.MeasureText(s, size, style).Width <= width }
	if fits(text) {
		return []string{text}
	}
	var rows []string
	row := ""
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' }) { // others hold numbers together
		joined := strings.TrimSpace(row + " " + word)
		if fits(joined) {
			row = joined
			continue
		}
		if row != "" {
			rows = append(rows, row)
		}
		for !fits(word) {
			head := headThatFits(word, fits)
			rows = append(rows, head)
			word = word[len(head):]
		}
		row = word
	}
	return append(rows, row)
}

// headThatFits gives the longest beginning that fits, at least one character.
func headThatFits(word string, fits func(string) bool) string {
	last := 0
	for i, r := range word {
		end := i + len(string(r))
		if last > 0 && !fits(word[:end]) {
			break
		}
		last = end
	}
	return word[:last]
}

// ellipsis shortens a line to a width, with an ellipsis for what is lost.
func ellipsis(text string, width, size float32, style fyne.TextStyle) string {
	if width <= 0 || fyne.MeasureText(text, size, style).Width <= width {
		return text
	}
	runes := []rune(text)
	low, high := 0, len(runes) // runes[:low] fits with an ellipsis
	for low+1 < high {
		middle := (low + high) / 2
		if fyne.MeasureText(string(runes[:middle])+"…", size, style).Width <= width {
			low = middle
		} else {
			high = middle
		}
	}
	return strings.TrimRight(string(runes[:low]), " ") + "…"
}
