package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

var (
	_ fyne.Focusable     = (*mapHandle)(nil)
	_ fyne.Disableable   = (*mapHandle)(nil)
	_ fyne.Draggable     = (*mapHandle)(nil)
	_ fyne.Tappable      = (*mapHandle)(nil)
	_ desktop.Hoverable  = (*mapHandle)(nil)
	_ desktop.Keyable    = (*mapHandle)(nil)
	_ desktop.Cursorable = (*mapHandle)(nil)
)

const (
	handleWidth float32 = 24
	handleReach float32 = 6 // either side of a boundary that is the boundary's and not the block's
	coarse              = 64
)

// mapHandle is a boundary: a grip on the bar where it can be moved, and the glyph of its alignment below.
type mapHandle struct {
	fw.BaseWidget
	m     *PartitionMap
	index int
	level layout.Level

	shift    bool
	dragging bool
	pointer  float32  // where the mouse is on the bar, unsnapped
	start    mapScale // the scale the drag began with
	began    Boundary
	sent     quantity.Sectors

	grip, ring *canvas.Rectangle
	marks      [2]*canvas.Rectangle
	glyph      *canvas.Image
}

func newMapHandle(m *PartitionMap, index int) *mapHandle {
	h := &mapHandle{m: m, index: index, grip: canvas.NewRectangle(color.Transparent), ring: canvas.NewRectangle(nil), glyph: &canvas.Image{}}
	h.glyph.FillMode = canvas.ImageFillContain
	for i := range h.marks {
		h.marks[i] = canvas.NewRectangle(color.Transparent)
	}
	h.ExtendBaseWidget(h)
	return h
}

// CreateRenderer is Fyne's.
func (h *mapHandle) CreateRenderer() fyne.WidgetRenderer {
	h.paint()
	return &handleRenderer{h}
}

type handleRenderer struct{ h *mapHandle }

func (r *handleRenderer) Layout(size fyne.Size) {
	const gripWidth, gripHeight = float32(12), float32(34)
	h := r.h
	middle := size.Width / 2
	top := (fieldHeight - bandHeight - gripHeight) / 2
	show(h.grip, fyne.NewPos(middle-gripWidth/2, top), fyne.NewSize(gripWidth, gripHeight))
	show(h.ring, fyne.NewPos(middle-gripWidth/2-4, top-4), fyne.NewSize(gripWidth+8, gripHeight+8))
	for i, mark := range h.marks {
		show(mark, fyne.NewPos(middle-2.5+4*float32(i), top+10), fyne.NewSize(1, gripHeight-20))
	}
	show(h.glyph, fyne.NewPos(middle-glyphSide/2, glyphTop-mapTop), fyne.NewSquareSize(glyphSide))
	h.paint()
}
func (r *handleRenderer) MinSize() fyne.Size { return fyne.NewSize(handleWidth, fieldHeight) }
func (r *handleRenderer) Refresh()           { r.h.paint() }
func (r *handleRenderer) Destroy()           {}
func (r *handleRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.h.ring, r.h.grip, r.h.marks[0], r.h.marks[1], r.h.glyph}
}

// place moves the handle to its boundary.
func (h *mapHandle) place(b Boundary, x float32) {
	h.Resize(fyne.NewSize(handleWidth, glyphTop-mapTop+glyphSide))
	h.Move(fyne.NewPos(mapInset+x-handleWidth/2, mapTop))
	if h.level != b.Level {
		icon, colour := levelIcon(b.Level)
		h.glyph.Resource, h.level = icon.In(colour), b.Level
		h.glyph.Refresh()
	}
}

// paint colours the handle; one that cannot be moved has no grip.
func (h *mapHandle) paint() {
	b, _ := h.m.boundary(h.index)
	focused := h.m.focus == mapItem{boundaryItem, h.index}
	hovered := h.m.hover == mapItem{boundaryItem, h.index}
	for _, o := range []*canvas.Rectangle{h.grip, h.marks[0], h.marks[1]} {
		o.Hidden = !b.Movable
	}
	h.ring.Hidden = !focused || !b.Movable
	h.ring.StrokeColor, h.ring.StrokeWidth, h.ring.CornerRadius = theme.Color(look.ColorRing), look.FocusWidth, 8
	h.grip.FillColor, h.grip.CornerRadius = theme.Color(look.ColorSurface), 4
	h.grip.StrokeColor, h.grip.StrokeWidth = theme.Color(theme.ColorNameForeground), 1.5
	ink := theme.Color(theme.ColorNameForeground)
	if hovered || h.dragging {
		h.grip.FillColor, ink = theme.Color(theme.ColorNameForeground), theme.Color(look.ColorSurface)
	}
	for _, mark := range h.marks {
		mark.FillColor = ink
		mark.Refresh()
	}
	h.grip.Refresh()
	h.ring.Refresh()
}

// Disabled keeps boundaries that cannot be moved out of the order of Tab; the bar's cursor reaches them.
func (h *mapHandle) Disabled() bool {
	b, ok := h.m.boundary(h.index)
	return !ok || !b.Movable
}

// Enable does nothing: the data decides.
func (h *mapHandle) Enable() {}

// Disable does nothing: the data decides.
func (h *mapHandle) Disable() {}

// Cursor shows that the boundary can be dragged.
func (h *mapHandle) Cursor() desktop.Cursor {
	if h.Disabled() {
		return desktop.DefaultCursor
	}
	return desktop.HResizeCursor
}

// mine tells whether a point is the boundary's, or the block's beside it.
func (h *mapHandle) mine(p fyne.Position) bool {
	off := p.X - h.Size().Width/2
	reach := handleReach
	if h.Disabled() {
		reach = blockGap
	}
	return p.Y > fieldHeight || (off >= -reach && off <= reach)
}

// onBar gives a point's place on the bar.
func (h *mapHandle) onBar(p fyne.Position) float32 { return h.Position().X + p.X - mapInset }

// Tapped tells about the boundary, or chooses the block beside it.
func (h *mapHandle) Tapped(e *fyne.PointEvent) {
	if !h.mine(e.Position) {
		h.m.bar.Tapped(&fyne.PointEvent{Position: fyne.NewPos(h.onBar(e.Position), e.Position.Y)})
		return
	}
	if !h.Disabled() {
		requestFocus(h)
	}
	h.m.picked = mapItem{boundaryItem, h.index}
	h.m.tell()
}

// MouseIn tells about what is under the pointer.
func (h *mapHandle) MouseIn(e *desktop.MouseEvent) { h.MouseMoved(e) }

// MouseMoved tells about what is under the pointer.
func (h *mapHandle) MouseMoved(e *desktop.MouseEvent) {
	if h.mine(e.Position) || h.dragging {
		h.m.point(mapItem{boundaryItem, h.index})
	} else {
		h.m.pointBlock(h.onBar(e.Position))
	}
}

// MouseOut ends it.
func (h *mapHandle) MouseOut() { h.m.point(mapItem{}) }
