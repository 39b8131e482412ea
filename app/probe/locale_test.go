package probe_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"lethe/app/probe"
	"lethe/engine/config"
)

// TestLocale takes what a session tells, in the order in which its programs would, and makes nothing up.
func TestLocale(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		link  string
		env   map[string]string
		want  config.Locale
	}{
		"nothing":              {},
		"a German live medium": {map[string]string{"etc/vconsole.conf": "KEYMAP=de\nXKBLAYOUT=de\n"}, "/etc/zoneinfo/Europe/Berlin", map[string]string{"LANG": "de_DE.UTF-8"}, config.Locale{Language: "de_DE.UTF-8", TimeZone: "Europe/Berlin", ConsoleKeymap: "de-latin1"}},
		"Debian":               {map[string]string{"etc/default/keyboard": "XKBLAYOUT=\"gb\"\n", "etc/timezone": "Europe/London\n"}, "", map[string]string{"LANG": "en_GB"}, config.Locale{Language: "en_GB.UTF-8", TimeZone: "Europe/London", ConsoleKeymap: "uk"}},
		"variables":            {map[string]string{"etc/timezone": "Europe/London"}, "", map[string]string{"LC_ALL": "fr_FR.utf8@euro", "LANG": "de_DE.UTF-8", "TZ": ":Asia/Tokyo", "XKB_DEFAULT_LAYOUT": "fr", "XKB_DEFAULT_VARIANT": "bepo"}, config.Locale{Language: "fr_FR.UTF-8", TimeZone: "Asia/Tokyo", ConsoleKeymap: "fr-bepo"}},
		"Plasma":               {map[string]string{"home/ada/.config/kxkbrc": "[Layout]\nLayoutList=de,us\nVariantList=neo,\nUse=true\n"}, "", map[string]string{"HOME": "/home/ada"}, config.Locale{ConsoleKeymap: "de-latin1", XkbLayout: "de", XkbVariant: "neo"}},
		"a console alone":      {map[string]string{"etc/vconsole.conf": "# by hand\nKEYMAP=\"sv-latin1\"\n"}, "", nil, config.Locale{ConsoleKeymap: "sv-latin1"}},
		"a modifier":           {nil, "", map[string]string{"LANG": "sr_RS@latin"}, config.Locale{Language: "sr_RS.UTF-8@latin"}},
		"no language":          {nil, "", map[string]string{"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}, config.Locale{}},
		"nonsense":             {map[string]string{"etc/vconsole.conf": "KEYMAP=../x\nXKBLAYOUT=../y\n", "etc/timezone": "Mars/Olympus"}, "/tmp/x", map[string]string{"LANG": "qqqq", "TZ": "EST5EDT4"}, config.Locale{}},
		"a clock on UTC":       {nil, "../usr/share/zoneinfo/Etc/UTC", nil, config.Locale{}},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(c.files)
			if c.link != "" {
				root["etc/localtime"] = &fstest.MapFile{Mode: fs.ModeSymlink | 0o777, Data: []byte(c.link)}
			}
			if got := probe.Locale(root, func(name string) string { return c.env[name] }); got != c.want {
				t.Errorf("got %+v\nwant %+v", got, c.want)
			}
		})
	}
}
