package main

import (
	"fyne.io/fyne/v2"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/app/page"
)

// focus gives something the focus and brings it into view, or gives it to nothing: what had it may be on another page.
func (w *window) focus(f fyne.Focusable) {
	w.win.Canvas().Unfocus()
	if f == nil {
		return
	}
	w.win.Canvas().Focus(f)
	w.shell.whenPlaced(f, w.reached)
}

// showStop brings into view what stops Next, with the field that it is about, which gets the focus. What is about no single field is shown
// alone, and the focus stays where it is: another field would look as if it were at fault. A page that has only a place to go to is given that.
func (w *window) showStop(otherwise fyne.Focusable) {
	says, field := page.Stops(w.current())
	switch {
	case says == nil && otherwise != nil:
		w.focus(otherwise)
	case says == nil:
	case field != nil:
		w.win.Canvas().Unfocus()
		w.win.Canvas().Focus(field)
		w.shell.whenPlaced(field, func() {
			control.Reveal(w.shell.scroll, look.Margin, append([]fyne.CanvasObject{says}, control.ViewOf(field)...)...)
		})
	default:
		w.shell.settle()
		control.Reveal(w.shell.scroll, look.Margin, says)
	}
}

// beginPage gives the first control of a page the focus. The page stays at its top, so that it is read from there; a control that is
// not seen there does not keep the focus, or Space would do what nobody sees.
func (w *window) beginPage(f fyne.Focusable) {
	if w.win == nil {
		return // it begins when the window is entered
	}
	w.win.Canvas().Unfocus()
	if f == nil {
		return
	}
	w.opening = true
	w.win.Canvas().Focus(f)
	w.shell.whenPlaced(f, func() {
		w.opening = false
		if view := control.ViewOf(f); len(view) == 0 || !control.InView(w.shell.scroll, view[len(view)-1]) {
			w.win.Canvas().Unfocus()
		}
	})
}

// reached brings what has the keyboard into view.
func (w *window) reached() {
	f := w.win.Canvas().Focused()
	back := f == w.left
	w.left = nil
	if f == nil || back || w.opening || w.shell.framed(f) || w.win.Canvas().Overlays().Top() != nil {
		return
	}
	control.Reveal(w.shell.scroll, look.Margin, control.ViewOf(f)...)
}

// leave notes what has the focus while another window is used: when people come back, often by a click, it gets it again, and the
// page must not move under the pointer.
func (w *window) leave() { w.left = w.win.Canvas().Focused() }

// framed tells that something is no part of the page, and so always seen.
func (s *shell) framed(f fyne.Focusable) bool {
	return f == fyne.Focusable(s.rail) || f == fyne.Focusable(s.backward) || f == fyne.Focusable(s.forward)
}

// mostWaits is how often a control is asked whether it has its place; a window that is not seen is not drawn.
const mostWaits = 40

// whenPlaced does something once a control has its place on the page, unless it has lost the focus by then. One on a page that was
// never shown gets its place with the next frame.
func (s *shell) whenPlaced(f fyne.Focusable, then func()) { s.await(f, then, mostWaits) }

func (s *shell) await(f fyne.Focusable, then func(), waits int) {
	o, ok := f.(fyne.CanvasObject)
	switch {
	case !ok || s.w.win.Canvas().Focused() != f || waits == 0:
		s.w.opening = false
		s.w.reached() // the keyboard may have gone on meanwhile
	case control.Placed(o):
		s.settle()
		then()
	default:
		s.w.bridge.call(func() { s.await(f, then, waits-1) })
	}
}

// settle lays out what has changed its height since the last frame; texts that wrap need two rounds.
func (s *shell) settle() {
	for range 2 {
		s.scroll.Content.Refresh()
	}
}
