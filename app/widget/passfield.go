package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
)

// passField is a password entry that tells about keys. Its eye is left to one toggle for both entries, which the keyboard can
// reach.
type passField struct {
	fw.Entry
	caps    *capsLock
	watched func()
}

func newPassField(caps *capsLock, watched func()) *passField {
	f := &passField{caps: caps, watched: watched}
	f.Password = true
	f.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	f.ActionItem = canvas.NewRectangle(color.Transparent) // or Fyne would add an eye of its own
	f.ExtendBaseWidget(f)
	return f
}

// KeyDown watches Shift and Caps Lock.
func (f *passField) KeyDown(e *fyne.KeyEvent) {
	f.caps.keyDown(e)
	f.Entry.KeyDown(e)
	f.watched()
}

// KeyUp watches Shift.
func (f *passField) KeyUp(e *fyne.KeyEvent) {
	f.caps.keyUp(e)
	f.Entry.KeyUp(e)
}

// TypedRune learns about caps lock.
func (f *passField) TypedRune(r rune) {
	f.caps.typed(r)
	f.Entry.TypedRune(r)
}

// FocusLost forgets that Shift was held, since its release goes elsewhere.
func (f *passField) FocusLost() {
	f.caps.shift = false
	f.Entry.FocusLost()
}

// empty removes the text together with the undo history, which would hold it.
func (f *passField) empty() {
	changed := f.OnChanged
	f.OnChanged = nil
	f.SetText("")
	f.OnChanged = changed
}

// TypedKey edits, or hands on Enter and Escape.
func (f *passField) TypedKey(e *fyne.KeyEvent) {
	if control.Enters(e) || e.Name == fyne.KeyEscape {
		control.HandOn(f, e)
		return
	}
	f.Entry.TypedKey(e)
}

// TypedShortcut edits, or hands on the window's shortcuts.
func (f *passField) TypedShortcut(s fyne.Shortcut) {
	if !control.HandOnShortcut(f, s) {
		f.Entry.TypedShortcut(s)
	}
}
