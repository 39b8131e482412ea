package config

import (
	_ "embed"
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

var (
	localePattern  = regexp.MustCompile(`^(C|eo|[a-z]{2,3}_[A-Z]{2})\.UTF-8(@[a-z]+)?$`)
	keymapPattern  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$`)
	layoutPattern  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_/-]{0,31}(,[A-Za-z][A-Za-z0-9_/-]{0,31}){0,3}$`)
	variantPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{0,63}(,[A-Za-z0-9_-]{0,63}){0,3}$`)
)

func (l Locale) validate(ps *problems) {
	matches(ps, "locale.language", l.Language, localePattern, "this is not a UTF-8 locale of glibc", `write language, country and encoding, such as "de_DE.UTF-8"`)
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
	ps.addf("locale.time_zone", zone, next, "the IANA time zone database has no such name")
}

// city is the last part of a zone name.
func city(zone string) string { return zone[strings.LastIndexByte(zone, '/')+1:] }
