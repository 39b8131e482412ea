package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// Entry is a line of text.
type Entry struct {
	widget.Entry
	Stop
	// Marks marks the whole text when the keyboard reaches the entry, so that typing begins anew.
	Marks bool
	// Left is called when the focus goes elsewhere; it may be nil.
	Left func()

	self    fyne.Widget // the control that embeds this one, or this one
	focused bool
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

// ExtendBaseWidget is called once, with the control that embeds the entry.
func (e *Entry) ExtendBaseWidget(self fyne.Widget) {
	e.self = self
	e.Entry.ExtendBaseWidget(self)
}

// CreateRenderer is Fyne's.
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	return newRinged(e.Entry.CreateRenderer(), func() mark {
		return mark{on: e.focused && !e.Disabled(), ink: look.ColorRing, size: e.Size()}
	})
}

// AcceptsTab lets Tab lead to the next control.
func (e *Entry) AcceptsTab() bool { return false }

// ShowAs shows a text, without calling anybody, unless it is there already. What is being typed is left alone.
func (e *Entry) ShowAs(text string) {
	if e.Text != text && !e.Focused() {
		e.Write(text)
	}
}

// Write replaces the text without calling anybody.
func (e *Entry) Write(text string) {
	changed := e.OnChanged
	e.OnChanged = nil
	e.SetText(text)
	e.OnChanged = changed
}

// Focused tells whether the entry has the keyboard.
func (e *Entry) Focused() bool {
	c := canvasOf(e.self)
	return c != nil && any(c.Focused()) == any(e.self)
}

// SelectAll marks the whole text, so that typing begins anew.
func (e *Entry) SelectAll() { e.Entry.TypedShortcut(&fyne.ShortcutSelectAll{}) }

// TypedKey edits, or hands on Enter and Escape.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	if Enters(k) && !e.MultiLine || k.Name == fyne.KeyEscape {
		HandOn(e.self, k)
		return
	}
	e.Entry.TypedKey(k)
}

// TypedShortcut edits, or hands on the window's shortcuts.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if !HandOnShortcut(e.self, s) {
		e.Entry.TypedShortcut(s)
	}
}

// MouseDown puts the cursor where the pointer is.
func (e *Entry) MouseDown(m *desktop.MouseEvent) { e.ByClick(func() { e.Entry.MouseDown(m) }) }

// FocusGained shows the cursor and tells of it.
func (e *Entry) FocusGained() {
	e.focused = true
	e.Entry.FocusGained()
	if e.Marks && !e.Clicked() {
		e.SelectAll()
	}
	e.Reached(e.self)
}

// FocusLost ends editing.
func (e *Entry) FocusLost() {
	e.focused = false
	e.Entry.FocusLost()
	if e.Left != nil {
		e.Left()
	}
}
