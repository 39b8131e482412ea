package keyboard

import "strings"

// mostCodes is how many keycodes the kernel has tables for.
const mostCodes = 256

// tables are the kernel's: one for each set of modifiers. They fill the way loadkeys fills them.
type tables struct {
	have      [256]bool // which tables there are
	explicit  bool      // a keymaps line said so
	altIsMeta bool
	keys      map[place]symbol
	constant  [mostCodes]bool // keys with one symbol, which later fills every table
}

type place struct{ table, code int }

// hole is what a column that is left out gives: no character.
var hole = symbol{name: "VoidSymbol"}

// set puts a symbol into one table.
func (t *tables) set(table, code int, s symbol) {
	if table >= len(t.have) || code >= mostCodes || t.explicit && !t.have[table] {
		return
	}
	t.have[table] = true
	if _, ok := t.keys[place{table, code}]; ok && t.altIsMeta && s == hole {
		return
	}
	if t.keys == nil {
		t.keys = map[place]symbol{}
	}
	t.keys[place{table, code}] = s
}

// setLine spreads the columns of a line over the tables there are.
func (t *tables) setLine(code int, values []symbol) {
	if code >= mostCodes {
		return
	}
	if len(values) == 1 {
		t.constant[code] = true
		for table := range t.have {
			delete(t.keys, place{table, code})
		}
	}
	column := 0
	for table := range t.have {
		if t.explicit && !t.have[table] {
			continue
		}
		switch {
		case column < len(values):
			t.set(table, code, values[column])
		case t.explicit && len(values) != 1:
			t.set(table, code, hole)
		}
		column++
	}
}

// fillConstants gives every table what a line with one symbol meant: letters get their capitals, other keys the same everywhere.
func (t *tables) fillConstants() {
	first := t.first()
	for code, constant := range t.constant {
		s := t.keys[place{first, code}]
		if !constant {
			continue
		}
		for table, have := range t.have {
			if _, ok := t.keys[place{table, code}]; have && !ok {
				t.set(table, code, constantIn(table, s))
			}
		}
	}
}

func (t *tables) first() int {
	for table, have := range t.have {
		if have && t.explicit {
			return table
		}
	}
	return 0
}

// constantIn is what a key with one symbol gives in a table.
func constantIn(table int, s symbol) symbol {
	r := s.char
	letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	switch {
	case !letter:
		return s
	case table%16 >= 4: // with Control or Alt
		return hole
	case table&1 == 1:
		return symbol{char: r ^ 0x20}
	}
	return s
}

// Codes of the Shift keys, left first.
var shiftCodes = []int{42, 54}

// shiftWeights are what the Shift keys may give: Czech and Belarusian keymaps keep Shift itself for other things.
var shiftWeights = map[string]int{"Shift": 1, "ShiftL": 16, "Shift_L": 16, "ShiftR": 32, "Shift_R": 32}

// shift gives the table of the Shift key, the left one where the two differ.
func (t *tables) shift() int {
	for _, code := range shiftCodes {
		if weight, ok := shiftWeights[t.keys[place{t.first(), code}].name]; ok {
			return weight
		}
	}
	return kernelModifiers["shift"]
}

// altGr tells whether any key leads to AltGr's tables.
func (t *tables) altGr() bool {
	for at, s := range t.keys {
		if at.table == t.first() && strings.Contains(s.name, "AltGr") {
			return true
		}
	}
	return false
}

// chart gives what presses give; AltGr's tables count where a key gives AltGr.
func (k *keymap) chart() chart {
	t := &k.tables
	t.fillConstants()
	held := map[int]Modifiers{0: 0, t.shift(): Shift}
	if t.altGr() {
		altGr := kernelModifiers["altgr"]
		held[altGr], held[altGr|t.shift()] = AltGr, AltGr|Shift
	}
	c := chart{}
	for at, s := range t.keys {
		if modifiers, ok := held[at.table]; ok {
			c[Press{uint8(at.code), modifiers}] = s
		}
	}
	return c
}
