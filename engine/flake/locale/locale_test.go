package locale_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/config"
	"lethe/engine/flake/locale"
)

// system has the forms in which Debian, NixOS and kbd write the lists.
var system = fstest.MapFS{
	"usr/share/zoneinfo/tzdata.zi":                   {Data: []byte("# version 2026a\nR d 1916 o - Jun 14 23s 1 S\nZ Europe/Berlin 0:53:28 - LMT 1893 Ap\n1 c CE%sT 1945\nL Europe/Berlin Europe/Oslo\nL Etc/UTC UTC\n")},
	"usr/share/keymaps/i386/qwertz/de-latin1.map.gz": {},
	"usr/share/keymaps/i386/qwerty/us.map":           {},
	"usr/share/keymaps/i386/include/linux-keys.inc":  {},
	"usr/share/keymaps/i386/include/compose.map":     {},
	"usr/share/keymaps/sun/sunt5-de-latin1.kmap.gz":  {},
	"usr/share/X11/xkb/rules/base.lst":               {Data: []byte("! model\n  pc105 Generic\n\n! layout\n  us              English (US)\n  de              German\n  xx              None\n! variant\n  nodeadkeys      de: German (no dead keys)\n  dvorak          us: English (Dvorak)\n  neo             de: Neo 2\n! option\n  grp   Switch\n")},
}

func TestRead(t *testing.T) {
	got, err := locale.Read(system)
	if err != nil {
		t.Fatal(err)
	}
	want := locale.Lists{
		Zones:    []string{"Europe/Berlin", "Europe/Oslo", "UTC"},
		Keymaps:  []string{"de-latin1", "sunt5-de-latin1", "us"},
		Layouts:  []string{"de", "us", "xx"},
		Variants: map[string][]string{"de": {"neo", "nodeadkeys"}, "us": {"dvorak"}},
		Names: map[string]string{
			"de": "German", "us": "English (US)", "xx": "None",
			"de(nodeadkeys)": "German (no dead keys)", "de(neo)": "Neo 2", "us(dvorak)": "English (Dvorak)",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
}

func TestCheck(t *testing.T) {
	lists, err := locale.Read(system)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		wish config.Locale
		want []string
	}{
		{config.Locale{}, nil},
		{config.Locale{TimeZone: "UTC", ConsoleKeymap: "us", XkbLayout: "de,us", XkbVariant: "neo,dvorak"}, nil},
		{config.Locale{TimeZone: "Europe/Berln"}, []string{`There is no time zone "Europe/Berln" here; did you mean "Europe/Berlin"?`}},
		{config.Locale{ConsoleKeymap: "de_latin1"}, []string{`There is no console keymap "de_latin1" here; did you mean "de-latin1"?`}},
		{config.Locale{XkbLayout: "klingon"}, []string{`There is no keyboard layout "klingon" here; write one that the system has, such as "de"`}},
		{config.Locale{XkbLayout: "us", XkbVariant: "neo"}, []string{`There is no variant of keyboard layout us "neo" here; write one that the system has, such as "dvorak"`}},
		{config.Locale{XkbLayout: "xx", XkbVariant: "neo"}, []string{`Keyboard layout "xx" has no variants; leave "neo" out`}},
	} {
		if diff := cmp.Diff(c.want, lists.Check(c.wish)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.wish, diff)
		}
	}
	if got := (locale.Lists{}).Check(config.Locale{XkbLayout: "xx", XkbVariant: "y"}); got != nil {
		t.Errorf("empty lists refuse %v", got)
	}
}

func TestReadWithoutLists(t *testing.T) {
	got, err := locale.Read(fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(locale.Lists{}, got); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
}
