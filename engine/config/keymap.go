package config

import (
	"maps"
	"slices"
)

// xkb is a keyboard as X and Wayland name it.
type xkb struct{ layout, variant string }

// keymaps pairs kbd console keymaps with XKB layouts that have the same keys, because a passphrase that is
// chosen under one must be typed under the other. Same pairs as systemd's kbd-model-map where that has one, but for "cz": NixOS names
// kbd's QWERTZ map of that name cz-qwertz, and the QWERTY one is left.
var keymaps = map[string]xkb{
	"us": {"us", ""}, "us-acentos": {"us", "intl"}, "dvorak": {"us", "dvorak"}, "colemak": {"us", "colemak"},
	"uk": {"gb", ""}, "ie": {"ie", ""},
	"de": {"de", ""}, "de-latin1": {"de", ""}, "de-latin1-nodeadkeys": {"de", "nodeadkeys"},
	"sg": {"ch", "de_nodeadkeys"}, "sg-latin1": {"ch", "de_nodeadkeys"}, "de_CH-latin1": {"ch", ""}, "fr_CH": {"ch", "fr"}, "fr_CH-latin1": {"ch", "fr"},
	"fr": {"fr", ""}, "fr-latin1": {"fr", ""}, "fr-latin9": {"fr", "latin9"}, "fr-pc": {"fr", ""}, "fr-bepo": {"fr", "bepo"},
	"be-latin1": {"be", ""}, "cf": {"ca", ""},
	"es": {"es", ""}, "la-latin1": {"latam", ""}, "pt-latin1": {"pt", ""}, "br-abnt2": {"br", ""},
	"it": {"it", ""}, "it2": {"it", ""}, "nl": {"nl", ""},
	"dk": {"dk", ""}, "dk-latin1": {"dk", ""}, "no": {"no", ""}, "no-latin1": {"no", ""}, "sv-latin1": {"se", ""},
	"fi": {"fi", ""}, "is-latin1": {"is", ""}, "et": {"ee", ""}, "lv": {"lv", "apostrophe"}, "lt": {"lt", ""},
	"pl": {"pl", ""}, "pl2": {"pl", ""}, "cz": {"cz", "qwerty"}, "cz-qwertz": {"cz", ""}, "cz-lat2": {"cz", "qwerty"},
	"sk-qwertz": {"sk", ""}, "sk-qwerty": {"sk", "qwerty"}, "hu": {"hu", ""}, "hu101": {"hu", "qwerty"}, "slovene": {"si", ""}, "croat": {"hr", ""},
	"ro": {"ro", ""}, "trq": {"tr", ""}, "trf": {"tr", "f"}, "jp106": {"jp", ""},
}

// XkbFor gives the XKB layout and variant with the same keys as a console keymap, if one is known.
func XkbFor(keymap string) (layout, variant string, ok bool) {
	k, ok := keymaps[keymap]
	return k.layout, k.variant, ok
}

// Keymaps lists the console keymaps whose counterpart is known, sorted.
func Keymaps() []string { return slices.Sorted(maps.Keys(keymaps)) }
