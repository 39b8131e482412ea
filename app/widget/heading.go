package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
)

// Heading is a page's title and the sentence under it.
type Heading struct {
	panel
	title, sentence *paragraph
}

// NewHeading makes a heading; the sentence may be empty.
func NewHeading(title, sentence string) *Heading {
	h := &Heading{
		title:    newParagraph(title, theme.SizeNameHeadingText, theme.ColorNameForeground, fyne.TextStyle{Bold: true}),
		sentence: newParagraph(sentence, theme.SizeNameText, look.ColorMuted, fyne.TextStyle{}),
	}
	h.content = newColumn(6, h.title, h.sentence)
	h.ExtendBaseWidget(h)
	return h
}

// SetText changes both.
func (h *Heading) SetText(title, sentence string) {
	if h.title.text == title && h.sentence.text == sentence {
		return
	}
	h.title.setText(title)
	h.sentence.setText(sentence)
	h.settle()
}
