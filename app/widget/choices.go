package widget

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/look"
)

// choices is a column of rows with a cursor, one stop for Tab: Up and Down move the cursor, Space and Enter choose. Enter on what is
// chosen already is the window's, as are all other keys. It scrolls where the rows are higher than most, and keeps the cursor in view.
type choices struct {
	fw.BaseWidget
	control.Stop
	rows    []*choiceRow
	list    *fyne.Container
	scroll  *container.Scroll
	cursor  int
	focused bool
	most    float32 // height of the whole
	pad     fyne.Size
	self    fyne.Focusable       // the widget that embeds this one
	act     func(index int) bool // tells whether Enter was of use
	hovered int                  // the row that the mouse is on, from 1; 0 is none
	pointed func(index int)      // is told the row that the mouse is on, or else the keyboard; -1 is none. It may be nil
}

// point tells what is pointed at now.
func (c *choices) point() {
	switch {
	case c.pointed == nil:
	case c.hovered > 0:
		c.pointed(c.hovered - 1)
	case c.focused && len(c.rows) > 0:
		c.pointed(c.cursor)
	default:
		c.pointed(-1)
	}
}

// setUp is called once, by the widget that embeds the choices.
func (c *choices) setUp(self fyne.Focusable, gap, most float32, pad fyne.Size, act func(index int) bool) {
	c.list = newColumn(gap)
	c.scroll = container.NewVScroll(c.list)
	c.self, c.most, c.pad, c.act = self, most, pad, act
	if w, ok := self.(fyne.Widget); ok {
		c.ExtendBaseWidget(w)
	}
}

// choiceContent is what a row shows. It may be told how the row stands.
type choiceContent interface {
	fyne.CanvasObject
	tall
}

// setRows shows other rows.
func (c *choices) setRows(contents []choiceContent) {
	c.hovered = 0
	c.rows, c.list.Objects = c.rows[:0], c.list.Objects[:0]
	for i, content := range contents {
		row := newChoiceRow(c, i, content)
		c.rows = append(c.rows, row)
		c.list.Objects = append(c.list.Objects, row)
	}
	c.cursor = min(max(c.cursor, 0), max(len(c.rows)-1, 0))
	c.list.Refresh()
	c.scroll.Refresh()
	c.Refresh()
}

// paint shows anew how every row stands.
func (c *choices) paint() {
	for _, row := range c.rows {
		row.paint()
	}
}

func (c *choices) moveTo(index int) {
	if len(c.rows) == 0 {
		return
	}
	c.cursor = min(max(index, 0), len(c.rows)-1)
	c.reveal(c.cursor)
	c.paint()
	c.point()
	c.reached()
}

// reveal scrolls a row into view.
func (c *choices) reveal(index int) {
	if index < 0 || index >= len(c.rows) {
		return
	}
	top := c.rows[index].Position().Y
	bottom := top + c.rows[index].Size().Height
	offset := c.scroll.Offset.Y
	if bottom > offset+c.scroll.Size().Height {
		offset = bottom - c.scroll.Size().Height
	}
	if offset = min(offset, top); offset != c.scroll.Offset.Y {
		c.scroll.ScrollToOffset(fyne.NewPos(0, offset))
	}
}

// FocusGained shows the cursor.
func (c *choices) FocusGained() {
	c.focused = true
	if !c.Clicked() {
		c.reveal(c.cursor)
	}
	c.paint()
	c.point()
	c.reached()
}

// View gives the whole list, and the row that the cursor is on.
func (c *choices) View() []fyne.CanvasObject {
	var view []fyne.CanvasObject
	if o, ok := c.self.(fyne.CanvasObject); ok {
		view = append(view, o)
	}
	if c.cursor < len(c.rows) {
		view = append(view, c.rows[c.cursor])
	}
	return view
}

func (c *choices) reached() {
	if o, ok := c.self.(fyne.CanvasObject); ok {
		c.Reached(o)
	}
}

