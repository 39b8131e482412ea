package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Entry is a line of text.
type Entry struct {
	widget.Entry
	// Left is called when the focus goes elsewhere; it may be nil.
	Left func()
}

// NewEntry makes one; changed is called for every change.
func NewEntry(placeholder string, changed func(text string)) *Entry {
	e := &Entry{}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.PlaceHolder, e.OnChanged = placeholder, changed
	e.ExtendBaseWidget(e)
	return e
}

// NewLines makes an entry for several lines, in which Enter begins a new one and Tab leads on as everywhere.
func NewLines(placeholder string, changed func(text string)) *Entry {
	e := NewEntry(placeholder, changed)
	e.MultiLine = true
	return e
}

// AcceptsTab lets Tab lead to the next control.
func (e *Entry) AcceptsTab() bool { return false }

// ShowAs shows a text, without calling anybody, unless it is there already. What is being typed is left alone.
func (e *Entry) ShowAs(text string) {
	if e.Text == text || e.focused() {
		return
	}
	changed := e.OnChanged
	e.OnChanged = nil
	e.SetText(text)
	e.OnChanged = changed
}

func (e *Entry) focused() bool {
	c := canvasOf(e)
	return c != nil && c.Focused() == fyne.Focusable(e)
}

// TypedKey edits, or hands on Enter and Escape.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	if Enters(k) && !e.MultiLine || k.Name == fyne.KeyEscape {
		HandOn(e, k)
		return
	}
	e.Entry.TypedKey(k)
}

// TypedShortcut edits, or hands on the window's shortcuts.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if !HandOnShortcut(e, s) {
		e.Entry.TypedShortcut(s)
	}
}

// FocusLost ends editing.
func (e *Entry) FocusLost() {
	e.Entry.FocusLost()
	if e.Left != nil {
		e.Left()
	}
}
