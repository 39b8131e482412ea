package widget

import (
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// capsLock guesses whether caps lock is on, because Fyne cannot ask: from the first letter that is typed with or without Shift,
// and from then on also from presses of the key. Until a letter was typed it does not know. A layout that puts Caps Lock to
// another use is judged by the letters, and so is right again with the next one.
type capsLock struct {
	known, on bool
	shift     bool
}

func (c *capsLock) keyDown(e *fyne.KeyEvent) {
	switch e.Name {
	case desktop.KeyShiftLeft, desktop.KeyShiftRight:
		c.shift = true
	case desktop.KeyCapsLock:
		c.on = c.known && !c.on
	}
}

func (c *capsLock) keyUp(e *fyne.KeyEvent) {
	if e.Name == desktop.KeyShiftLeft || e.Name == desktop.KeyShiftRight {
		c.shift = false
	}
}

// typed learns from a character. Letters without case tell nothing.
func (c *capsLock) typed(r rune) {
	upper, lower := unicode.IsUpper(r), unicode.IsLower(r)
	if upper == lower || unicode.ToUpper(r) == unicode.ToLower(r) {
		return
	}
	c.known, c.on = true, upper != c.held()
}

// held tells whether Shift is held, also where that began before the entry had the focus.
func (c *capsLock) held() bool {
	if d, ok := fyne.CurrentApp().Driver().(desktop.Driver); ok && d.CurrentKeyModifiers()&fyne.KeyModifierShift != 0 {
		return true
	}
	return c.shift
}
