package keyboard

import (
	"os"
	"testing"
	"testing/fstest"
)

// seeds adds a test's files.
func seeds(f *testing.F, names ...string) {
	f.Helper()
	for _, name := range names {
		data, err := os.ReadFile("testdata/root/usr/share/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// checkSound sees to it that a map has only keys that can be named, and does not move against itself.
func checkSound(t *testing.T, m Map) {
	t.Helper()
	for _, r := range m.Characters() {
		for _, w := range m.Ways(r) {
			if w.First.Label() == "" || w.Dead() && w.Then.Label() == "" {
				t.Errorf("%q is typed by a key without a name: %+v", r, w)
			}
		}
	}
	if moved := Compare(m.Characters(), m, m); moved != nil {
		t.Errorf("these move against themselves: %v", moved)
	}
}

func FuzzConsole(f *testing.F) {
	seeds(f, "kbd/keymaps/i386/qwertz/de-latin1.map", "kbd/keymaps/i386/dvorak/dvorak.map", "kbd/keymaps/i386/include/qwertz-layout.inc")
	f.Add([]byte("keymaps 0-255\ncharset \"koi8-r\"\nshift keycode 0x1 = +U+00e4\ninclude \"x\""))
	f.Add(packed("keycode 2 = dead_acute"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Console(fstest.MapFS{"etc/kbd/keymaps/x.map": {Data: data}, "etc/kbd/keymaps/include/euro2.map": {}}, "x")
		if err == nil {
			checkSound(t, m)
		}
	})
}

func FuzzSession(f *testing.F) {
	seeds(f, "X11/xkb/symbols/de", "X11/xkb/symbols/us", "X11/xkb/symbols/level3", "X11/xkb/symbols/pc")
	f.Add([]byte(`default xkb_symbols "a" { include "x(b)|x:2" replace key <LatA> { [ { a, b }, 0x1000041 ] }; }; xkb_symbols "b" {};`))
	f.Fuzz(func(t *testing.T, data []byte) {
		root := fstest.MapFS{"etc/X11/xkb/symbols/x": {Data: data}, "etc/X11/xkb/symbols/pc": {Data: []byte(`xkb_symbols "p" {};`)}}
		m, err := Session(root, "x", "")
		if err == nil {
			checkSound(t, m)
		}
	})
}
