package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Button is pressed by Enter as well as by Space.
type Button struct {
	widget.Button
	Stop
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

// FocusGained shows the focus and tells of it.
func (b *Button) FocusGained() {
	b.Button.FocusGained()
	b.Reached(b)
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
