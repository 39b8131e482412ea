package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/engine/layout"
)

// AlignmentBadge shows how well a boundary is aligned, as a glyph and a word.
type AlignmentBadge struct {
	panel
	glyph *picture
	word  *paragraph
}

// NewAlignmentBadge makes a badge for a level.
func NewAlignmentBadge(level layout.Level) *AlignmentBadge {
	b := &AlignmentBadge{
		glyph: newPicture(theme.BrokenImageIcon(), 18),
		word:  newParagraph("", theme.SizeNameText, theme.ColorNameForeground, fyne.TextStyle{}),
	}
	b.content = newColumn(0, newBeside(b.glyph, b.word, 6, 1))
	b.ExtendBaseWidget(b)
	b.SetLevel(level)
	return b
}

// SetLevel shows another level.
func (b *AlignmentBadge) SetLevel(level layout.Level) {
	icon, colour := levelIcon(level)
	b.glyph.set(icon.In(colour))
	b.word.setText(levelWord(level))
}

// MinSize is Fyne's: wide enough for the word on one line.
func (b *AlignmentBadge) MinSize() fyne.Size {
	word := fyne.MeasureText(b.word.text, theme.TextSize(), fyne.TextStyle{})
	return fyne.NewSize(18+6+word.Width+1, max(word.Height, 19))
}
