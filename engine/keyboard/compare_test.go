package keyboard

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"
)

// builtinPair gives maps of the built-in table.
func builtinPair(t interface{ Fatal(...any) }, keymap, layout, variant string) (console, session Map) {
	console, err := Console(fstest.MapFS{}, keymap)
	if err != nil {
		t.Fatal(err)
	}
	if session, err = Session(fstest.MapFS{}, layout, variant); err != nil {
		t.Fatal(err)
	}
	return console, session
}

// lines writes what moved as "z: Y → Z".
func movedLines(moved []Moved) string {
	var all []string
	for _, m := range moved {
		line := string(m.Rune) + ": " + m.SessionKey.String() + " → " + m.ConsoleKey.String()
		if m.Missing {
			line += "missing"
		}
		all = append(all, line)
	}
	return strings.Join(all, "\n")
}

func TestCompareListsWhatMoves(t *testing.T) {
	for _, test := range []struct{ keymap, layout, variant, typed, want string }{
		{"us", "us", "", "Correct horse, battery! 123 <>|@", ""},
		{"us", "de", "", "zebra y1ö-", "-: / → -\ny: Z → Y\nz: Y → Z\nö: ; → missing"},
		{"us", "fr", "", "aqwzm1&x", "&: 1 → Shift+7\n1: Shift+1 → 1\na: Q → A\nm: ; → M\nq: A → Q\nw: Z → W\nz: W → Z"},
		{"us", "us", "dvorak", "aomz1", "o: S → O\nz: / → Z"},
		{"de-latin1", "us", "", "yz~A", "y: Y → Z\nz: Z → Y\n~: Shift+` → AltGr+] then Space"},
		{"de-latin1", "de", "", "zyöß^é", ""},
		{"de-latin1", "de", "", "~", "~: AltGr+] → AltGr+] then Space"},                        // a dead key on one side
		{"de-latin1-nodeadkeys", "de", "", "^a", "^: ` then Space → `"},                        // and on the other
		{"de", "de", "", "äz", "ä: ' → missing"},                                               // kbd's de is ASCII only
		{"us", "ru", "", "ф1", "ф: A → missing"},                                               // no Cyrillic at the prompt
		{"ru", "ru", "", "ф1", "ф: A → AltGr+A"},                                               // or under AltGr
		{"us", "ru", "", "a1", "a:  → A"},                                                      // typed in another group of the session
		{"us", "de", "", "ж", "ж:  → missing"},                                                 // pasted
		{"de_CH-latin1", "ch", "", "[]zy", ""},                                                 // two equally easy ways in the session
		{"cz", "cz", "", "1zy", "y: Z → Y\nz: Y → Z"},                                          // NixOS's cz is the QWERTY one
		{"br-abnt2", "br", "", "/?ç", ""},                                                      // the key beside the right Shift
		{"jp106", "jp", "", `\_@:`, ""},                                                        // keys that only Japanese keyboards have
		{"fr-latin9", "fr", "", "azerty12", ""},                                                // another French map
		{"colemak", "us", "colemak", "arstdhneio", ""},                                         // NixOS's name for en-latin9
		{"uk", "gb", "", `"@#~\|£` + "`", ""},                                                  // the British one
		{"us-acentos", "us", "intl", "é'", "': AltGr+' → ' then Space\né: AltGr+E → ' then E"}, // AltGr in the session, dead at the prompt
	} {
		console, session := builtinPair(t, test.keymap, test.layout, test.variant)
		if got := movedLines(Compare([]rune(test.typed), console, session)); got != test.want {
			t.Errorf("%s at the prompt, %s in the session, %q:\ngot\n%s\nwant\n%s", console.Name, session.Name, test.typed, got, test.want)
		}
	}
}

func TestCompareTellsNothingOfOrderOrNumber(t *testing.T) {
	console, session := builtinPair(t, "us", "de", "")
	rapid.Check(t, func(t *rapid.T) {
		typed := []rune(rapid.StringMatching(`[a-zäöüß0-9@#]{0,40}`).Draw(t, "typed"))
		kept := slices.Clone(typed)
		moved := Compare(typed, console, session)
		if !slices.Equal(typed, kept) {
			t.Fatal("the characters were changed")
		}
		if other := Compare(Distinct([]byte(string(typed))), console, session); !slices.Equal(moved, other) {
			t.Fatalf("%v, but of the distinct characters %v", moved, other)
		}
		for i, m := range moved {
			if !slices.Contains(typed, m.Rune) || i > 0 && moved[i-1].Rune >= m.Rune || m.Missing != (m.ConsoleKey == Way{}) {
				t.Fatalf("%v is not an ordered list of typed characters", moved)
			}
		}
	})
}

func TestAMapNeverMovesAgainstItself(t *testing.T) {
	seen := 0
	for kind, names := range builtinNames() {
		for _, name := range names {
			m, ok := builtin(kind, name)
			if !ok {
				t.Fatalf("the table's %s map %s cannot be read", kind, name)
			}
			seen++
			if moved := Compare(m.Characters(), m, m); moved != nil || len(m.Characters()) < 60 {
				t.Errorf("%s has %d characters, of which these move against themselves: %v", name, len(m.Characters()), moved)
			}
			text, _ := m.MarshalText()
			compose := map[string]composer{consoleKind: consoleComposer, sessionKind: sessionComposer}[kind]
			again, err := parseLine(string(text), m.Origin, compose)
			if err != nil || !slices.Equal(again.Characters(), m.Characters()) || Compare(m.Characters(), again, m) != nil {
				t.Errorf("%s does not survive being written and read: %v", name, err)
			}
		}
	}
	if seen < 90 {
		t.Errorf("the table has %d maps", seen)
	}
}

// builtinNames lists the table by kind.
func builtinNames() map[string][]string {
	names := map[string][]string{}
	kind := ""
	for line := range strings.Lines(builtinTable) {
		if heading, ok := strings.CutPrefix(line, "# "); ok {
			kind, _, _ = strings.Cut(heading, ": ")
			continue
		}
		name, _, _ := strings.Cut(line, "\t")
		names[kind] = append(names[kind], name)
	}
	return names
}

func TestDistinctClearsWhatItCutsOff(t *testing.T) {
	got := Distinct([]byte("hello wörld\xff"))
	if want := []rune(" dehlorwö\ufffd"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", string(got), string(want))
	}
	for _, r := range got[len(got):cap(got)] {
		if r != 0 {
			t.Errorf("a character of the passphrase is left behind: %q", r)
		}
	}
}
