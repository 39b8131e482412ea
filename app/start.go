package main

import (
	"os"
	"runtime/debug"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// firstSize is the size of the window to begin with.
var firstSize = fyne.NewSize(1120, 760)

// raise opens the window; with an error it is made and not open. Until GLFW has looked at display and devices, and the driver of the graphics card
// is loaded, the one goroutine that may draw waits for most of a tenth of a second. Meanwhile another one makes what the window will show, down to the place of every
// text; nobody else uses Fyne's objects at that time, and Fyne's own caches are made for several.
func raise(on surface) (*window, error) {
	rest := hurry()
	defer rest()
	made := make(chan *window, 1)
	go func() {
		w := newWindow(on)
		w.fill()
		w.shell.content.Resize(firstSize)
		made <- w
	}()
	win := on.app.NewWindow("Lethe")
	shape(win)
	var w *window
	content := newLate(func() fyne.CanvasObject {
		w = <-made
		return w.shell.content
	}, func() { w.enter(win) })
	win.SetContent(content)
	if err := shown(win.Show); err != nil {
		return <-made, err
	}
	content.arrive() // also where there was nothing to draw on
	w.read()
	return w, nil
}

// hurry leaves the processors to the start, until rest is called: the garbage that it makes is less than what may gather later.
func hurry() (rest func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	percent := debug.SetGCPercent(-1)
	return func() { debug.SetGCPercent(percent) }
}

// shape says how the window stands on the desktop.
func shape(win fyne.Window) {
	win.Resize(firstSize)
	win.SetPadded(false)
	win.CenterOnScreen()
	win.SetMaster()
}

// late is content that is still being made when the window is. Fyne asks for its objects when it draws the first frame, and not before.
type late struct {
	widget.BaseWidget
	wait    func() fyne.CanvasObject // for the content
	arrived func()                   // is told once that it is there
	content fyne.CanvasObject
}

func newLate(wait func() fyne.CanvasObject, arrived func()) *late {
	l := &late{wait: wait, arrived: arrived}
	l.ExtendBaseWidget(l)
	return l
}

// arrive waits for the content.
func (l *late) arrive() {
	if l.content != nil {
		return
	}
	l.content = l.wait()
	l.content.Resize(l.Size())
	l.arrived()
}

// CreateRenderer is Fyne's.
func (l *late) CreateRenderer() fyne.WidgetRenderer { return &lateRenderer{l} }

type lateRenderer struct{ l *late }

// Objects is Fyne's.
func (r *lateRenderer) Objects() []fyne.CanvasObject {
	r.l.arrive()
	return []fyne.CanvasObject{r.l.content}
}

// MinSize is Fyne's.
func (r *lateRenderer) MinSize() fyne.Size {
	if r.l.content == nil {
		return fyne.Size{}
	}
	return r.l.content.MinSize()
}

// Layout is Fyne's.
func (r *lateRenderer) Layout(size fyne.Size) {
	if r.l.content != nil {
		r.l.content.Resize(size)
	}
}

// Refresh is Fyne's.
func (r *lateRenderer) Refresh() {
	if r.l.content != nil {
		r.l.content.Refresh()
	}
}

// Destroy is Fyne's.
func (r *lateRenderer) Destroy() {}