// FocusLost hides the cursor.
func (c *choices) FocusLost() {
	c.focused = false
	c.paint()
	c.point()
}

// TypedRune takes no letters.
func (c *choices) TypedRune(rune) {}

// TypedKey moves the cursor and chooses.
func (c *choices) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyUp, fyne.KeyLeft:
		c.moveTo(c.cursor - 1)
	case fyne.KeyDown, fyne.KeyRight:
		c.moveTo(c.cursor + 1)
	case fyne.KeyHome, fyne.KeyPageUp:
		c.moveTo(0)
	case fyne.KeyEnd, fyne.KeyPageDown:
		c.moveTo(len(c.rows) - 1)
	case fyne.KeySpace:
		c.actAtCursor()
	default:
		if !control.Enters(e) || !c.actAtCursor() {
			c.handOn(e)
		}
	}
}

func (c *choices) actAtCursor() bool { return c.cursor < len(c.rows) && c.act(c.cursor) }

func (c *choices) handOn(e *fyne.KeyEvent) {
	if o, ok := c.self.(fyne.CanvasObject); ok {
		control.HandOn(o, e)
	}
}

// CreateRenderer is Fyne's.
func (c *choices) CreateRenderer() fyne.WidgetRenderer { return &choicesRenderer{c} }

// rowInset is room for outlines round a row.
const rowInset float32 = 3

type choicesRenderer struct{ c *choices }

// Layout lets what scrolls stand out by rowInset, so that the rows' outlines line up with what is above and below the list, and
// are not cut off by the scroller.
func (r *choicesRenderer) Layout(size fyne.Size) {
	size = size.AddWidthHeight(2*rowInset, 2*rowInset)
	show(r.c.scroll, fyne.NewPos(-rowInset, -rowInset), size)
	r.c.list.Resize(fyne.NewSize(size.Width, max(size.Height, r.c.contentHeight(size.Width))))
}

func (r *choicesRenderer) MinSize() fyne.Size {
	width := r.c.Size().Width
	if width <= 0 {
		width = look.ContentWidth
	}
	return fyne.NewSize(160, min(r.c.contentHeight(width+2*rowInset)-2*rowInset, r.c.most))
}
func (r *choicesRenderer) Refresh()                     { r.c.paint() }
func (r *choicesRenderer) Destroy()                     {}
func (r *choicesRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.c.scroll} }

// contentHeight is the height of all rows.
func (c *choices) contentHeight(width float32) float32 {
	if column, ok := c.list.Layout.(*column); ok {
		return column.height(c.list.Objects, width)
	}
	return 0
}

// standing is how a row stands.
type standing struct {
	chosen, lit, refused bool
	flat                 bool // without outline
}

// choiceRow is the background, the ring and the mouse of one row.
type choiceRow struct {
	fw.BaseWidget
	owner      *choices
	index      int
	content    choiceContent
	hovered    bool
	stand      standing
	back, ring *canvas.Rectangle
}

func newChoiceRow(owner *choices, index int, content choiceContent) *choiceRow {
	r := &choiceRow{
		owner: owner, index: index, content: content,
		back: canvas.NewRectangle(color.Transparent), ring: canvas.NewRectangle(color.Transparent),
	}
	r.ExtendBaseWidget(r)
	return r
}

func (r *choiceRow) setStanding(s standing) {
	if r.stand != s {
		r.stand = s
		r.paint()
	}
}

