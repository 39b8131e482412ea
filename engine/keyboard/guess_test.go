package keyboard

import (
	"fmt"
	"testing"
	"testing/fstest"
)

func TestSessionLayoutAsksInOrder(t *testing.T) {
	plasma := "[Layout]\nDisplayNames=,\nLayoutList=us,de\nUse=true\nVariantList=,nodeadkeys\n[Other]\nLayoutList=fr\n"
	xorg := "# written by localectl\nSection \"InputClass\"\n  Option \"XkbLayout\" \"ch\"\n  Option \"XkbVariant\" \"fr\"\nEndSection\n"
	for _, test := range []struct {
		name         string
		files        map[string]string
		env          map[string]string
		want, origin string
	}{
		{"nothing", nil, nil, "[us]", ""},
		{"Plasma", map[string]string{"home/u/.config/kxkbrc": plasma, "etc/vconsole.conf": "XKBLAYOUT=fr"}, nil, "[us de(nodeadkeys)]", "/home/u/.config/kxkbrc"},
		{"Plasma, elsewhere", map[string]string{"c/kxkbrc": plasma}, map[string]string{"XDG_CONFIG_HOME": "/c"}, "[us de(nodeadkeys)]", "/c/kxkbrc"},
		{"Plasma does not use its list", map[string]string{"home/u/.config/kxkbrc": "[Layout]\nLayoutList=us\nUse=false\n"}, map[string]string{"XKB_DEFAULT_LAYOUT": "fr,us", "XKB_DEFAULT_VARIANT": "bepo"}, "[fr(bepo) us]", "XKB_DEFAULT_LAYOUT"},
		{"localectl", map[string]string{"etc/X11/xorg.conf.d/00-keyboard.conf": xorg, "etc/default/keyboard": "XKBLAYOUT=\"us\"\n"}, nil, "[ch(fr)]", "/etc/X11/xorg.conf.d/00-keyboard.conf"},
		{"newer localectl", map[string]string{"etc/vconsole.conf": "KEYMAP=de\nXKBLAYOUT=de\nXKBVARIANT='neo'\n"}, nil, "[de(neo)]", "/etc/vconsole.conf"},
		{"Debian", map[string]string{"etc/default/keyboard": "# x\nXKBMODEL=\"pc105\"\nXKBLAYOUT=\"gb\"\nXKBVARIANT=\"\"\n"}, nil, "[gb]", "/etc/default/keyboard"},
		{"hostile", map[string]string{"etc/default/keyboard": "XKBLAYOUT=\"../../x,de\"\n"}, nil, "[de]", "/etc/default/keyboard"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := fstest.MapFS{}
			for name, text := range test.files {
				root[name] = &fstest.MapFile{Data: []byte(text)}
			}
			env := func(name string) string {
				if name == "HOME" {
					return "/home/u"
				}
				return test.env[name]
			}
			layouts, origin := SessionLayout(root, env)
			if got := fmt.Sprint(layouts); got != test.want || origin != test.origin {
				t.Errorf("got %s from %q, want %s from %q", got, origin, test.want, test.origin)
			}
		})
	}
}
