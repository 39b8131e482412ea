// Package page holds the pages of the window, one per file. A page shows values of the session and writes what the user does into its
// draft; whatever takes longer than that, or touches the machine, it asks of the main program through [Acts].
//
// Pages guarantee that going back and forth loses nothing, that no passphrase stays in a field that is not on the screen, and that
// the keyboard alone suffices. They start no goroutine, and belong to Fyne's goroutine as all of its controls do.
package page
