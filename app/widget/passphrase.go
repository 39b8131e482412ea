package widget

import (
	"slices"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/look"
)

// PassphraseOptions says how a [PassphraseEntry] is labelled and run.
type PassphraseOptions struct {
	Label, AgainLabel string
	// Known are words that an attacker would try first: the user's name, the host's.
	Known []string
	// Do runs a function on Fyne's goroutine; nil means fyne.Do.
	Do func(func())
}

// PassphraseState says what is typed without saying it.
type PassphraseState struct {
	Typed    bool   // the first entry is not empty
	Matches  bool   // both entries are equal and not empty
	Differs  bool   // what is in the second entry is not the beginning of the first, or was left as no more than that
	Score    int    // 0 (guessed at once) to 4 (very strong); -1 while it is being estimated
	Words    string // what the score means, for people
	ASCII    bool   // only ASCII characters
	Problem  string // why it cannot be used, in a sentence; empty if it can
	CapsLock bool   // caps lock seems to be on
}

// Usable tells that it is typed, equal and without a problem.
func (s PassphraseState) Usable() bool { return s.Typed && s.Matches && s.Problem == "" }

// mostPassphrase is cryptsetup's limit for a passphrase that is typed, in bytes.
const mostPassphrase = 512

// PassphraseEntry takes a new passphrase, typed twice, with an estimate of its strength, a warning of caps lock, and lines for
// notes such as the keymap of the boot prompt.
//
// The text is in the two entries and nowhere else, until Take gives it away and empties them with their undo history. Go strings
// cannot be wiped: copies that Fyne made stay in memory until the garbage collector reuses it. Caps lock is guessed from the
// letters typed, since Fyne cannot ask for it; before the first letter there is no warning.
type PassphraseEntry struct {
	panel
	// OnChanged is called when the state changed, also when an estimate arrives.
	OnChanged func(state PassphraseState)
	// OnLeft is called when the second entry loses the focus with something in it: then it is time to say what is wrong.
	OnLeft func()

	known         []string
	beyond        string
	left          bool // the second entry was left since something was typed
	state         PassphraseState
	caps          capsLock
	first, again  *passField
	reveal        *control.Check
	meter         *meter
	warning, note *paragraph
	estimates     estimator
}

// NewPassphraseEntry makes an empty entry.
func NewPassphraseEntry(options PassphraseOptions) *PassphraseEntry {
	p := &PassphraseEntry{known: options.Known, meter: newMeter()}
	if options.Do == nil {
		options.Do = fyne.Do
	}
	p.estimates = estimator{do: options.Do, found: p.estimated}
	p.first, p.again = newPassField(&p.caps, p.watch, func() {}), newPassField(&p.caps, p.watch, p.leave)
	p.first.OnChanged = func(string) { p.typed(true) }
	p.again.OnChanged = func(string) { p.typed(false) }
	p.reveal = control.NewCheck(lang.L("Show what is typed"), p.show)
	p.warning = newParagraph("", theme.SizeNameText, theme.ColorNameWarning, fyne.TextStyle{})
	p.note = newParagraph("", theme.SizeNameCaptionText, look.ColorMuted, fyne.TextStyle{})
	label := func(text string) fyne.CanvasObject {
		return newParagraph(text, theme.SizeNameText, theme.ColorNameForeground, fyne.TextStyle{})
	}
	p.content = newColumn(4, label(options.Label), p.first, p.meter, label(options.AgainLabel), p.again, p.reveal, p.warning, p.note)
	p.ExtendBaseWidget(p)
	p.judge()
	return p
}

// State tells what is typed.
func (p *PassphraseEntry) State() PassphraseState { return p.state }

// Characters gives the distinct characters typed, sorted. They are a part of the secret: compare and drop them.
func (p *PassphraseEntry) Characters() []rune {
	runes := []rune(p.first.Text)
	slices.Sort(runes)
	return slices.Compact(runes)
}

// SetNotes shows lines below the entries.
func (p *PassphraseEntry) SetNotes(lines ...string) {
	text := ""
	for i, line := range lines {
		if i > 0 {
			text += "\n"
		}
		text += line
	}
	p.note.setText(text)
	p.note.Hidden = text == ""
	p.settle()
}

