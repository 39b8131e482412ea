// Bare opens a window of Fyne's with one line of text. The benchmark runs it to tell what of Lethe's start and memory is the
// toolkit's and the software renderer's.
package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/widget"
)

func main() {
	a := app.NewWithID("org.lethe.Bare")
	w := a.NewWindow("Bare")
	w.SetContent(widget.NewLabel("Bare"))
	w.Resize(fyne.NewSize(1120, 760))
	w.CenterOnScreen()
	w.ShowAndRun()
}
