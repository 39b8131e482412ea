package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Distances of pages, in density-independent pixels.
const (
	ContentWidth float32 = 820 // most that a page's content is wide
	RailWidth    float32 = 216 // the sidebar
	Gap          float32 = 16  // between groups
	SmallGap     float32 = 8   // inside a group
	Margin       float32 = 28  // around a page
	Radius       float32 = 8   // of cards, notices and the map
	FocusWidth   float32 = 2   // of the ring round what has the focus
)

var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText:            14,
	theme.SizeNameCaptionText:     12,
	theme.SizeNameHeadingText:     26,
	theme.SizeNameSubHeadingText:  18,
	theme.SizeNameInputRadius:     6,
	theme.SizeNameButtonRadius:    6,
	theme.SizeNameCardRadius:      Radius,
	theme.SizeNameSelectionRadius: 6,
	theme.SizeNameScrollBar:       10,
	theme.SizeNameScrollBarSmall:  4,
}
