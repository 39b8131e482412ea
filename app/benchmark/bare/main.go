// Bare opens a window of Fyne's with one line of text, which says where the pointer is. The benchmark runs it to tell what of Lethe's
// start, memory, idling and dragging is the toolkit's and the software renderer's.
package main

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// line is a label that follows the pointer.
type line struct{ widget.Label }

// MouseIn is part of the interface.
func (l *line) MouseIn(*desktop.MouseEvent) {}

// MouseMoved says where the pointer is.
func (l *line) MouseMoved(e *desktop.MouseEvent) {
	l.SetText(fmt.Sprintf("%.0f, %.0f", e.Position.X, e.Position.Y))
}

// MouseOut is part of the interface.
func (l *line) MouseOut() {}

func main() {
	a := app.NewWithID("org.lethe.Bare")
	w := a.NewWindow("Bare")
	l := &line{}
	l.ExtendBaseWidget(l)
	l.SetText("Bare")
	w.SetContent(l)
	w.Resize(fyne.NewSize(1120, 760))
	w.CenterOnScreen()
	w.ShowAndRun()
}
