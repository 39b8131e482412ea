package widget

import (
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"
	"github.com/ccojocar/zxcvbn-go"
)

// mostEstimated is how many bytes of a passphrase are looked at: the estimator's time grows faster than the length, and what is
// strong so far is not made weak by more.
const mostEstimated = 72

// estimate gives 0 (guessed at once) to 4 (not worth guessing), by zxcvbn.
func estimate(text string, known []string) int {
	if text == "" {
		return 0
	}
	for len(text) > mostEstimated {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return zxcvbn.PasswordStrength(text, known).Score
}

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
		score := estimate(text, known)
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
