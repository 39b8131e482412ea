package widget

import (
	"image/color"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/look"
)

// piece is a stretch of a line in one colour. Columns count characters.
type piece struct {
	column int
	text   string
	colour fyne.ThemeColorName
	bold   bool
}

// textLine is what [lines] shows of one line: its pieces, what stands in the margin, and the colour behind it.
type textLine struct {
	pieces []piece
	margin string
	back   fyne.ThemeColorName // empty for none
}

// lines shows any number of lines of text in a monospace font and makes objects only for those in view. It is one stop for Tab:
// the arrow keys move a cursor, Shift extends the selection, Ctrl+A selects all, and Ctrl+C copies whole lines.
type lines struct {
	fw.BaseWidget
	count    func() int
	line     func(index int) textLine
	copied   func(first, last int) string // the text of lines, for the clipboard
	moved    func(index int)              // by the user; may be nil
	pointed  func(index int)              // the line that the mouse is on, or else the keyboard; -1 is none. It may be nil
	scrolled func()

	scroll        *container.Scroll
	body          *linesBody
	longest       int // characters
	marginColumns int
}

func newLines(count func() int, line func(int) textLine, copied func(first, last int) string) *lines {
	l := &lines{count: count, line: line, copied: copied}
	l.body = newLinesBody(l)
	l.scroll = container.NewScroll(l.body)
	l.scroll.OnScrolled = func(fyne.Position) {
		l.body.update()
		if l.scrolled != nil {
			l.scrolled()
		}
	}
	l.ExtendBaseWidget(l)
	return l
}

// CreateRenderer is Fyne's.
func (l *lines) CreateRenderer() fyne.WidgetRenderer { return &linesRenderer{l} }

type linesRenderer struct{ l *lines }

func (r *linesRenderer) Layout(size fyne.Size) {
	r.l.scroll.Resize(size)
	r.l.body.update()
}
func (r *linesRenderer) MinSize() fyne.Size { return fyne.NewSize(160, 4*cell().Height) }
func (r *linesRenderer) Refresh() {
	r.l.scroll.Refresh()
	r.l.body.update()
}
func (r *linesRenderer) Destroy()                     {}
func (r *linesRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.l.scroll} }

// changed shows the lines anew after they changed.
func (l *lines) changed() {
	last := max(l.count()-1, 0)
	l.body.cursor, l.body.anchor = min(l.body.cursor, last), min(l.body.anchor, last)
	l.scroll.Content.Resize(l.scroll.Content.MinSize().Max(l.scroll.Size()))
	l.scroll.Refresh()
	l.body.update()
}

// cell is the size of a character and its line.
func cell() fyne.Size {
	m := fyne.MeasureText("M", theme.TextSize()-1, fyne.TextStyle{Monospace: true})
	return fyne.NewSize(m.Width, float32(int(m.Height+2)))
}

// columns gives how many characters fit beside the margin.
func (l *lines) columns() int {
	return int((l.Size().Width-l.left()-linePad)/cell().Width) - 1
}

const linePad float32 = 8

// left gives where the text begins.
func (l *lines) left() float32 {
	if l.marginColumns == 0 {
		return linePad
	}
	return 2*linePad + float32(l.marginColumns)*cell().Width
}

// scrollTo scrolls as the user does.
func (l *lines) scrollTo(at fyne.Position) {
	l.scroll.ScrollToOffset(at)
	if l.scrolled != nil {
		l.scrolled()
	}
}

// reveal scrolls a line into view, in the middle when it was out of it.
func (l *lines) reveal(index int) {
	height := cell().Height
	top, view := float32(index)*height, l.scroll.Size().Height
	if top < l.scroll.Offset.Y || top+height > l.scroll.Offset.Y+view {
		l.scrollTo(fyne.NewPos(l.scroll.Offset.X, max(0, top-view/2+height/2)))
	}
	l.body.update()
}

// atEnd tells whether the last line is in view.
func (l *lines) atEnd() bool {
	return l.scroll.Offset.Y+l.scroll.Size().Height >= float32(l.count())*cell().Height-cell().Height/2
}

// linesBody is what scrolls.
type linesBody struct {
	fw.BaseWidget
	control.Stop
	l              *lines
	cursor, anchor int
	focused        bool
	shift          bool
	selecting      bool
	hovered        int // the line that the mouse is on, from 1; 0 is none

	rows    []*lineRow
	ring    *canvas.Rectangle
	objects []fyne.CanvasObject
}

