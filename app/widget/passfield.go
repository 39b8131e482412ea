package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"lethe/app/control"
)

// passField is a password entry that tells about keys. Its eye is left to one toggle for both entries, which the keyboard can
// reach.
type passField struct {
	control.Entry
	caps    *capsLock
	watched func()
	left    func() // when the focus goes elsewhere
}

func newPassField(caps *capsLock, watched, left func()) *passField {
	f := &passField{caps: caps, watched: watched, left: left}
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
	f.left()
}

// empty removes the text together with the undo history, which would hold it.
func (f *passField) empty() { f.Write("") }
