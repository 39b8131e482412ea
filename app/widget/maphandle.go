package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/look"
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

// mapHandle is the grip of a boundary that can be moved; the others have none, and are hidden.
type mapHandle struct {
	fw.BaseWidget
	control.Stop
	m     *PartitionMap
	index int

	shift    bool
	dragging bool
	pointer  float32  // where the mouse is on the bar, unsnapped
	start    mapScale // the scale the drag began with
	began    Boundary
	sent     quantity.Sectors

	grip, ring *canvas.Rectangle
	marks      [2]*canvas.Rectangle
}

func newMapHandle(m *PartitionMap, index int) *mapHandle {
	h := &mapHandle{m: m, index: index, grip: canvas.NewRectangle(color.Transparent), ring: canvas.NewRectangle(nil)}
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
	h.paint()
}
func (r *handleRenderer) MinSize() fyne.Size { return fyne.NewSize(handleWidth, fieldHeight) }
func (r *handleRenderer) Refresh()           { r.h.paint() }
func (r *handleRenderer) Destroy()           {}
func (r *handleRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.h.ring, r.h.grip, r.h.marks[0], r.h.marks[1]}
}

// place moves the handle to where its boundary is.
func (h *mapHandle) place(x float32) {
	h.Resize(fyne.NewSize(handleWidth, fieldHeight))
	h.Move(fyne.NewPos(mapInset+x-handleWidth/2, mapTop))
}

// paint colours the handle: dark while it is dragged or pointed at.
func (h *mapHandle) paint() {
	here := mapItem{boundaryItem, h.index}
	h.ring.Hidden = h.m.focus != here
	h.ring.StrokeColor, h.ring.StrokeWidth, h.ring.CornerRadius = theme.Color(look.ColorRing), look.FocusWidth, 8
	h.grip.FillColor, h.grip.CornerRadius = theme.Color(look.ColorSurface), 4
	h.grip.StrokeColor, h.grip.StrokeWidth = theme.Color(theme.ColorNameForeground), 1.5
	ink := theme.Color(theme.ColorNameForeground)
	if h.m.held == here || h.m.hover == here {
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
	return off >= -handleReach && off <= handleReach
}

// onBar gives a point's place on the bar.
func (h *mapHandle) onBar(p fyne.Position) float32 { return h.Position().X + p.X - mapInset }

// Tapped tells about the boundary, or chooses the block beside it.
func (h *mapHandle) Tapped(e *fyne.PointEvent) {
	if !h.mine(e.Position) {
		h.m.bar.Tapped(&fyne.PointEvent{Position: fyne.NewPos(h.onBar(e.Position), e.Position.Y)})
		return
	}
	h.m.pick(h.index)
}

// MouseIn tells about what is under the pointer.
func (h *mapHandle) MouseIn(e *desktop.MouseEvent) { h.MouseMoved(e) }

// MouseMoved tells about what is under the pointer.
func (h *mapHandle) MouseMoved(e *desktop.MouseEvent) {
	if h.mine(e.Position) {
		h.m.point(mapItem{boundaryItem, h.index})
	} else {
		h.m.pointBlock(h.onBar(e.Position))
	}
}

// MouseOut ends it.
func (h *mapHandle) MouseOut() { h.m.point(mapItem{}) }
