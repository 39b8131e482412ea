package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/engine/quantity"
)

// SizeEntry takes a size with a unit, such as 8GiB or 500 GB. What is wrong with the text is said below it; a text that cannot be
// read changes nothing.
type SizeEntry struct {
	panel
	// OnChanged is called for sizes that can be read and pass Check, by the user's typing only.
	OnChanged func(size quantity.Bytes)
	// OnTyped, where it is set, is called with every text that the user types instead, and the owner says what is wrong with it.
	OnTyped func(text string)
	// Check refuses a size that can be read but not used; its error is shown.
	Check func(size quantity.Bytes) error

	entry   *sizeField
	hint    string
	reason  string
	message *paragraph
}

// NewSizeEntry makes an entry that shows a size.
func NewSizeEntry(label string, size quantity.Bytes, changed func(size quantity.Bytes)) *SizeEntry {
	s := &SizeEntry{OnChanged: changed, message: newParagraph("", theme.SizeNameCaptionText, look.ColorMuted, fyne.TextStyle{})}
	s.entry = newSizeField(s)
	s.entry.SetText(size.String())
	s.entry.OnChanged = s.typed
	name := newParagraph(label, theme.SizeNameText, theme.ColorNameForeground, fyne.TextStyle{})
	s.content = newColumn(4, name, s.entry, s.message)
	s.ExtendBaseWidget(s)
	s.tell(nil)
	return s
}

// SetValue shows a size without calling OnChanged. While the user types it leaves the text alone where that means the same or
// cannot be read.
func (s *SizeEntry) SetValue(size quantity.Bytes) {
	value, err := quantity.ParseTyped(s.entry.Text)
	if err == nil && value == size || s.entry.Focused() && err != nil {
		return
	}
	s.entry.Write(size.String())
	s.tell(nil)
}

// Value gives the size, or why there is none.
func (s *SizeEntry) Value() (quantity.Bytes, error) {
	size, err := quantity.ParseTyped(s.entry.Text)
	if err == nil && s.Check != nil {
		err = s.Check(size)
	}
	return size, err
}

// SetReason disables the entry and shows why; the empty reason enables it.
func (s *SizeEntry) SetReason(reason string) {
	s.reason = reason
	if reason == "" {
		s.entry.Enable()
	} else {
		s.entry.Disable()
	}
	s.judge()
}

// SetHint shows a text below a size that is right, such as what it becomes on the grain.
func (s *SizeEntry) SetHint(text string) {
	s.hint = text
	s.judge()
}

// Focusable gives what takes the focus.
func (s *SizeEntry) Focusable() fyne.Focusable { return s.entry }

// Text gives what stands in the entry.
func (s *SizeEntry) Text() string { return s.entry.Text }

func (s *SizeEntry) typed(text string) {
	if s.OnTyped != nil {
		s.OnTyped(text)
		return
	}
	size, err := s.Value()
	s.tell(err)
	if err == nil && s.OnChanged != nil {
		s.OnChanged(size)
	}
}

func (s *SizeEntry) judge() {
	_, err := s.Value()
	s.tell(err)
}

// tell shows the reason, else the error, else the hint.
func (s *SizeEntry) tell(err error) {
	text, colour := s.hint, look.ColorMuted
	switch {
	case s.reason != "":
		text, colour = s.reason, theme.ColorNameWarning
	case err != nil && s.OnTyped == nil:
		text, colour = err.Error(), theme.ColorNameError
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
