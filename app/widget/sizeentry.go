package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/engine/quantity"
)

// SizeEntry takes a size with a unit, such as 8GiB or 500 GB. The owner says what is wrong with the text.
type SizeEntry struct {
	panel
	// OnTyped is called with every text that the user types.
	OnTyped func(text string)

	entry   *sizeField
	hint    string
	reason  string
	message *paragraph
}

// NewSizeEntry makes an entry that shows a size.
func NewSizeEntry(label string, size quantity.Bytes, typed func(text string)) *SizeEntry {
	s := &SizeEntry{OnTyped: typed, message: newParagraph("", theme.SizeNameCaptionText, look.ColorMuted, fyne.TextStyle{})}
	s.entry = newSizeField(s)
	s.entry.SetText(size.String())
	s.entry.OnChanged = s.typed
	name := newParagraph(label, theme.SizeNameText, theme.ColorNameForeground, fyne.TextStyle{})
	s.content = newColumn(4, name, s.entry, s.message)
	s.ExtendBaseWidget(s)
	s.tell()
	return s
}

// SetValue shows a size without calling OnTyped. While the user types it leaves the text alone where that means the same or
// cannot be read.
func (s *SizeEntry) SetValue(size quantity.Bytes) {
	value, err := quantity.ParseTyped(s.entry.Text)
	if err == nil && value == size || s.entry.Focused() && err != nil {
		return
	}
	s.entry.Write(size.String())
}

// SetReason disables the entry and shows why; the empty reason enables it.
func (s *SizeEntry) SetReason(reason string) {
	s.reason = reason
	if reason == "" {
		s.entry.Enable()
	} else {
		s.entry.Disable()
	}
	s.tell()
}

// SetHint shows a text below the size, such as what it becomes on the grain.
func (s *SizeEntry) SetHint(text string) {
	s.hint = text
	s.tell()
}

// Focusable gives what takes the focus.
func (s *SizeEntry) Focusable() fyne.Focusable { return s.entry }

// Text gives what stands in the entry.
func (s *SizeEntry) Text() string { return s.entry.Text }

func (s *SizeEntry) typed(text string) {
	if s.OnTyped != nil {
		s.OnTyped(text)
	}
}

// tell shows the reason, else the hint.
func (s *SizeEntry) tell() {
	text, colour := s.hint, look.ColorMuted
	if s.reason != "" {
		text, colour = s.reason, theme.ColorNameWarning
	}
	if s.message.text == text && s.message.colour == colour && s.message.Hidden == (text == "") {
		return
	}
	s.message.setColour(colour)
	s.message.setText(text)
	s.message.Hidden = text == ""
	s.settle()
}

// sizeField is where one types.
type sizeField struct {
	control.Entry
	owner *SizeEntry
}

func newSizeField(owner *SizeEntry) *sizeField {
	f := &sizeField{owner: owner}
	f.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	f.ExtendBaseWidget(f)
	return f
}

// View gives the label and what is said below, too.
func (f *sizeField) View() []fyne.CanvasObject { return []fyne.CanvasObject{f.owner, f} }

// FocusGained marks the text, so that typing begins anew.
func (f *sizeField) FocusGained() {
	f.Entry.FocusGained()
	if !f.Clicked() {
		f.SelectAll()
	}
}
