package control

import "fyne.io/fyne/v2"

// KeyReached tells a window, as a key, that a control got the keyboard, or that its cursor moved. It does not come for clicks.
const KeyReached fyne.KeyName = "Reached"

// Stop is a part of every control that Tab stops at. It tells the window when the keyboard has reached the control, so that the
// window can bring it into view. A click says nothing: what is under the pointer stays there.
type Stop struct{ clicked bool }

// Reached is called by the control when it gains the focus, and when its cursor moves.
func (s *Stop) Reached(self fyne.CanvasObject) {
	if !s.clicked {
		HandOn(self, &fyne.KeyEvent{Name: KeyReached})
	}
}

// ByClick runs what a click does to the control, such as to give it the focus.
func (s *Stop) ByClick(act func()) {
	s.clicked = true
	defer func() { s.clicked = false }()
	act()
}

// Clicked tells that a click is under way.
func (s *Stop) Clicked() bool { return s.clicked }

// FocusByClick gives the control the focus of its canvas.
func (s *Stop) FocusByClick(self fyne.Focusable) {
	object, ok := self.(fyne.CanvasObject)
	if !ok {
		return
	}
	if c := canvasOf(object); c != nil {
		s.ByClick(func() { c.Focus(self) })
	}
}