func newLinesBody(l *lines) *linesBody {
	b := &linesBody{l: l, ring: canvas.NewRectangle(color.Transparent)}
	b.ring.Hide()
	b.objects = []fyne.CanvasObject{b.ring}
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer is Fyne's.
func (b *linesBody) CreateRenderer() fyne.WidgetRenderer { return &bodyRenderer{b} }

type bodyRenderer struct{ b *linesBody }

func (r *bodyRenderer) Layout(fyne.Size) { r.b.update() }
func (r *bodyRenderer) MinSize() fyne.Size {
	l, c := r.b.l, cell()
	return fyne.NewSize(l.left()+float32(l.longest)*c.Width+linePad, float32(l.count())*c.Height+4)
}
func (r *bodyRenderer) Refresh()                     { r.b.update() }
func (r *bodyRenderer) Destroy()                     {}
func (r *bodyRenderer) Objects() []fyne.CanvasObject { return r.b.objects }

// selection gives the first and the last selected line.
func (b *linesBody) selection() (first, last int) {
	return min(b.cursor, b.anchor), max(b.cursor, b.anchor)
}

// update shows the lines that are in view.
func (b *linesBody) update() {
	height := cell().Height
	first := max(int(b.l.scroll.Offset.Y/height), 0)
	last := min(first+int(b.l.scroll.Size().Height/height)+2, b.l.count())
	grown := false
	for len(b.rows) < last-first {
		b.rows = append(b.rows, newLineRow())
		grown = true
	}
	from, to := b.selection()
	for i, row := range b.rows {
		index := first + i
		if index >= last {
			row.hide()
			continue
		}
		line := b.l.line(index)
		if b.focused && index >= from && index <= to {
			line.back = theme.ColorNameSelection
		}
		grown = row.place(line, float32(index)*height, b.l, b.Size().Width) || grown
	}
	if grown {
		b.collect()
	}
	b.ring.Hidden = !b.focused || b.l.count() == 0
	b.ring.StrokeColor, b.ring.StrokeWidth = theme.Color(look.ColorRing), look.FocusWidth
	b.ring.Move(fyne.NewPos(b.l.scroll.Offset.X+1, float32(b.cursor)*height))
	b.ring.Resize(fyne.NewSize(max(b.l.scroll.Size().Width-2, 0), height)) // none before the first layout: what is narrower than nothing cannot be drawn
	b.ring.Refresh()
}

func (b *linesBody) collect() {
	b.objects = b.objects[:0]
	for _, row := range b.rows {
		b.objects = append(b.objects, row.back)
	}
	for _, row := range b.rows {
		b.objects = append(b.objects, row.margin)
		for _, text := range row.texts {
			b.objects = append(b.objects, text)
		}
	}
	b.objects = append(b.objects, b.ring)
}

// lineRow is the objects of one line in view.
type lineRow struct {
	back   *canvas.Rectangle
	margin *canvas.Text
	texts  []*canvas.Text
}

func newLineRow() *lineRow {
	return &lineRow{back: canvas.NewRectangle(color.Transparent), margin: canvas.NewText("", nil)}
}

func (r *lineRow) hide() {
	r.back.Hide()
	r.margin.Hide()
	for _, t := range r.texts {
		t.Hide()
	}
}

// place shows a line, and tells whether it needed more objects.
func (r *lineRow) place(line textLine, y float32, l *lines, width float32) bool {
	c := cell()
	grown := false
	r.back.FillColor = orClear(line.back)
	show(r.back, fyne.NewPos(0, y), fyne.NewSize(width, c.Height))
	r.back.Hidden = line.back == ""
	r.back.Refresh()
	set(r.margin, line.margin, look.ColorMuted, false, linePad+float32(l.marginColumns-utf8.RuneCountInString(line.margin))*c.Width, y)
	for len(r.texts) < len(line.pieces) {
		r.texts = append(r.texts, canvas.NewText("", nil))
		grown = true
	}
	for i, t := range r.texts {
		if i >= len(line.pieces) {
			t.Hide()
			continue
		}
		p := line.pieces[i]
		set(t, p.text, p.colour, p.bold, l.left()+float32(p.column)*c.Width, y)
	}
	return grown
}

func set(t *canvas.Text, text string, colour fyne.ThemeColorName, bold bool, x, y float32) {
	style := fyne.TextStyle{Monospace: true, Bold: bold}
	size, c := theme.TextSize()-1, theme.Color(colour)
	t.Move(fyne.NewPos(x, y+1))
	if t.Text != text || t.Color != c || t.TextSize != size || t.TextStyle != style {
		t.Text, t.Color, t.TextSize, t.TextStyle = text, c, size, style
		t.Resize(t.MinSize())
		t.Refresh()
	}
	t.Hidden = strings.TrimSpace(text) == ""
}
