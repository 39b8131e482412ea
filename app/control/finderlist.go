package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// mostRows is how many matches a [Finder] shows at a time.
const mostRows = 7

// finderList is what a [Finder] offers, a few rows at a time: the wheel and the keyboard move through it.
type finderList struct {
	widget.BaseWidget
	found  []Option
	at     int // in found
	top    int // the first that is shown
	chosen func(value string)
	rows   []*row
}

func newFinderList(chosen func(value string)) *finderList {
	l := &finderList{chosen: chosen}
	for i := range mostRows {
		l.rows = append(l.rows, newRow(func() { l.choose(l.top + i) }, func() { l.mark(l.top + i) }))
	}
	l.ExtendBaseWidget(l)
	return l
}

func (l *finderList) open() bool { return len(l.found) > 0 }

// marked is the value that Enter takes.
func (l *finderList) marked() string { return l.found[l.at].Value }

// show lists options with one of them marked, in the middle as far as that goes; none closes the list.
func (l *finderList) show(found []Option, at int) {
	l.found, l.at, l.top = found, at, 0
	l.scroll(at - mostRows/2)
}

// walk moves the mark, and what is shown with it.
func (l *finderList) walk(by int) {
	l.at = min(max(l.at+by, 0), len(l.found)-1)
	l.scroll(min(max(l.top, l.at-mostRows+1), l.at))
}

// choose takes a row, unless the list was closed meanwhile.
func (l *finderList) choose(at int) {
	if at < len(l.found) {
		l.chosen(l.found[at].Value)
	}
}

// mark is walk by the pointer.
func (l *finderList) mark(at int) {
	if at < len(l.found) && at != l.at {
		l.at = at
		l.Refresh()
	}
}

// scroll shows the list from another row on.
func (l *finderList) scroll(top int) {
	l.top = max(min(top, len(l.found)-mostRows), 0)
	for i, r := range l.rows {
		if shown := l.top + i; shown < len(l.found) {
			r.label.SetText(l.found[shown].Label)
		}
	}
	l.Refresh()
}

// Scrolled moves through the list, and not the page below it.
func (l *finderList) Scrolled(e *fyne.ScrollEvent) {
	by := 1
	if e.Scrolled.DY > 0 {
		by = -1
	}
	l.scroll(l.top + by)
}

// CreateRenderer is Fyne's.
func (l *finderList) CreateRenderer() fyne.WidgetRenderer {
	r := &finderListRenderer{list: l, edge: canvas.NewRectangle(nil), back: canvas.NewRectangle(nil), bar: canvas.NewRectangle(nil), box: container.NewWithoutLayout()}
	for _, row := range l.rows {
		r.box.Add(row)
	}
	r.Refresh()
	return r
}

// finderListRenderer draws rows on a ground, and how far one has scrolled.
type finderListRenderer struct {
	list            *finderList
	edge, back, bar *canvas.Rectangle
	box             *fyne.Container
}

// How wide the mark of the place in the list is, and how long at least.
const (
	barWidth = 4
	leastBar = 24
)

// Layout is Fyne's.
func (r *finderListRenderer) Layout(size fyne.Size) {
	l, least := r.list, r.list.rows[0].MinSize().Height
	r.edge.Resize(size)
	r.back.Move(fyne.NewPos(1, 1))
	r.back.Resize(size.SubtractWidthHeight(2, 2))
	for i, row := range l.rows {
		row.Move(fyne.NewPos(1, 1+float32(i)*least))
		row.Resize(fyne.NewSize(size.Width-2, least))
	}
	if all := float32(len(l.found)); all > mostRows {
		room, length := size.Height-4, max((size.Height-4)*mostRows/all, leastBar)
		r.bar.Move(fyne.NewPos(size.Width-barWidth-3, 2+(room-length)*float32(l.top)/(all-mostRows)))
		r.bar.Resize(fyne.NewSize(barWidth, length))
	}
}

// MinSize is Fyne's.
func (r *finderListRenderer) MinSize() fyne.Size {
	row := r.list.rows[0].MinSize()
	return fyne.NewSize(row.Width, 2+row.Height*float32(min(len(r.list.found), mostRows)))
}

// Refresh is Fyne's.
func (r *finderListRenderer) Refresh() {
	l, th, variant := r.list, r.list.Theme(), fyne.CurrentApp().Settings().ThemeVariant()
	r.back.FillColor = th.Color(theme.ColorNameMenuBackground, variant)
	r.edge.FillColor = th.Color(theme.ColorNameInputBorder, variant)
	r.edge.CornerRadius = th.Size(theme.SizeNameInputRadius)
	r.back.CornerRadius = r.edge.CornerRadius - 1
	r.bar.FillColor = th.Color(theme.ColorNameScrollBar, variant)
	r.bar.CornerRadius = barWidth / 2
	r.bar.Hidden = len(l.found) <= mostRows
	for i, row := range l.rows {
		row.Hidden = l.top+i >= len(l.found)
		row.set(l.top+i == l.at)
	}
	r.Layout(l.Size())
	r.edge.Refresh()
	r.back.Refresh()
	r.bar.Refresh()
}

// Objects is Fyne's.
func (r *finderListRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.edge, r.back, r.box, r.bar}
}

// Destroy is Fyne's.
func (r *finderListRenderer) Destroy() {}

// row is one match.
type row struct {
	widget.BaseWidget
	label           *widget.Label
	back            *canvas.Rectangle
	chosen, pointed func()
}

var (
	_ desktop.Mouseable = (*row)(nil)
	_ desktop.Hoverable = (*row)(nil)
)

func newRow(chosen, pointed func()) *row {
	r := &row{label: widget.NewLabel(""), back: canvas.NewRectangle(nil), chosen: chosen, pointed: pointed}
	r.label.Truncation = fyne.TextTruncateEllipsis
	r.ExtendBaseWidget(r)
	return r
}

// set draws the mark.
func (r *row) set(marked bool) {
	r.back.FillColor = r.Theme().Color(theme.ColorNameSelection, fyne.CurrentApp().Settings().ThemeVariant())
	r.back.CornerRadius = r.Theme().Size(theme.SizeNameSelectionRadius)
	r.back.Hidden = !marked
	r.back.Refresh()
}

// CreateRenderer is Fyne's.
func (r *row) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(r.back, r.label))
}

// MouseDown chooses at once: the entry loses the focus next, and the row would be gone before the button comes up.
func (r *row) MouseDown(*desktop.MouseEvent) { r.chosen() }

// MouseUp does nothing.
func (r *row) MouseUp(*desktop.MouseEvent) {}

// MouseIn marks the row.
func (r *row) MouseIn(*desktop.MouseEvent) { r.pointed() }

// MouseMoved does nothing more.
func (r *row) MouseMoved(*desktop.MouseEvent) {}

// MouseOut leaves the mark where it is.
func (r *row) MouseOut() {}

// Tapped chooses, for what has no mouse.
func (r *row) Tapped(*fyne.PointEvent) { r.chosen() }