// SetKnown changes the words that an attacker would try first.
func (p *PassphraseEntry) SetKnown(words ...string) {
	if !slices.Equal(p.known, words) {
		p.known = slices.Clone(words)
		p.typed(true)
	}
}

// SetBeyond says something of characters outside of ASCII, where there are any; nothing, where more is known of the keyboard.
func (p *PassphraseEntry) SetBeyond(text string) {
	if p.beyond != text {
		p.beyond = text
		p.warn()
		p.settle()
	}
}

// Take gives the passphrase and empties both entries; nil unless it is usable, and then nothing is emptied.
func (p *PassphraseEntry) Take() []byte {
	if !p.state.Usable() {
		return nil
	}
	text := []byte(p.first.Text)
	p.Clear()
	return text
}

// Clear empties both entries and their undo history.
func (p *PassphraseEntry) Clear() {
	p.first.empty()
	p.again.empty()
	p.estimates.forget()
	p.reveal.SetChecked(false)
	p.typed(true)
}

// Focusable gives what takes the focus.
func (p *PassphraseEntry) Focusable() fyne.Focusable { return p.first }

func (p *PassphraseEntry) show(on bool) {
	for _, f := range []*passField{p.first, p.again} {
		f.Password = !on
		f.Refresh()
	}
}

func (p *PassphraseEntry) watch() {
	if p.state.CapsLock != p.caps.on {
		p.judge()
	}
}

// leave tells that the second entry was left, which ends the patience with what is half typed.
func (p *PassphraseEntry) leave() {
	if p.again.Text == "" {
		return
	}
	p.left = true
	p.judge()
	if p.OnLeft != nil {
		p.OnLeft()
	}
}

// typed judges anew; only the first entry's text is estimated.
func (p *PassphraseEntry) typed(first bool) {
	p.left = false
	if first {
		p.state.Score = -1
		if p.first.Text == "" {
			p.state.Score = 0
		}
		p.estimates.ask(p.first.Text, p.known)
	}
	p.judge()
}

func (p *PassphraseEntry) estimated(score int) {
	if p.first.Text == "" {
		score = 0
	}
	p.state.Score = score
	p.judge()
}

// judge makes the state of what is typed, shows it and tells the owner.
func (p *PassphraseEntry) judge() {
	text, again := p.first.Text, p.again.Text
	before := p.state
	p.state = PassphraseState{
		Typed: text != "", Matches: text != "" && text == again, Score: p.state.Score,
		Differs: text != "" && again != "" && text != again && (p.left || !strings.HasPrefix(text, again)),
		ASCII:   isASCII(text), Problem: problemOf(text), CapsLock: p.caps.on,
	}
	if p.state.Typed {
		p.state.Words = strengthWords(p.state.Score)
	}
	p.warn()
	p.meter.set(p.state.Score, p.state.Typed, p.state.Words)
	p.settle()
	if p.OnChanged != nil && p.state != before {
		p.OnChanged(p.state)
	}
}

// warn shows the most important of what is wrong with the first entry. That the two differ is for the owner to say, who knows what they are.
func (p *PassphraseEntry) warn() {
	text, colour := "", theme.ColorNameWarning
	switch {
	case p.state.Problem != "":
		text, colour = p.state.Problem, theme.ColorNameError
	case p.state.CapsLock:
		text = lang.L("Caps Lock seems to be on.")
	case p.state.Typed && !p.state.ASCII:
		text = p.beyond
	}
	p.warning.setColour(colour)
	p.warning.setText(text)
	p.warning.Hidden = text == ""
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

func problemOf(text string) string {
	if len(text) > mostPassphrase {
		return lang.L("It is longer than 512 bytes, which cryptsetup refuses. Use a shorter one.")
	}
	for _, r := range text {
		if unicode.IsControl(r) {
			return lang.L("It has a control character, such as a tab, that cannot be typed at the boot prompt. Leave that out.")
		}
	}
	return ""
}
