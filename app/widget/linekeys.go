package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"lethe/app/control"
)

var (
	_ fyne.Focusable    = (*linesBody)(nil)
	_ fyne.Shortcutable = (*linesBody)(nil)
	_ desktop.Keyable   = (*linesBody)(nil)
	_ desktop.Mouseable = (*linesBody)(nil)
	_ desktop.Hoverable = (*linesBody)(nil)
)

// MouseDown puts the cursor on a line; with Shift it extends the selection.
func (b *linesBody) MouseDown(e *desktop.MouseEvent) {
	if e.Button != desktop.MouseButtonPrimary {
		return
	}
	b.FocusByClick(b)
	b.selecting = true
	b.put(b.at(e.Position), e.Modifier&fyne.KeyModifierShift != 0)
}

// MouseUp ends a selection.
func (b *linesBody) MouseUp(*desktop.MouseEvent) { b.selecting = false }

// MouseIn points at a line.
func (b *linesBody) MouseIn(e *desktop.MouseEvent) { b.MouseMoved(e) }

// point tells what is pointed at, where it is another line.
func (b *linesBody) point(hovered int) {
	if hovered > b.l.count() {
		hovered = 0
	}
	if b.hovered != hovered {
		b.hovered = hovered
		b.tellPointed()
	}
}

func (b *linesBody) tellPointed() {
	switch {
	case b.l.pointed == nil:
	case b.hovered > 0:
		b.l.pointed(b.hovered - 1)
	case b.focused && b.l.count() > 0:
		b.l.pointed(b.cursor)
	default:
		b.l.pointed(-1)
	}
}

// MouseMoved points at a line, and extends the selection while the button is held.
func (b *linesBody) MouseMoved(e *desktop.MouseEvent) {
	if e.Button&desktop.MouseButtonPrimary == 0 {
		b.selecting = false
	}
	if index := b.at(e.Position); b.selecting && index != b.cursor {
		b.put(index, true)
	}
	b.point(b.at(e.Position) + 1)
}

// MouseOut points at no line any more.
func (b *linesBody) MouseOut() { b.point(0) }

func (b *linesBody) at(p fyne.Position) int { return int(p.Y / cell().Height) }

// put moves the cursor and tells the owner.
func (b *linesBody) put(index int, extend bool) {
	if b.l.count() == 0 {
		return
	}
	b.cursor = min(max(index, 0), b.l.count()-1)
	if !extend {
		b.anchor = b.cursor
	}
	height := cell().Height
	top, view, offset := float32(b.cursor)*height, b.l.scroll.Size().Height, b.l.scroll.Offset
	if top+height > offset.Y+view {
		b.l.scrollTo(fyne.NewPos(offset.X, top+height-view))
	} else if top < offset.Y {
		b.l.scrollTo(fyne.NewPos(offset.X, top))
	}
	b.update()
	if b.l.moved != nil && !extend {
		b.l.moved(b.cursor)
	}
}

// FocusGained shows the cursor.
func (b *linesBody) FocusGained() {
	b.focused = true
	b.update()
	b.tellPointed()
	b.Reached(b)
}

// View gives what the lines are seen through; they scroll in it.
func (b *linesBody) View() []fyne.CanvasObject { return []fyne.CanvasObject{b.l} }

// FocusLost hides it.
func (b *linesBody) FocusLost() {
	b.focused, b.shift = false, false
	b.update()
	b.tellPointed()
}

// TypedRune takes no letters.
func (b *linesBody) TypedRune(rune) {}

// KeyDown notes that Shift is held.
func (b *linesBody) KeyDown(e *fyne.KeyEvent) {
	if e.Name == desktop.KeyShiftLeft || e.Name == desktop.KeyShiftRight {
		b.shift = true
	}
}

// KeyUp notes that Shift was let go.
func (b *linesBody) KeyUp(e *fyne.KeyEvent) {
	if e.Name == desktop.KeyShiftLeft || e.Name == desktop.KeyShiftRight {
		b.shift = false
	}
}

// TypedKey moves the cursor, scrolls sideways, or hands the key on.
func (b *linesBody) TypedKey(e *fyne.KeyEvent) {
	page := max(int(b.l.scroll.Size().Height/cell().Height)-1, 1)
	sideways := 8 * cell().Width
	switch e.Name {
	case fyne.KeyUp:
		b.put(b.cursor-1, b.shift)
	case fyne.KeyDown:
		b.put(b.cursor+1, b.shift)
	case fyne.KeyPageUp:
		b.put(b.cursor-page, b.shift)
	case fyne.KeyPageDown:
		b.put(b.cursor+page, b.shift)
	case fyne.KeyHome:
		b.put(0, b.shift)
	case fyne.KeyEnd:
		b.put(b.l.count()-1, b.shift)
	case fyne.KeyLeft:
		b.slide(-sideways)
	case fyne.KeyRight:
		b.slide(sideways)
	default:
		control.HandOn(b, e)
	}
}

func (b *linesBody) slide(by float32) {
	most := max(b.MinSize().Width-b.l.scroll.Size().Width, 0)
	b.l.scrollTo(fyne.NewPos(min(max(b.l.scroll.Offset.X+by, 0), most), b.l.scroll.Offset.Y))
	b.update()
}

// TypedShortcut copies and selects all, or hands on the window's shortcuts.
func (b *linesBody) TypedShortcut(s fyne.Shortcut) {
	switch s := s.(type) {
	case *fyne.ShortcutCopy:
		if b.l.count() > 0 && s.Clipboard != nil {
			s.Clipboard.SetContent(b.l.copied(b.selection()))
		}
	case *fyne.ShortcutSelectAll:
		b.anchor, b.cursor = 0, max(b.l.count()-1, 0)
		b.update()
	default:
		control.HandOnShortcut(b, s)
	}
}
