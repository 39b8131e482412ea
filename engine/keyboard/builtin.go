package keyboard

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// builtinTable has one line for each map, as MarshalText writes it; generate/ makes it.
//
//go:embed builtin.tsv
var builtinTable string

// Kinds of maps in the table.
const (
	consoleKind = "console"
	sessionKind = "session"
)

// nothing stands for a press that gives no character; a dead key is deadMark and its accent.
const (
	nothing  = '␀'
	deadMark = '◌'
)

// columns are the presses of one key that the table holds.
var columns = []Modifiers{0, Shift, AltGr, Shift | AltGr}

// MarshalText writes the map on one line, for the built-in table: its name, then for each key in the order of codes what it gives
// alone, with Shift, with AltGr and with both. It never fails.
func (m Map) MarshalText() ([]byte, error) {
	fields := []string{m.Name}
	for _, code := range typingCodes() {
		var b strings.Builder
		for _, held := range columns {
			switch s := m.chart[Press{code, held}]; {
			case s.accent != 0:
				b.WriteString(string([]rune{deadMark, s.accent}))
			case s.char != 0:
				b.WriteRune(s.char)
			default:
				b.WriteRune(nothing)
			}
		}
		fields = append(fields, strings.TrimRight(b.String(), string(nothing)))
	}
	return []byte(strings.Join(fields, "\t")), nil
}

// parseLine reads what MarshalText wrote.
func parseLine(line, origin string, compose composer) (Map, error) {
	fields := strings.Split(line, "\t")
	codes := typingCodes()
	if len(fields) != len(codes)+1 {
		return Map{}, fmt.Errorf("cannot read map: it has %d fields, not %d", len(fields), len(codes)+1)
	}
	c := chart{}
	for i, field := range fields[1:] {
		column, dead := 0, false
		for _, r := range field {
			if column == len(columns) {
				return Map{}, fmt.Errorf("cannot read map %s: key %d has more than %d symbols", fields[0], codes[i], len(columns))
			}
			press := Press{codes[i], columns[column]}
			switch {
			case r == deadMark && !dead:
				dead = true
				continue
			case dead:
				c[press] = symbol{accent: r}
			case r != nothing:
				c[press] = symbol{char: r}
			}
			column, dead = column+1, false
		}
	}
	return newMap(fields[0], origin, c, compose), nil
}

// typingCodes are the codes of the typing keys in order.
func typingCodes() []uint8 {
	codes := make([]uint8, 0, len(keyLabels))
	for code := range keyLabels {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// builtin gives a map of the built-in table. There, "# kind: origin" begins the maps of a kind.
func builtin(kind, name string) (Map, bool) {
	section, origin := "", ""
	for line := range strings.Lines(builtinTable) {
		line = strings.TrimSuffix(line, "\n")
		if heading, ok := strings.CutPrefix(line, "# "); ok {
			section, origin, _ = strings.Cut(heading, ": ")
			continue
		}
		if section != kind || !strings.HasPrefix(line, name+"\t") {
			continue
		}
		compose := sessionComposer
		if kind == consoleKind {
			compose = consoleComposer
		}
		m, err := parseLine(line, "built in, from "+origin, compose)
		return m, err == nil
	}
	return Map{}, false
}
