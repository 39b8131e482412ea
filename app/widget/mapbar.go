package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"lethe/app/control"
)

var (
	_ fyne.Focusable    = (*mapBar)(nil)
	_ fyne.Tappable     = (*mapBar)(nil)
	_ desktop.Hoverable = (*mapBar)(nil)
)

// Tapped chooses the block under the pointer.
func (b *mapBar) Tapped(e *fyne.PointEvent) {
	index := b.m.scale.at(e.Position.X)
	for i, item := range b.m.walk() {
		if item == (mapItem{blockItem, index}) {
			b.at = i
		}
	}
	b.FocusByClick(b)
	b.m.choose(index)
	b.move(0)
}

// MouseIn tells about the block under the pointer.
func (b *mapBar) MouseIn(e *desktop.MouseEvent) { b.MouseMoved(e) }

// MouseMoved tells about the block under the pointer.
func (b *mapBar) MouseMoved(e *desktop.MouseEvent) { b.m.pointBlock(e.Position.X) }

// MouseOut ends it.
func (b *mapBar) MouseOut() { b.m.point(mapItem{}) }

// FocusGained shows the cursor.
func (b *mapBar) FocusGained() {
	b.focused = true
	b.move(0)
	b.Reached(b)
}

// View gives the whole map: what the cursor is on is told below the bar.
func (b *mapBar) View() []fyne.CanvasObject { return []fyne.CanvasObject{b.m, b} }

// FocusLost hides the cursor.
func (b *mapBar) FocusLost() {
	b.focused = false
	b.m.setFocus(mapItem{})
}

// TypedRune takes no letters.
func (b *mapBar) TypedRune(rune) {}

// TypedKey walks and chooses; Enter on what is chosen already is the window's, as are all other keys.
func (b *mapBar) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft, fyne.KeyUp:
		b.move(-1)
	case fyne.KeyRight, fyne.KeyDown:
		b.move(1)
	case fyne.KeyHome:
		b.move(-b.at)
	case fyne.KeyEnd:
		b.move(len(b.m.walk()))
	case fyne.KeySpace:
		b.choose()
	default:
		if !control.Enters(e) || !b.choose() {
			control.HandOn(b, e)
		}
	}
}

// choose chooses the block that the cursor is on, and tells whether that was another one than before.
func (b *mapBar) choose() bool {
	items := b.m.walk()
	if b.at >= len(items) || items[b.at].kind != blockItem {
		return false
	}
	before := b.m.picked
	b.m.choose(items[b.at].index)
	return b.m.OnSelect != nil && b.m.picked != before
}

func (b *mapBar) move(by int) {
	items := b.m.walk()
	if len(items) == 0 {
		return
	}
	b.at = min(max(b.at+by, 0), len(items)-1)
	if b.focused {
		b.m.setFocus(items[b.at])
	}
}

func (m *PartitionMap) pointBlock(x float32) {
	if i := m.scale.at(x); i >= 0 {
		m.point(mapItem{blockItem, i})
	}
}

// point says what the mouse is on.
func (m *PartitionMap) point(item mapItem) {
	if m.hover == item {
		return
	}
	before := m.hover
	m.hover = item
	m.changed(before, item)
}

// hold says what is being dragged; nothing else is told about meanwhile.
func (m *PartitionMap) hold(item mapItem) {
	before := m.held
	m.held = item
	m.changed(before, item)
}

// changed paints items anew.
func (m *PartitionMap) changed(items ...mapItem) {
	for _, item := range items {
		if item.kind == boundaryItem && item.index < len(m.grips) {
			m.grips[item.index].paint()
			m.glyphs[item.index].paint()
		}
	}
	m.ring()
	m.tell()
	m.tellPointed()
}

// tellPointed calls OnPoint where another block is pointed at.
func (m *PartitionMap) tellPointed() {
	item, id := m.hover, ""
	if item.kind == noItem {
		item = m.focus
	}
	if item.kind == blockItem && item.index < len(m.data.Blocks) {
		id = m.data.Blocks[item.index].ID
	}
	if m.pointed != id && m.OnPoint != nil {
		m.pointed = id
		m.OnPoint(id)
	}
}

// setFocus says what the keyboard is on.
func (m *PartitionMap) setFocus(item mapItem) {
	if m.focus != item {
		before := m.focus
		m.focus = item
		m.changed(before, item)
	}
}
