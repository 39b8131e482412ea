package locale_test

import (
	"slices"
	"strings"
	"testing"

	"lethe/engine/config"
	"lethe/engine/flake/locale"
)

func TestSuggest(t *testing.T) {
	for language, want := range map[string][2]string{
		"de_DE.UTF-8": {"de-latin1", "Europe/Berlin"},
		"de_CH.UTF-8": {"de_CH-latin1", "Europe/Zurich"},
		"en_US.UTF-8": {"us", ""}, // six zones
		"ru_RU.UTF-8": {"", "Europe/Moscow"},
		"nl_NL.UTF-8": {"us", "Europe/Amsterdam"},
		"C.UTF-8":     {"", ""},
	} {
		if keymap, zone := locale.Suggest(language); keymap != want[0] || zone != want[1] {
			t.Errorf("%s: %q, %q", language, keymap, zone)
		}
	}
}

// TestPlacesExist suggests nothing that the wishes would refuse, for every language that there is.
func TestPlacesExist(t *testing.T) {
	some := 0
	for _, language := range config.Languages() {
		keymap, zone := locale.Suggest(language)
		w := config.Config{Locale: config.Locale{Language: language, ConsoleKeymap: keymap, TimeZone: zone}}
		for _, p := range config.Problems(w.Validate()) {
			if strings.HasPrefix(p.Key, "locale.") {
				t.Errorf("%s: %v", language, p.Cause)
			}
		}
		if zone != "" {
			some++
		}
	}
	if some < 60 {
		t.Errorf("only %d languages have a time zone", some)
	}
}

func TestKeymapFor(t *testing.T) {
	for layout, want := range map[string]string{"de": "de-latin1", "de nodeadkeys": "de-latin1-nodeadkeys", "us": "us", "gb": "uk", "fr bepo": "fr-bepo", "fr": "fr-latin1", "cz": "cz-qwertz", "gr": "", "de neo": ""} {
		name, variant, _ := strings.Cut(layout, " ")
		keymap, ok := locale.KeymapFor(name, variant)
		if keymap != want || ok != (want != "") {
			t.Errorf("%s is %q", layout, keymap)
		}
	}
}

func TestSpeakers(t *testing.T) {
	for keymap, want := range map[string]string{
		"de": "de_DE de_AT", "de-mobii": "de_DE de_AT", "sg-latin1": "de_CH de_LI", "uk": "en_GB", "fr-bepo": "fr_FR", "dvorak": "en_US",
		"ru-yawerty": "ru_RU", "be-latin1": "fr_BE nl_BE de_BE", "it2": "it_IT de_IT", "et-nodeadkeys": "et_EE", "wangbe": "",
	} {
		got := locale.Speakers(keymap)
		var all []string
		for _, name := range strings.Fields(want) {
			all = append(all, name+".UTF-8")
		}
		if len(all) == 0 != (len(got) == 0) || len(got) < len(all) || !slices.Equal(got[:len(all)], all) {
			t.Errorf("%s: %v", keymap, got)
		}
	}
	if got := locale.LayoutSpeakers("lv", "apostrophe"); !slices.Equal(got, []string{"lv_LV.UTF-8"}) {
		t.Errorf("%v", got)
	}
}
