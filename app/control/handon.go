package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// HandOn gives a key that a control has no use for to the canvas that it is in.
func HandOn(o fyne.CanvasObject, e *fyne.KeyEvent) {
	if c := canvasOf(o); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
}

// The keys that shortcuts of the window become on their way to OnTypedKey.
const (
	KeyBack    fyne.KeyName = "Alt+Left"
	KeyForward fyne.KeyName = "Alt+Right"
)

// HandOnShortcut gives a shortcut of the window to the canvas that a control is in, as a key; it tells whether it was one.
func HandOnShortcut(o fyne.CanvasObject, s fyne.Shortcut) bool {
	custom, ok := s.(*desktop.CustomShortcut)
	if !ok || custom.Modifier != fyne.KeyModifierAlt {
		return false
	}
	switch custom.KeyName {
	case fyne.KeyLeft:
		HandOn(o, &fyne.KeyEvent{Name: KeyBack})
	case fyne.KeyRight:
		HandOn(o, &fyne.KeyEvent{Name: KeyForward})
	default:
		return false
	}
	return true
}

func canvasOf(o fyne.CanvasObject) fyne.Canvas { return fyne.CurrentApp().Driver().CanvasForObject(o) }

// Enters tells that a key is Enter, of either half of the keyboard.
func Enters(e *fyne.KeyEvent) bool { return e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter }
