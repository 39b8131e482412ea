package keyboard

import (
	"os"
	"testing"
	"testing/fstest"
)

// pairs is a table written by hand from what the keyboards print, not from any output of this package.
var pairs = []struct {
	keymap          string // console
	layout, variant string // session
	console         map[rune]string
	session         map[rune]string
	neither         string // what no key of either gives without a dead key
}{
	{
		keymap: "us", layout: "us",
		console: map[rune]string{'a': "A", 'Z': "Shift+Z", '@': "Shift+2", '\'': "'", '"': "Shift+'", '|': `Shift+\`, '<': "Shift+,", ' ': "Space"},
		session: map[rune]string{'a': "A", 'Z': "Shift+Z", '@': "Shift+2", '\'': "'", '"': "Shift+'", '|': `Shift+\`, '<': "Shift+,", ' ': "Space"},
		neither: "äßéжñ",
	},
	{
		keymap: "de-latin1", layout: "de",
		console: map[rune]string{'z': "Y", 'y': "Z", 'Y': "Shift+Z", 'ö': ";", 'Ä': "Shift+'", 'ü': "[", 'ß': "-", '@': "AltGr+Q", '/': "Shift+7", '#': `\`, '<': "the key left of Z", '-': "/", '~': "AltGr+] then Space", '^': "` then Space", 'é': "= then E"},
		session: map[rune]string{'z': "Y", 'y': "Z", 'Y': "Shift+Z", 'ö': ";", 'Ä': "Shift+'", 'ü': "[", 'ß': "-", '@': "AltGr+Q", '/': "Shift+7", '#': `\`, '<': "the key left of Z", '-': "/", '~': "AltGr+]", '^': "` then Space", 'é': "= then E", '€': "AltGr+E"},
		neither: "ж",
	},
	{
		keymap: "fr-latin1", layout: "fr",
		console: map[rune]string{'a': "Q", 'q': "A", 'w': "Z", 'z': "W", 'm': ";", '1': "Shift+1", '9': "Shift+9", '&': "1", 'é': "2", 'ç': "9", ',': "M", '.': "Shift+,", '!': "/", '@': "AltGr+0", 'ê': "[ then E"},
		session: map[rune]string{'a': "Q", 'q': "A", 'w': "Z", 'z': "W", 'm': ";", '1': "Shift+1", '9': "Shift+9", '&': "1", 'é': "2", 'ç': "9", ',': "M", '.': "Shift+,", '!': "/", '@': "AltGr+0", 'ê': "[ then E"},
		neither: "ж",
	},
	{
		keymap: "dvorak", layout: "us", variant: "dvorak",
		console: map[rune]string{'a': "A", 'o': "S", 'e': "D", 's': ";", 'p': "R", 'y': "T", 'q': "X", 'z': "/", ';': "Z", '\'': "Q", '?': "Shift+[", '[': "-", 'm': "M", '-': "'"},
		session: map[rune]string{'a': "A", 'o': "S", 'e': "D", 's': ";", 'p': "R", 'y': "T", 'q': "X", 'z': "/", ';': "Z", '\'': "Q", '?': "Shift+[", '[': "-", 'm': "M", '-': "'"},
		neither: "öж",
	},
	{
		keymap: "ru", layout: "ru", // the console's has Latin letters, and Cyrillic ones under AltGr
		console: map[rune]string{'a': "A", 'q': "Q", 'й': "AltGr+Q", 'Ф': "Shift+AltGr+A", 'ё': "AltGr+`", '1': "1"},
		session: map[rune]string{'a': "", 'Q': "", 'й': "Q", 'Ф': "Shift+A", 'ё': "`", '1': "1", 'ж': ";", 'б': ",", '.': "/"},
		neither: "äéü",
	},
}

func TestKeysAreWhereTheKeyboardsPrintThem(t *testing.T) {
	root := os.DirFS("testdata/root")
	empty := fstest.MapFS{}
	for _, p := range pairs {
		t.Run(p.keymap, func(t *testing.T) {
			for _, fsys := range []struct {
				name   string
				origin string
			}{{"files", "/usr/share/"}, {"built in", "built in, from "}} {
				where := root
				if fsys.name == "built in" {
					where = empty
				}
				console, err := Console(where, p.keymap)
				if err != nil {
					t.Fatal(err)
				}
				session, err := Session(where, p.layout, p.variant)
				if err != nil {
					t.Fatal(err)
				}
				checkMap(t, console, fsys.origin, p.console, p.neither)
				checkMap(t, session, fsys.origin, p.session, p.neither)
			}
		})
	}
}

// checkMap compares the easiest way of each character; characters of none may at most be composed by a dead key.
func checkMap(t *testing.T, m Map, origin string, want map[rune]string, none string) {
	t.Helper()
	if len(m.Origin) < len(origin) || m.Origin[:len(origin)] != origin {
		t.Errorf("%s has the origin %q, want %q…", m.Name, m.Origin, origin)
	}
	for r, key := range want {
		got := ""
		if ways := m.Ways(r); len(ways) > 0 {
			got = ways[0].String()
		}
		if got != key {
			t.Errorf("%s from %s types %c by %q, want %q", m.Name, m.Origin, r, got, key)
		}
	}
	for _, r := range none {
		if ways := m.Ways(r); len(ways) > 0 && !ways[0].Dead() {
			t.Errorf("%s from %s types %c by %v, want nothing", m.Name, m.Origin, r, ways)
		}
	}
}
