package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// quiet is text of less weight that wraps. A label of low importance would have the colour of what is disabled, which is too faint to read.
type quiet struct {
	fw.RichText
	segment *fw.TextSegment
}

func muted(text string) *quiet {
	q := &quiet{segment: &fw.TextSegment{Style: fw.RichTextStyle{ColorName: look.ColorMuted, SizeName: theme.SizeNameText}, Text: text}}
	q.Segments, q.Wrapping, q.Scroll = []fw.RichTextSegment{q.segment}, fyne.TextWrapWord, fyne.ScrollNone
	q.ExtendBaseWidget(q)
	return q
}

// SetText shows another text.
func (q *quiet) SetText(text string) {
	if q.segment.Text != text {
		q.segment.Text = text
		q.Refresh()
	}
}

// paint shows the text in another colour.
func (q *quiet) paint(colour fyne.ThemeColorName) {
	if q.segment.Style.ColorName != colour {
		q.segment.Style.ColorName = colour
		q.Refresh()
	}
}
