package keyboard

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

const level3 = `key <RALT> { [ ISO_Level3_Shift ] };`

// symbolsOf makes a folder of symbols with a layout x, a file y and what every layout shares.
func symbolsOf(layout string) fstest.MapFS {
	return fstest.MapFS{
		"usr/share/X11/xkb/symbols/pc": {Data: []byte(`default xkb_symbols "pc105" { key <SPCE> { [ space ] }; key <LVL3> { [ ISO_Level3_Shift ] }; };`)},
		"usr/share/X11/xkb/symbols/x":  {Data: []byte(layout)},
		"usr/share/X11/xkb/symbols/y":  {Data: []byte(`xkb_symbols "one" { key <AC01> { [ p, P, at ] }; }; default partial xkb_symbols "two" { key <AC01> { [ s, S ] }; };`)},
	}
}

func TestLayoutStatements(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"levels", level3 + `key <AC01> { [ a, A, adiaeresis, 0x1001E9E ] };`, "a:A A:Shift+A ä:AltGr+A ẞ:Shift+AltGr+A"},
		{"no key to the third level", `key <AC01> { [ a, A, at ] };`, "a:A @:"},
		{"include a section", `include "y(one)"`, "p:A s:"},
		{"include the default", `include "y"`, "s:A p:"},
		{"include several", level3 + `include "y(one)+y(two)"`, "s:A p: @:AltGr+A"},
		{"include below", `include "y(one)|y(two)"`, "p:A s:"},
		{"include instead", level3 + `include "y(one)^y(two)"`, "s:A @:"},
		{"include for a later group", `include "y(one)+y(two):2"`, "p:A s:"},
		{"override", level3 + `include "y(one)" override key <AC01> { [ b, NoSymbol, any ] };`, "b:A P:Shift+A @:AltGr+A"},
		{"augment", level3 + `include "y" augment key <AC01> { [ b, B, c ] };`, "s:A S:Shift+A c:AltGr+A b:"},
		{"replace", level3 + `include "y(one)" replace key <AC01> { [ b ] };`, "b:A P: @:"},
		{"named groups", `key <AC01> { symbols[Group2] = [ x ], symbols[Group1] = [ a, A ], type[Group1] = "ALPHABETIC" };`, "a:A A:Shift+A x:"},
		{"second list", `key <AC01> { [ a, A ], [ x, X ] };`, "a:A x:"},
		{"types", level3 + `key <AC01> { type = "ONE_LEVEL", [ a, A ] }; key <AC02> { type[Group1]="FOUR_LEVEL_X", symbols[1]=[ s, eacute ] };`, "a:A A: s:S é:AltGr+S"},
		{"a type for what follows", `key <AC01> { [ a, A ] }; key.type[Group1] = "ONE_LEVEL"; key <AC02> { [ s, S ] };`, "A:Shift+A S:"},
		{"the fifth level", level3 + `key <RCTL> { [ ISO_Level5_Shift ] }; key <AC01> { type="EIGHT_LEVEL", [ a, A, b, B, c ] };`, "c:Level5+A"},
		{"actions", `key <AC01> { [ a, A ], actions[Group1] = [ SetMods(modifiers=LevelThree,clearLocks), NoAction() ] };`, "a:A"},
		{"other statements", `name[Group1]="X"; virtual_modifiers A,B; modifier_map Mod1 { <RALT>, Alt_L }; key <AC01> { [ a ] };`, "a:A"},
		{"capitals", `Include "y(one)" KEY <AC02> { [ U0436 ] };`, "p:A ж:S"},
		{"comments", "/* key <AC01> { [ b ] }; */ // }\n# }\nkey <AC01> { [ a ] };", "a:A b:"},
		{"other names of keys", `key <LatZ> { [ a ] }; key <AC12> { [ b ] }; key <AB11> { [ c ] }; key <AE13> { [ yen ] };`, `a:Z b:\ c:the~key~right~of~/ ¥:the~key~left~of~Backspace`},
		{"several on a level", `key <AC01> { [ { a, b }, A ] };`, "a: A:Shift+A"},
		{"dead keys", level3 + `key <AC01> { [ a, dead_caron ] }; key <AC02> { [ c, dead_acute ] };`, "č:Shift+A~then~S ć:Shift+S~then~S ':Shift+S~then~Space"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := Session(symbolsOf(`xkb_symbols "basic" { `+test.text+` };`), "x", "")
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range strings.Fields(test.want) {
				r, key := []rune(want)[0], strings.ReplaceAll(string([]rune(want)[2:]), "~", " ")
				if got := m.easiest(r).String(); got != key {
					t.Errorf("%c is typed by %q, want %q", r, got, key)
				}
			}
		})
	}
}

func TestLayoutErrorsSayWhere(t *testing.T) {
	section := func(s string) string { return `xkb_symbols "basic" { ` + s + ` };` }
	ladder := section(`include "x(a)"`)
	for name := 'a'; name < 'k'; name++ {
		ladder += ` xkb_symbols "` + string(name) + `" { include "x(` + string(name+1) + `)" include "x(` + string(name+1) + `)" };`
	}
	ladder += ` xkb_symbols "k" { };`
	for _, test := range []struct {
		name, layout, variant, text string
		want                        error
		says                        string
	}{
		{"no such layout", "klingon", "", "", fs.ErrNotExist, "cannot find keyboard layout klingon"},
		{"not a name", "../x", "", "", errBadName, "cannot read keyboard layout"},
		{"not a variant", "x", "a)+y(b", "", errBadName, "cannot read keyboard layout"},
		{"no such variant", "x", "qwerty", section(""), errNoSection, `symbols/x: there is no such section: "qwerty"`},
		{"no such include", "x", "", section(`include "z"`), fs.ErrNotExist, "symbols/z"},
		{"includes itself", "x", "", section(`include "x"`), errTooDeep, "deep"},
		{"includes without end", "x", "", ladder, errIncludes, "more than"},
		{"out of the folder", "x", "", section(`include "../../../../../etc/passwd"`), fs.ErrNotExist, "passwd"},
		{"no end of a section", "x", "", `xkb_symbols "basic" { key <AC01> { [ a ] };`, errSymbols, "line 1"},
		{"no end of a string", "x", "", "\n" + `xkb_symbols "basic { };`, errSymbols, "line 2"},
		{"no end of a list", "x", "", section(`key <AC01> { [ a };`), errSymbols, "line 1"},
		{"no braces", "x", "", section(`key <AC01> [ a ];`), errSymbols, "{ is missing"},
		{"too large", "x", "", strings.Repeat("// long\n", mostBytes/7), errTooLarge, "symbols/x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Session(symbolsOf(test.text), test.layout, test.variant)
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %v saying %q", err, test.want, test.says)
			}
		})
	}
}
