package keyboard

import (
	"testing"
	"testing/fstest"
)

// FuzzSessionLayout guesses from settings that say anything: always a layout, and only names that can stand in a path.
func FuzzSessionLayout(f *testing.F) {
	f.Add([]byte("[Layout]\nUse=true\nLayoutList=us,de\nVariantList=,nodeadkeys\n"), "")
	f.Add([]byte("Section \"InputClass\"\n\tOption \"XkbLayout\" \"us,de\"\n\tOption \"XkbVariant\" \",neo\"\nEndSection\n"), "")
	f.Add([]byte("XKBLAYOUT=\"../../etc\"\nXKBVARIANT='a b'\n"), "../x,de,\x1b[2J")
	f.Add([]byte("[Layout]\nUse[$i]=true\nLayoutList=,\n"), ",")
	f.Fuzz(func(t *testing.T, text []byte, wanted string) {
		for _, name := range []string{"home/.config/kxkbrc", "etc/X11/xorg.conf.d/00-keyboard.conf", "etc/vconsole.conf", "etc/default/keyboard"} {
			env := func(key string) string {
				return map[string]string{"HOME": "/home", "XKB_DEFAULT_LAYOUT": wanted}[key]
			}
			layouts, _ := SessionLayout(fstest.MapFS{name: {Data: text}}, env)
			if len(layouts) == 0 {
				t.Fatalf("no layout of %q in %s", text, name)
			}
			for _, l := range layouts {
				if !plainName(l.Name) || l.Variant != "" && !plainName(l.Variant) {
					t.Errorf("%q was taken for a layout", l)
				}
			}
		}
	})
}
