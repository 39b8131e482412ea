package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/look"
)

// TreeBadge is a word with a sign of its own shape.
type TreeBadge struct {
	Icon   look.Icon
	Colour fyne.ThemeColorName
	Text   string
}

// TreeRow is one line of a [BarTree].
type TreeRow struct {
	Name, Detail string
	Depth        int
	Folder, Open bool
	Badges       []TreeBadge
	// Share is the length of the bar, 0 to 1; Hollow draws it as an outline.
	Share       float64
	Hollow      bool
	Percent     string
	Size, Right string
	// Note takes the place of everything else.
	Note string
}

// BarTree shows a tree of any number of rows, with a bar for each, and makes objects only for those in view. It is one stop for Tab:
// Up and Down move the cursor, Right opens a folder or goes into it, Left closes it or goes to the folder that it is in, Space opens
// or closes, Enter does what there is to do, and letters are handed to whoever filters.
type BarTree struct {
	fw.BaseWidget
	// Count is the number of rows, and Row gives one of them. Both are asked whenever the tree is drawn.
	Count func() int
	Row   func(index int) TreeRow
	// OnMove is called when the cursor is put on a row, OnToggle to open or close one, OnEnter for Enter, OnDelete for Delete, OnType
	// for letters; each may be nil. OnEnter tells whether Enter was of use.
	OnMove, OnToggle, OnDelete func(index int)
	OnEnter                    func(index int) bool
	OnType                     func(r rune)

	scroll *container.Scroll
	body   *treeBody
	empty  string
	said   *canvas.Text
	back   *canvas.Rectangle
}

// NewBarTree makes a tree; empty is what it says while it has no rows.
func NewBarTree(count func() int, row func(int) TreeRow, empty string) *BarTree {
	t := &BarTree{Count: count, Row: row, empty: empty, said: canvas.NewText("", nil), back: canvas.NewRectangle(color.Transparent)}
	t.body = newTreeBody(t)
	t.scroll = container.NewVScroll(t.body)
	t.scroll.OnScrolled = func(fyne.Position) { t.body.update() }
	t.ExtendBaseWidget(t)
	return t
}

// SetEmpty changes what the tree says while it has no rows.
func (t *BarTree) SetEmpty(text string) { t.empty = text }

// Changed shows the rows anew, with the cursor on one of them; -1 is none.
func (t *BarTree) Changed(cursor int) {
	t.body.cursor = min(cursor, t.Count()-1)
	if least := t.body.MinSize().Max(t.scroll.Size()); t.body.Size() != least {
		t.body.Resize(least)
		t.scroll.Refresh()
	}
	t.body.update()
	t.tell()
}

// Reveal scrolls a row into view.
func (t *BarTree) Reveal(index int) {
	top, view := rowTop(index), t.scroll.Size().Height
	y := t.scroll.Offset.Y
	switch {
	case top-treeEdge < y:
		y = top - treeEdge
	case top+treeRowHeight+treeEdge > y+view:
		y = top + treeRowHeight + treeEdge - view
	}
	if y != t.scroll.Offset.Y {
		t.scroll.ScrollToOffset(fyne.NewPos(0, y))
	}
	t.body.update()
}

// Focusable gives what takes the focus.
func (t *BarTree) Focusable() fyne.Focusable { return t.body }

// tell says that there is nothing.
func (t *BarTree) tell() {
	if t.Count() > 0 {
		t.said.Hide()
		return
	}
	size := t.Size()
	width := fyne.MeasureText(t.empty, theme.TextSize(), fyne.TextStyle{}).Width
	write(t.said, t.empty, theme.TextSize(), look.ColorMuted, max((size.Width-width)/2, look.Gap), max(size.Height/2-treeRowHeight, 8), size.Width-2*look.Gap)
}

// CreateRenderer is Fyne's.
func (t *BarTree) CreateRenderer() fyne.WidgetRenderer { return &barTreeRenderer{t} }

