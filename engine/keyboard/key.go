package keyboard

import (
	"cmp"
	"strings"
)

// Modifiers are the keys held while another one is pressed.
type Modifiers uint8

// The modifiers that choose a character.
const (
	Shift  Modifiers = 1 << iota
	AltGr            // the console's AltGr, XKB's third level
	Level5           // XKB's fifth level, which few layouts have
)

// names of the modifiers, in the order they are written.
var modifierNames = []struct {
	bit  Modifiers
	name string
}{{Shift, "Shift"}, {AltGr, "AltGr"}, {Level5, "Level5"}}

// Press is one key struck, with what is held. The zero Press is none.
type Press struct {
	Code uint8 // Linux input event code, such as 30 for the key that a US keyboard prints A on
	Held Modifiers
}

// Label names the key as a US keyboard prints it, such as "Z", "'" or "the key left of Z"; "" for no typing key.
func (p Press) Label() string { return keyLabels[p.Code] }

// String names the key with what is held, such as "Shift+AltGr+2".
func (p Press) String() string {
	if p.Code == 0 {
		return ""
	}
	var b strings.Builder
	for _, m := range modifierNames {
		if p.Held&m.bit != 0 {
			b.WriteString(m.name + "+")
		}
	}
	b.WriteString(p.Label())
	return b.String()
}

// Way is how a character is typed: one press, or a dead key and then a second press. The zero Way is none.
type Way struct {
	First Press
	Then  Press // not zero only where First is a dead key
}

// Dead tells whether the way begins with a dead key.
func (w Way) Dead() bool { return w.Then.Code != 0 }

// String names the presses, such as "Shift+2" or "= then Space"; "" for the zero Way.
func (w Way) String() string {
	if w.Dead() {
		return w.First.String() + " then " + w.Then.String()
	}
	return w.First.String()
}

// effort orders ways by what a person most likely does: no dead key first, then the nearest modifiers, and keys that not every
// keyboard has only at last. Ways of one effort are equally likely.
func (w Way) effort() int {
	e := w.First.effort() << 8
	if w.Dead() {
		e += 1<<16 + w.Then.effort()
	}
	return e
}

func (p Press) effort() int {
	e := int(p.Held)
	if p.Code == code102 || p.Code == codeRo || p.Code == codeYen {
		e += int(AltGr) + 1
	}
	return e
}

// before orders ways by effort, and those of one effort by their keys.
func (w Way) before(o Way) int {
	return cmp.Or(w.effort()-o.effort(), int(w.First.Code)-int(o.First.Code), int(w.Then.Code)-int(o.Then.Code))
}

// The rows of typing keys: input event codes count from left to right.
var keyRows = []struct {
	first  uint8
	labels string
}{{2, "1234567890-="}, {16, "QWERTYUIOP[]"}, {30, "ASDFGHJKL;'`"}, {43, `\ZXCVBNM,./`}}

const (
	codeSpace = 57
	code102   = 86  // beside the left Shift, on ISO keyboards
	codeRo    = 89  // beside the right Shift, on Brazilian and Japanese keyboards
	codeYen   = 124 // beside Backspace, on Japanese keyboards
)

// keyLabels names every typing key; what is not in it is no typing key.
var keyLabels = func() map[uint8]string {
	labels := map[uint8]string{codeSpace: "Space", code102: "the key left of Z", codeRo: "the key right of /", codeYen: "the key left of Backspace"}
	for _, row := range keyRows {
		for i, label := range row.labels {
			labels[row.first+uint8(i)] = string(label)
		}
	}
	return labels
}()