func (r *choiceRow) paint() {
	fill, edge, width := look.ColorSurface, look.ColorOutline, float32(1)
	if r.stand.flat {
		fill, edge, width = "", "", 0
	}
	switch {
	case r.stand.chosen:
		fill, edge, width = look.ColorChosen, theme.ColorNamePrimary, max(width, 1)*2
	case r.stand.lit:
		fill = look.ColorCodeLine
	case r.hovered && !r.stand.refused:
		edge, width = theme.ColorNamePrimary, 1
	}
	if r.stand.flat && !r.stand.lit {
		width = 0
		if r.hovered && !r.stand.chosen && !r.stand.refused {
			fill = theme.ColorNameHover
		}
	}
	r.back.FillColor, r.back.StrokeColor = orClear(fill), orClear(edge)
	r.back.StrokeWidth, r.back.CornerRadius = width, look.Radius
	r.ring.StrokeColor, r.ring.StrokeWidth, r.ring.CornerRadius = theme.Color(look.ColorRing), look.FocusWidth, look.Radius
	r.ring.Hidden = !r.owner.focused || r.owner.cursor != r.index
	r.placeRing()
	r.back.Refresh()
	r.ring.Refresh()
}

// chosenInset keeps the ring off the outline of what is chosen, which is as strong and of the same colour.
const chosenInset float32 = 4

// placeRing puts the ring over the outline, or within that of what is chosen.
func (r *choiceRow) placeRing() {
	inset := rowInset
	r.ring.CornerRadius = look.Radius
	if r.stand.chosen {
		inset += chosenInset
		r.ring.CornerRadius -= chosenInset
	}
	r.ring.Move(fyne.NewSquareOffsetPos(inset))
	r.ring.Resize(r.Size().SubtractWidthHeight(2*inset, 2*inset).Max(fyne.Size{}))
}

func orClear(name fyne.ThemeColorName) color.Color {
	if name == "" {
		return color.Transparent
	}
	return theme.Color(name)
}

// heightFor is whole: a line of text is some 19.08 high, and from row to row such parts would add up to a pixel now and then. What is rounded
// away is taken from the pad.
func (r *choiceRow) heightFor(width float32) float32 {
	height := r.content.heightFor(width-2*rowInset-2*r.owner.pad.Width) + 2*rowInset + 2*r.owner.pad.Height
	return float32(math.Round(float64(height)))
}

var _ desktop.Hoverable = (*choiceRow)(nil)

// Tapped chooses.
func (r *choiceRow) Tapped(*fyne.PointEvent) {
	r.owner.FocusByClick(r.owner.self)
	r.owner.cursor = r.index
	r.owner.paint()
	r.owner.act(r.index)
}

// MouseIn shows that it can be clicked.
func (r *choiceRow) MouseIn(*desktop.MouseEvent) {
	r.hovered, r.owner.hovered = true, r.index+1
	r.paint()
	r.owner.point()
}

// MouseMoved is part of the interface.
func (r *choiceRow) MouseMoved(*desktop.MouseEvent) {}

// MouseOut ends it.
func (r *choiceRow) MouseOut() {
	r.hovered = false
	if r.owner.hovered == r.index+1 { // or the mouse is on another row already
		r.owner.hovered = 0
	}
	r.paint()
	r.owner.point()
}

// CreateRenderer is Fyne's.
func (r *choiceRow) CreateRenderer() fyne.WidgetRenderer { return &choiceRowRenderer{r} }

type choiceRowRenderer struct{ r *choiceRow }

func (c *choiceRowRenderer) Layout(size fyne.Size) {
	pad := c.r.owner.pad.AddWidthHeight(rowInset, rowInset)
	at, inner := fyne.NewPos(rowInset, rowInset), size.SubtractWidthHeight(2*rowInset, 2*rowInset)
	c.r.back.Move(at)
	c.r.back.Resize(inner)
	c.r.content.Move(fyne.NewPos(pad.Width, pad.Height))
	c.r.content.Resize(fyne.NewSize(size.Width-2*pad.Width, size.Height-2*pad.Height))
	c.r.paint()
}

func (c *choiceRowRenderer) MinSize() fyne.Size {
	return fyne.NewSize(100, c.r.heightFor(max(c.r.Size().Width, 100)))
}

func (c *choiceRowRenderer) Refresh() {
	c.r.paint()
	c.r.content.Refresh()
}
func (c *choiceRowRenderer) Destroy() {}
func (c *choiceRowRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{c.r.back, c.r.content, c.r.ring}
}
