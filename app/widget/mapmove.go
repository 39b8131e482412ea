package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"lethe/app/control"
	"lethe/engine/quantity"
)

// Dragged moves the boundary to the step nearest to the pointer.
func (h *mapHandle) Dragged(e *fyne.DragEvent) {
	b, ok := h.m.boundary(h.index)
	if !ok || !b.Movable {
		return
	}
	if !h.dragging {
		h.dragging = true
		h.began, h.sent = b, b.Sector
		h.start = mapScale{blocks: append([]Block(nil), h.m.data.Blocks...)}
		h.pointer = h.m.scale.x(b.Sector)
		h.m.hold(mapItem{boundaryItem, h.index})
		h.FocusByClick(h)
	}
	h.pointer += e.Dragged.DX
	h.send(h.start.dragged(h.began, h.pointer, h.m.barWidth()))
}

// DragEnd ends the drag. Nothing is pointed at until the mouse moves again: it may be anywhere, and Fyne does not tell a handle
// that was dragged when the pointer leaves it.
func (h *mapHandle) DragEnd() {
	h.dragging = false
	h.start = mapScale{}
	h.m.hold(mapItem{})
	h.m.point(mapItem{})
}

func (h *mapHandle) send(sector quantity.Sectors) {
	if sector == h.sent {
		return
	}
	h.sent = sector
	h.m.OnMove(h.index, sector)
}

// FocusGained shows the ring.
func (h *mapHandle) FocusGained() {
	h.m.setFocus(mapItem{boundaryItem, h.index})
	h.Reached(h)
}

// View gives the whole map: the boundary is told about below the bar.
func (h *mapHandle) View() []fyne.CanvasObject { return []fyne.CanvasObject{h.m, h} }

// FocusLost hides the ring.
func (h *mapHandle) FocusLost() {
	h.shift = false
	h.m.setFocus(mapItem{})
}

// TypedRune takes no letters.
func (h *mapHandle) TypedRune(rune) {}

// KeyDown notes that Shift is held.
func (h *mapHandle) KeyDown(e *fyne.KeyEvent) {
	if e.Name == desktop.KeyShiftLeft || e.Name == desktop.KeyShiftRight {
		h.shift = true
	}
}

// KeyUp notes that Shift was let go.
func (h *mapHandle) KeyUp(e *fyne.KeyEvent) {
	if e.Name == desktop.KeyShiftLeft || e.Name == desktop.KeyShiftRight {
		h.shift = false
	}
}

// TypedKey moves the boundary, or hands the key on.
func (h *mapHandle) TypedKey(e *fyne.KeyEvent) {
	b, ok := h.m.boundary(h.index)
	if !ok || !b.Movable {
		control.HandOn(h, e)
		return
	}
	by := uint64(1)
	if h.shift {
		by = coarse
	}
	h.sent = b.Sector
	switch e.Name {
	case fyne.KeyLeft, fyne.KeyDown:
		h.send(b.stepped(-1, by))
	case fyne.KeyRight, fyne.KeyUp:
		h.send(b.stepped(1, by))
	case fyne.KeyPageDown:
		h.send(b.stepped(-1, coarse))
	case fyne.KeyPageUp:
		h.send(b.stepped(1, coarse))
	case fyne.KeyHome:
		h.send(b.Least)
	case fyne.KeyEnd:
		h.send(b.stepped(1, 1<<62))
	default:
		control.HandOn(h, e)
	}
}

// stepped gives the sector so many steps away, on the steps and within the limits. A boundary that is off its steps goes to the
// nearest one on that side first.
func (b Boundary) stepped(direction int, by uint64) quantity.Sectors {
	step := max(b.Step, 1)
	if b.Most < b.Least {
		return b.Sector
	}
	last := uint64((b.Most - b.Least) / step)
	at, off := uint64(0), false
	if b.Sector > b.Least {
		at, off = uint64((b.Sector-b.Least)/step), (b.Sector-b.Least)%step != 0
	}
	switch {
	case direction > 0:
		at = min(at, last) + min(by, last-min(at, last))
	case off:
		at -= min(by-1, at)
	default:
		at -= min(by, at)
	}
	return b.Least + quantity.Sectors(min(at, last))*step
}
