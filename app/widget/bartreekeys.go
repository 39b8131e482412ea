package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"lethe/app/control"
)

var (
	_ fyne.Focusable    = (*treeBody)(nil)
	_ fyne.Shortcutable = (*treeBody)(nil)
	_ desktop.Mouseable = (*treeBody)(nil)
)

// MouseDown puts the cursor on a row; on the arrow of a folder, or on the row that has the cursor already, it opens or closes it.
func (b *treeBody) MouseDown(e *desktop.MouseEvent) {
	index := int((e.Position.Y - treeEdge) / treeRowHeight)
	if e.Button != desktop.MouseButtonPrimary || index < 0 || index >= b.t.Count() {
		return
	}
	again := index == b.cursor && b.focused
	b.FocusByClick(b)
	row := b.t.Row(index)
	left := treePad + float32(min(row.Depth, treeDeepest))*treeIndent
	b.put(index)
	onArrow := e.Position.X >= left-6 && e.Position.X < left+treeSign
	if row.Note != "" || row.Folder && (onArrow || again) {
		b.toggle(index)
	}
}

// MouseUp is part of the interface.
func (b *treeBody) MouseUp(*desktop.MouseEvent) {}

// put moves the cursor and tells the owner.
func (b *treeBody) put(index int) {
	if b.t.Count() == 0 {
		return
	}
	b.cursor = min(max(index, 0), b.t.Count()-1)
	b.t.Reveal(b.cursor)
	if b.t.OnMove != nil {
		b.t.OnMove(b.cursor)
	}
}

func (b *treeBody) toggle(index int) {
	if b.t.OnToggle != nil && index >= 0 {
		b.t.OnToggle(index)
	}
}

// FocusGained shows the cursor, on the first row where it was on none.
func (b *treeBody) FocusGained() {
	b.focused = true
	if b.cursor < 0 && b.t.Count() > 0 && !b.Clicked() {
		b.put(0)
	}
	b.update()
	b.Reached(b)
}

// FocusLost hides the ring.
func (b *treeBody) FocusLost() {
	b.focused = false
	b.update()
}

// View gives what the rows are seen through; they scroll in it.
func (b *treeBody) View() []fyne.CanvasObject { return []fyne.CanvasObject{b.t} }

// TypedRune hands letters to the filter. Space comes as a key.
func (b *treeBody) TypedRune(r rune) {
	if r != ' ' && b.t.OnType != nil {
		b.t.OnType(r)
	}
}

// TypedKey moves the cursor, opens and closes, or hands the key on.
func (b *treeBody) TypedKey(e *fyne.KeyEvent) {
	page := max(int(b.t.scroll.Size().Height/treeRowHeight)-1, 1)
	switch e.Name {
	case fyne.KeyUp:
		b.put(b.cursor - 1)
	case fyne.KeyDown:
		b.put(b.cursor + 1)
	case fyne.KeyPageUp:
		b.put(b.cursor - page)
	case fyne.KeyPageDown:
		b.put(b.cursor + page)
	case fyne.KeyHome:
		b.put(0)
	case fyne.KeyEnd:
		b.put(b.t.Count() - 1)
	case fyne.KeyLeft, fyne.KeyRight, fyne.KeySpace:
		if b.cursor >= 0 && b.cursor < b.t.Count() {
			b.sideways(e.Name, b.t.Row(b.cursor))
		}
	case fyne.KeyDelete:
		if b.t.OnDelete != nil && b.cursor >= 0 {
			b.t.OnDelete(b.cursor)
		}
	default:
		if !control.Enters(e) || b.cursor < 0 || b.t.OnEnter == nil || !b.t.OnEnter(b.cursor) {
			control.HandOn(b, e)
		}
	}
}

// sideways opens, closes, or goes into and out of folders.
func (b *treeBody) sideways(key fyne.KeyName, row TreeRow) {
	switch {
	case key == fyne.KeySpace && (row.Folder || row.Note != ""),
		key == fyne.KeyRight && (row.Folder && !row.Open || row.Note != ""),
		key == fyne.KeyLeft && row.Open:
		b.toggle(b.cursor)
	case key == fyne.KeyRight && row.Open:
		b.put(b.cursor + 1)
	case key == fyne.KeyLeft && row.Depth > 0:
		b.put(b.above(row.Depth))
	}
}

// above gives the nearest row above the cursor that is less deep.
func (b *treeBody) above(depth int) int {
	index := b.cursor - 1
	for index > 0 && b.t.Row(index).Depth >= depth {
		index--
	}
	return index
}

// TypedShortcut hands on the window's shortcuts.
func (b *treeBody) TypedShortcut(s fyne.Shortcut) { control.HandOnShortcut(b, s) }
