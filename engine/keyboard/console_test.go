package keyboard

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// packed is a text as gzip packs it.
func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

// keymapOf reads a keymap from its text.
func keymapOf(t *testing.T, text string) Map {
	t.Helper()
	m, err := Console(fstest.MapFS{"etc/kbd/keymaps/i386/qwerty/x.map": {Data: []byte(text)}}, "x")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestKeymapStatements(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"one letter fills the tables", "keymaps 0-3\nkeycode 30=a\nkeycode 100 = AltGr", "a:A A:Shift+A"},
		{"columns follow the keymaps line", "keymaps 0,2\nkeycode 30 = a at\nkeycode 100 = AltGr", "a:A @:AltGr+A"},
		{"no AltGr key, no AltGr", "keymaps 0-2\nkeycode 30 = a A at", "a:A A:Shift+A @:"},
		{"modifiers", "shift altgr keycode 30 = EuroSign\nkeycode 100 = AltGr\nAltGr Keycode 31 = euro", "€:AltGr+S"},
		{"numbers", "keycode 30 = 0x61 +0101\nkeycode 31 = 0xb42 U+00e4\nkeycode 32 = 0xf10d", "a:A A:Shift+A B:S ä:Shift+S č:D"},
		{"charset", "charset \"koi8-r\"\nkeycode 30 = +198 +230", "ф:A Ф:Shift+A"},
		{"charset latin-9", "charset \"iso-8859-15\"\nkeycode 30 = 164", "€:A"},
		{"names of one kind or the other", "keycode 30 = cyrillic_small_letter_a Cyrillic_A\nkeycode 31 = +odiaeresis +Odiaeresis", "а:A А:Shift+A ö:S Ö:Shift+S"},
		{"a comment ends a line", "keycode 30 = a # b\n! keycode 31 = c\n# keycode 32 = d", "a:A c: d:"},
		{"a line goes on", "keycode 30 = a \\\n  B", "a:A B:Shift+A"},
		{"dead keys compose Latin-1 alone", "keycode 30 = a\nkeycode 57 = space\nkeycode 13 = dead_acute dead_caron\nkeycode 31 = c", "á:= then A ć: č: ':= then Space ^:Shift+= then Space ĉ:"},
		{"a later line replaces a constant", "keymaps 0-1\nkeycode 30 = a\nkeycode 30 = b B", "a: b:A B:Shift+A"},
		{"Shift may give ShiftL", "keymaps 0,1,16\nkeycode 42 = ShiftL\nkeycode 30 = a b c", "a:A b: c:Shift+A"},
		{"ignored", "alt_is_meta\nalt-is-meta\nstrings as usual\nstring F1 = \"a=#\"\ncompose '`' 'A' to '\xc0'\nkeycode 30 = a", "a:A"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := keymapOf(t, test.text)
			for _, want := range strings.Fields(strings.NewReplacer(" then ", "~then~").Replace(test.want)) {
				r := []rune(want)[0]
				key := strings.ReplaceAll(string([]rune(want)[2:]), "~", " ")
				if got := m.easiest(r).String(); got != key {
					t.Errorf("%c is typed by %q, want %q", r, got, key)
				}
			}
		})
	}
}

func TestKbdsFilesComeBeforeTheTableAndConsoleDatasAfter(t *testing.T) {
	root := fstest.MapFS{
		"usr/share/keymaps/i386/qwerty/us.kmap.gz":      {Data: packed("keycode 30 = b")}, // console-data's
		"usr/share/keymaps/i386/qwerty/rare.kmap.gz":    {Data: packed("include \"part\"")},
		"usr/share/keymaps/i386/include/part.inc.gz":    {Data: packed("keycode 31 = r")},
		"usr/share/keymaps/mac/all/two.map":             {Data: []byte("keycode 30 = m")},
		"usr/share/keymaps/i386/qwerty/two.map":         {Data: []byte("keycode 30 = i")},
		"usr/share/keymaps/i386/include/two.map":        {Data: []byte("keycode 30 = n")},
		"run/current-system/sw/share/keymaps/de.map.gz": {Data: packed("keycode 30 = n")},
		"own/de.map": {Data: []byte("keycode 30 = o")},
	}
	for _, test := range []struct {
		keymap  string
		folders []string
		char    rune
		code    uint8
		origin  string
	}{
		{"us", nil, 'a', 30, "built in, from kbd"},
		{"rare", nil, 'r', 31, "/usr/share/keymaps/i386/qwerty/rare.kmap.gz"},
		{"two", nil, 'i', 30, "/usr/share/keymaps/i386/qwerty/two.map"},
		{"de", nil, 'n', 30, "/run/current-system/sw/share/keymaps/de.map.gz"},
		{"de", []string{"own"}, 'o', 30, "/own/de.map"},
	} {
		m, err := Console(root, test.keymap, test.folders...)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.easiest(test.char).First.Code; got != test.code || !strings.HasPrefix(m.Origin, test.origin) {
			t.Errorf("%s from %s types %c by code %d, want %s and %d", test.keymap, m.Origin, test.char, got, test.origin, test.code)
		}
	}
}

func TestKeymapErrorsSayWhere(t *testing.T) {
	twice := "include \"x\"\ninclude \"x\"\n"
	bomb := packed(strings.Repeat("#\n", mostBytes))
	for _, test := range []struct {
		name, keymap string
		data         []byte
		want         error
		says         string
	}{
		{"no such keymap", "nowhere", nil, fs.ErrNotExist, "cannot find console keymap nowhere"},
		{"not a name", "../x", nil, errBadName, "cannot read console keymap"},
		{"no such include", "x", []byte("\ninclude \"y\""), fs.ErrNotExist, `x.map, line 2: cannot find its include "y"`},
		{"includes itself", "x", []byte("include \"x.map\""), errTooDeep, "line 1"},
		{"includes without end", "x", []byte(strings.ReplaceAll(twice, "x", "y")), errIncludes, "more than"},
		{"out of the root", "x", []byte("include \"../../../../../../etc/passwd\""), fs.ErrNotExist, "passwd"},
		{"unknown charset", "x", []byte("charset \"klingon\""), errCharset, "klingon"},
		{"not a keymap", "x", []byte("\x7fELF"), errSyntax, "line 1"},
		{"no number", "x", []byte("keycode a = b"), errSyntax, `"a"`},
		{"two with modifiers", "x", []byte("shift keycode 3 = a b"), errSyntax, "one symbol"},
		{"a table too many", "x", []byte("keymaps 0-300"), errSyntax, "255"},
		{"too large", "x", []byte(strings.Repeat("# long\n", mostBytes/6)), errTooLarge, "x.map"},
		{"too large when unpacked", "x", bomb, errTooLarge, "x.map"},
		{"cut short", "x", packed("keycode 30 = a")[:14], nil, "unexpected EOF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := fstest.MapFS{"usr/share/kbd/keymaps/x.map": {Data: test.data}, "etc/passwd.no": {}}
			for i, next := range []string{"z", "z2", "z3", "z4", "z5", "z6", "z7", "z8", "z9"} { // a ladder that doubles at each rung
				from := append([]string{"y"}, "z", "z2", "z3", "z4", "z5", "z6", "z7", "z8", "z9")[i]
				if test.name != "no such include" {
					root["usr/share/kbd/keymaps/"+from+".inc"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(twice, "x", next))}
				}
			}
			root["usr/share/kbd/keymaps/z9.inc"] = &fstest.MapFile{}
			_, err := Console(root, test.keymap)
			if err == nil || test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %v saying %q", err, test.want, test.says)
			}
		})
	}
}
