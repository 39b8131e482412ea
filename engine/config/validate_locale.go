package config

import (
	_ "embed"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// zonesText lists the names in the IANA time zone database as of Go 1.26 (lib/time/zoneinfo.zip), without
// the placeholder Factory. It is data here, not a look-up, so that Validate is the same on every machine.
//
//go:embed zones.txt
var zonesText string

var timeZones = sync.OnceValue(func() []string { return strings.Fields(zonesText) })

// TimeZones lists the IANA time zone names that a file may use, sorted. The caller may change the copy.
func TimeZones() []string { return slices.Clone(timeZones()) }

// localesText lists glibc's UTF-8 locales as its localedata/SUPPORTED names them, those that are in every release from 2.36 to 2.42: what the
// installed system knows counts, and not what this machine has.
//
//go:embed languages.txt
var localesText string

// locales pairs a language, as people write it, with glibc's name of it.
var locales = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for _, name := range strings.Fields(localesText) {
		base, modifier, changed := strings.Cut(name, "@")
		language := strings.TrimSuffix(base, encoding) + encoding
		if changed {
			language += "@" + modifier
		}
		names[language] = name
	}
	return names
})

const encoding = ".UTF-8"

// Languages lists the locales that a file may name, such as de_DE.UTF-8, sorted.
func Languages() []string { return slices.Sorted(maps.Keys(locales())) }

// GlibcLocale is what glibc's list calls a language: the same, or without ".UTF-8" where it was never anything else, as for vi_VN. Whoever
// asks for it by the other name when locales are built is refused.
func GlibcLocale(language string) string { return locales()[language] }

var (
	keymapPattern  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$`)
	layoutPattern  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_/-]{0,31}(,[A-Za-z][A-Za-z0-9_/-]{0,31}){0,3}$`)
	variantPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{0,63}(,[A-Za-z0-9_-]{0,63}){0,3}$`)
)

func (l Locale) validate(ps *problems) {
	validateLanguage(ps, l.Language)
	validateZone(ps, l.TimeZone)
	matches(ps, "locale.console_keymap", l.ConsoleKeymap, keymapPattern, "this is not the name of a console keymap", `write a name such as "us" or "de-latin1"`)
	matches(ps, "locale.xkb_layout", l.XkbLayout, layoutPattern, "this is not the name of a keyboard layout", `write a name such as "us" or "de", or up to four with commas between`)
	matches(ps, "locale.xkb_variant", l.XkbVariant, variantPattern, "this is not the name of a layout variant", `write a name such as "nodeadkeys"`)
	l.validatePair(ps)
}

// validatePair sees to it that the desktop's keyboard can be known.
func (l Locale) validatePair(ps *problems) {
	keymap := l.ConsoleKeymap
	fill(&keymap, DefaultKeymap)
	_, _, known := XkbFor(keymap)
	if l.XkbLayout == "" && !known && keymapPattern.MatchString(keymap) {
		ps.addf("locale.xkb_layout", "", "write the layout that has the same keys", "no layout is known for the console keymap %s", keymap)
	}
	if strings.Count(l.XkbVariant, ",") > strings.Count(l.XkbLayout, ",") {
		ps.addf("locale.xkb_variant", l.XkbVariant, "write at most one variant for each layout", "there are more variants than layouts")
	}
}

func validateLanguage(ps *problems, language string) {
	if language == "" || GlibcLocale(language) != "" {
		return
	}
	next := `write language, country and encoding, such as "de_DE.UTF-8"`
	if known, ok := Closest(language, Languages()); ok {
		next = "did you mean " + known + "?"
	}
	if GlibcLocale(language+encoding) != "" {
		next = "did you mean " + (language + encoding) + "?"
	}
	ps.addf("locale.language", language, next, "no such language is known")
}

func validateZone(ps *problems, zone string) {
	if zone == "" || slices.Contains(timeZones(), zone) {
		return
	}
	next := `write a name such as "Europe/Berlin" or "UTC"`
	for _, known := range timeZones() {
		if strings.EqualFold(known, strings.ReplaceAll(zone, " ", "_")) || strings.EqualFold(city(known), zone) {
			next = "did you mean " + known + "?"
			break
		}
	}
	ps.addf("locale.time_zone", zone, next, "no such time zone is known")
}

// city is the last part of a zone name.
func city(zone string) string { return zone[strings.LastIndexByte(zone, '/')+1:] }
