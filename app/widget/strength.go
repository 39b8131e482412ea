package widget

import (
	"fyne.io/fyne/v2/lang"

	"lethe/app/strength"
)

// strengthWords says what a score means.
func strengthWords(score int) string {
	switch score {
	case 0:
		return lang.L("Very weak: among the first that are tried")
	case 1:
		return lang.L("Weak: found within hours")
	case 2:
		return lang.L("Fair: withstands a casual attempt")
	case 3:
		return lang.L("Strong: takes a determined attacker years")
	case 4:
		return lang.L("Very strong")
	}
	return lang.L("Estimating…")
}

// estimator runs one estimate at a time beside the user interface, and when the text changed meanwhile another one.
type estimator struct {
	do      func(func()) // runs on Fyne's goroutine
	found   func(score int)
	running bool
	again   bool
	text    string
	known   []string
}

// ask has an estimate made of a text; found is called when it is there, for the last text asked for only.
func (e *estimator) ask(text string, known []string) {
	e.text, e.known = text, known
	if e.running {
		e.again = true
		return
	}
	e.running = true
	go func() {
		score := strength.Score(text, known)
		e.do(func() { e.done(score) })
	}()
}

// forget drops the text, so that nothing of it is kept after it was taken.
func (e *estimator) forget() {
	e.text, e.known = "", nil
}

func (e *estimator) done(score int) {
	e.running = false
	if e.again {
		e.again = false
		e.ask(e.text, e.known)
		return
	}
	e.text = ""
	e.found(score)
}
