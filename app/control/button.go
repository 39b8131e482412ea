package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// Button is pressed by Enter as well as by Space.
type Button struct {
	widget.Button
	Stop
	focused bool
}

// NewButton makes a button; icon may be nil.
func NewButton(label string, icon fyne.Resource, tapped func()) *Button {
	b := &Button{}
	b.Text, b.Icon, b.OnTapped = label, icon, tapped
	b.ExtendBaseWidget(b)
	return b
}

// Important makes a button that stands out.
func Important(label string, icon fyne.Resource, importance widget.Importance, tapped func()) *Button {
	b := NewButton(label, icon, tapped)
	b.Importance = importance
	return b
}

// CreateRenderer is Fyne's.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	return newRinged(b.Button.CreateRenderer(), b.mark)
}

// ringInset keeps the ring off the edge of a coloured button, so that its colour is on both sides of the ring.
const ringInset float32 = 3

// mark is the ring in the colour of the button's text, which is to be read on it, or round a button that is as grey as its surroundings.
func (b *Button) mark() mark {
	m := mark{on: b.focused && !b.Disabled(), ink: look.ColorRing, size: b.Size()}
	switch b.Importance {
	case widget.HighImportance:
		m.ink, m.inset = theme.ColorNameForegroundOnPrimary, ringInset
	case widget.DangerImportance:
		m.ink, m.inset = theme.ColorNameForegroundOnError, ringInset
	case widget.WarningImportance:
		m.ink, m.inset = theme.ColorNameForegroundOnWarning, ringInset
	case widget.SuccessImportance:
		m.ink, m.inset = theme.ColorNameForegroundOnSuccess, ringInset
	}
	return m
}

// FocusGained shows the focus and tells of it.
func (b *Button) FocusGained() {
	b.focused = true
	b.Button.FocusGained()
	b.Reached(b)
}

// FocusLost hides it.
func (b *Button) FocusLost() {
	b.focused = false
	b.Button.FocusLost()
}

// TypedKey presses the button or hands the key on.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeySpace || Enters(e):
		b.Tapped(nil)
	default:
		HandOn(b, e)
	}
}
