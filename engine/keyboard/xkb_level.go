package keyboard

import (
	"strconv"
	"strings"
)

// levels reads a list of symbols up to its ]; several symbols on one level, { a, b }, are no character.
func levels(r *reader) ([]symbol, error) {
	list, err := r.block('[')
	if err != nil {
		return nil, err
	}
	var all []symbol
	for items := (&reader{tokens: list}); items.more(); {
		words, err := items.until(',')
		if err != nil {
			return nil, err
		}
		switch {
		case len(words) == 1 && words[0].kind == 'w':
			all = append(all, keysym(words[0].text))
		default:
			all = append(all, symbol{name: "several"})
		}
	}
	return all, nil
}

// keysym gives what XKB's name of a symbol stands for.
func keysym(word string) symbol {
	if strings.EqualFold(word, "NoSymbol") || strings.EqualFold(word, "any") {
		return symbol{}
	}
	if s := named(word); s.name == "" {
		return s
	}
	if hex, ok := strings.CutPrefix(word, "U"); ok {
		if r, err := strconv.ParseUint(hex, 16, 21); err == nil {
			return typed(rune(r))
		}
	}
	if hex, ok := strings.CutPrefix(word, "0x"); ok {
		if n, err := strconv.ParseUint(hex, 16, 29); err == nil {
			return numberedKeysym(uint32(n))
		}
	}
	return symbol{name: word}
}

// numberedKeysym gives what X11's number of a symbol stands for: Latin-1, or Unicode after 0x01000000.
func numberedKeysym(n uint32) symbol {
	switch {
	case n <= 0xff:
		return typed(rune(n))
	case n>>24 == 1:
		return typed(rune(n & 0xffffff))
	}
	return symbol{name: "number"}
}

// Held modifiers by level, of the types that choose by Shift, AltGr and Level5 alone.
var (
	levelHeld  = []Modifiers{0, Shift, AltGr, Shift | AltGr, Level5, Shift | Level5, AltGr | Level5, Shift | AltGr | Level5}
	levelHeldX = []Modifiers{0, AltGr, Shift | AltGr}
)

// heldFor gives the modifiers of a type's levels. A key without a type gets one for its number of levels.
func heldFor(kind string) []Modifiers {
	switch {
	case kind == "FOUR_LEVEL_X":
		return levelHeldX
	case kind == "ONE_LEVEL", strings.HasPrefix(kind, "PC_"), strings.HasPrefix(kind, "CTRL"):
		return levelHeld[:1]
	case kind == "TWO_LEVEL", kind == "ALPHABETIC", strings.HasPrefix(kind, "KEYPAD"):
		return levelHeld[:2]
	case kind == "THREE_LEVEL":
		return levelHeld[:3]
	case strings.HasPrefix(kind, "EIGHT_LEVEL"):
		return levelHeld
	}
	return levelHeld[:4]
}

// keyCodes gives the input event code of XKB's names of the typing keys.
var keyCodes = func() map[string]uint8 {
	codes := map[string]uint8{"TLDE": 41, "BKSL": 43, "LSGT": code102, "AB11": codeRo, "AE13": codeYen, "SPCE": codeSpace}
	for _, row := range []struct {
		name        string
		first, keys uint8
	}{{"AE", 2, 12}, {"AD", 16, 12}, {"AC", 30, 11}, {"AB", 44, 10}} {
		for i := range row.keys {
			codes[row.name+string('0'+(i+1)/10)+string('0'+(i+1)%10)] = row.first + i
		}
	}
	return codes
}()

// The rows of letters that <LatQ> and its like name, by the family of layouts.
var latinRows = map[string][3]string{
	"qwerty": {"QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"},
	"azerty": {"AZERTYUIOP", "QSDFGHJKLM", "WXCVBN"},
	"qwertz": {"QWERTZUIOP", "ASDFGHJKL", "YXCVBNM"},
}

// aliases gives the other names of keys, as xkeyboard-config's keycodes and rules have them.
func aliases(layout string) map[string]string {
	other := map[string]string{"AC12": "BKSL", "HZTG": "TLDE", "ALGR": "RALT"}
	family := "qwerty"
	switch layout {
	case "be", "fr":
		family = "azerty"
	case "al", "ch", "cz", "de", "hr", "hu", "ro", "si", "sk":
		family = "qwertz"
	}
	for i, row := range latinRows[family] {
		for j, letter := range row {
			other["Lat"+string(letter)] = [...]string{"AD", "AC", "AB"}[i] + string(rune('0'+(j+1)/10)) + string(rune('0'+(j+1)%10))
		}
	}
	return other
}

// chart gives what presses give. The third and fifth levels count where a key leads to them; LVL3 and LVL5 are on no keyboard.
func (k keys) chart() chart {
	reach := Shift
	for name, key := range k {
		if len(key.levels) == 0 || name == "LVL3" || name == "LVL5" {
			continue
		}
		switch s := key.levels[0].name; {
		case strings.HasPrefix(s, "ISO_Level3_"):
			reach |= AltGr
		case strings.HasPrefix(s, "ISO_Level5_"):
			reach |= Level5
		}
	}
	c := chart{}
	for name, key := range k {
		for i, held := range heldFor(key.kind) {
			if code := keyCodes[name]; code != 0 && i < len(key.levels) && held&^reach == 0 {
				c[Press{code, held}] = key.levels[i]
			}
		}
	}
	return c
}
