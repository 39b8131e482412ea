// Package widget holds the window's own controls, one per file. They know nothing of pages or of the session: they get values
// and give callbacks.
//
// They guarantee that everything a mouse can do the keyboard can do, that what has the focus shows it, and that nothing
// animates while nothing happens. They draw with the colours of package look, so its theme must be the application's. All of it
// belongs to Fyne's goroutine: call from within fyne.Do. Linux has no screen reader interface in Fyne; the text beside every
// colour is what there is instead.
package widget
