package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"lethe/app/control"
	"lethe/app/session"
)

// listenToKeys gives the window its keys: Enter does what the coloured button does, Escape and Alt+Left go back, Alt+Right goes on.
// A control gets a key first, and hands on what it has no use for.
func (w *window) listenToKeys() {
	c := w.win.Canvas()
	c.SetOnTypedKey(w.typedKey)
	for arrow, key := range map[fyne.KeyName]fyne.KeyName{fyne.KeyLeft: control.KeyBack, fyne.KeyRight: control.KeyForward} {
		c.AddShortcut(&desktop.CustomShortcut{KeyName: arrow, Modifier: fyne.KeyModifierAlt}, func(fyne.Shortcut) {
			w.typedKey(&fyne.KeyEvent{Name: key})
		})
	}
}

func (w *window) typedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == control.KeyReached:
		w.reached()
	case e.Name == fyne.KeyEscape && w.shell.escape():
	case control.Enters(e) && w.shell.confirm():
	case w.shell.busy():
	case e.Name == fyne.KeyEscape && w.state.Page == session.PageExplore && w.explorer.escape():
	case control.Enters(e) && w.state.Page == session.PageExplore:
		w.focus(w.current().First()) // where Enter keeps; it does not begin an installation
	case e.Name == fyne.KeyEscape || e.Name == control.KeyBack:
		w.back()
	case control.Enters(e) || e.Name == control.KeyForward:
		w.press()
	default:
		w.shell.scrollBy(e.Name)
	}
}

// press presses the coloured button, where there is one that works. On the review it leads to what is still missing, which may be
// below the fold. The last page comes by itself, and maybe under a key that is meant for the one before: there it closes nothing.
func (w *window) press() {
	if w.state.Page == session.PageDone {
		return
	}
	if b := w.shell.forward; b.Visible() && (!b.Disabled() || w.state.Page == session.PageReview) {
		w.next()
	}
}