type barTreeRenderer struct{ t *BarTree }

func (r *barTreeRenderer) Layout(size fyne.Size) {
	r.paint()
	r.t.back.Resize(size)
	show(r.t.scroll, fyne.NewPos(2, 2), fyne.NewSize(size.Width-4, size.Height-4))
	r.t.body.Resize(r.t.body.MinSize().Max(r.t.scroll.Size()))
	r.t.body.update()
	r.t.tell()
}

func (r *barTreeRenderer) paint() {
	b := r.t.back
	b.FillColor, b.StrokeColor, b.StrokeWidth, b.CornerRadius = theme.Color(look.ColorSurface), theme.Color(look.ColorOutline), 1, look.Radius
	b.Refresh()
}
func (r *barTreeRenderer) MinSize() fyne.Size { return fyne.NewSize(320, 4*treeRowHeight+4) }
func (r *barTreeRenderer) Refresh()           { r.Layout(r.t.Size()) }
func (r *barTreeRenderer) Destroy()           {}
func (r *barTreeRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.t.back, r.t.scroll, r.t.said}
}

// treeBody is what scrolls.
type treeBody struct {
	fw.BaseWidget
	control.Stop
	t       *BarTree
	cursor  int
	focused bool

	rows    []*treeLine
	ring    *canvas.Rectangle
	objects []fyne.CanvasObject
}

func newTreeBody(t *BarTree) *treeBody {
	b := &treeBody{t: t, cursor: -1, ring: canvas.NewRectangle(color.Transparent)}
	b.ring.Hide()
	b.objects = []fyne.CanvasObject{b.ring}
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer is Fyne's.
func (b *treeBody) CreateRenderer() fyne.WidgetRenderer { return &treeBodyRenderer{b} }

type treeBodyRenderer struct{ b *treeBody }

func (r *treeBodyRenderer) Layout(fyne.Size) { r.b.update() }
func (r *treeBodyRenderer) MinSize() fyne.Size {
	return fyne.NewSize(300, rowTop(r.b.t.Count())+treeEdge)
}
func (r *treeBodyRenderer) Refresh()                     { r.b.update() }
func (r *treeBodyRenderer) Destroy()                     {}
func (r *treeBodyRenderer) Objects() []fyne.CanvasObject { return r.b.objects }

// inView gives the first row that can be seen, and the first one after it that cannot.
func (b *treeBody) inView() (first, end int) {
	first = max(int((b.t.scroll.Offset.Y-treeEdge)/treeRowHeight), 0)
	return first, min(first+int(b.t.scroll.Size().Height/treeRowHeight)+2, b.t.Count())
}

// update shows the rows that are in view.
func (b *treeBody) update() {
	first, end := b.inView()
	grown := false
	for len(b.rows) < end-first {
		b.rows = append(b.rows, newTreeLine())
		grown = true
	}
	if grown {
		b.collect()
	}
	width := b.t.scroll.Size().Width
	for i, line := range b.rows {
		index := first + i
		if index >= end {
			line.hide()
			continue
		}
		line.place(b.t.Row(index), rowTop(index), width, index == b.cursor)
	}
	b.ring.Hidden = !b.focused || b.cursor < 0
	if b.ring.Hidden {
		return
	}
	b.ring.StrokeColor, b.ring.StrokeWidth, b.ring.CornerRadius = theme.Color(look.ColorRing), look.FocusWidth, 4
	b.ring.Move(fyne.NewPos(treeEdge, rowTop(b.cursor)+1))
	b.ring.Resize(fyne.NewSize(max(width-2*treeEdge, 0), treeRowHeight-2))
	b.ring.Refresh()
}

func (b *treeBody) collect() {
	b.objects = b.objects[:0]
	for _, line := range b.rows {
		b.objects = append(b.objects, line.objects()...)
	}
	b.objects = append(b.objects, b.ring)
}
