package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Viewed is a control that is not read alone, or not as a whole.
type Viewed interface {
	// View gives what to bring into view with the control, what matters most last.
	View() []fyne.CanvasObject
}

// ViewOf gives what to bring into view for what has the focus: what it says, or itself.
func ViewOf(f fyne.Focusable) []fyne.CanvasObject {
	if v, ok := f.(Viewed); ok {
		return v.View()
	}
	if o, ok := f.(fyne.CanvasObject); ok {
		return []fyne.CanvasObject{o}
	}
	return nil
}

// Placed tells whether an object is where it will be drawn, so that its place can be asked for.
func Placed(o fyne.CanvasObject) bool { return canvasOf(o) != nil }

// Reveal scrolls up or down by the least distance that shows objects which the scroller contains, with a margin above and below
// where there is room for one. Where not all of them fit, the later ones count more.
func Reveal(s *container.Scroll, margin float32, objects ...fyne.CanvasObject) {
	for _, o := range objects {
		if y := revealed(s, margin, o); y != s.Offset.Y {
			s.ScrollToOffset(fyne.NewPos(s.Offset.X, y))
		}
	}
}

// InView tells whether an object that the scroller contains is seen from its top to its bottom.
func InView(s *container.Scroll, o fyne.CanvasObject) bool { return revealed(s, 0, o) == s.Offset.Y }

// revealed gives the offset that shows an object. One that is higher than the scroller fills it.
func revealed(s *container.Scroll, margin float32, o fyne.CanvasObject) float32 {
	driver := fyne.CurrentApp().Driver()
	view, height, offset := s.Size().Height, o.Size().Height, s.Offset.Y
	if view <= 0 || !o.Visible() {
		return offset
	}
	top := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(s).Y + offset
	margin = max(min(margin, (view-height)/2), 0)
	first, last := top-margin, top+height+margin-view // the offsets that put its top to the top, and its bottom to the bottom
	if first < last {
		first, last = last, first
	}
	most := max(s.Content.Size().Height-view, 0)
	return min(max(min(max(offset, last), first), 0), most)
}
