package probe

import (
	"io/fs"
	"slices"
	"strings"

	"lethe/engine/config"
	"lethe/engine/flake/locale"
	"lethe/engine/keyboard"
)

// Locale is what the session tells of the person in front of it: language, time zone and keyboard, each empty where nothing is told. env is asked
// for what locale(7), tzset(3) and [keyboard.SessionLayout] read.
func Locale(root fs.FS, env func(string) string) config.Locale {
	l := config.Locale{Language: sessionLanguage(env), TimeZone: sessionZone(root, env)}
	layouts, origin := keyboard.SessionLayout(root, env)
	first := layouts[0]
	if keymap, ok := locale.KeymapFor(first.Name, first.Variant); ok && origin != "" {
		l.ConsoleKeymap = keymap
	} else if keymap, ok := locale.KeymapFor(first.Name, ""); ok && origin != "" {
		l.ConsoleKeymap, l.XkbLayout, l.XkbVariant = keymap, first.Name, first.Variant
	} else if keymap := consoleKeymap(root); keymap != "" {
		l.ConsoleKeymap = keymap
	}
	return l
}

// sessionLanguage is the first of the variables of a locale that is set, as glibc asks them.
func sessionLanguage(env func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		value := env(name)
		if value == "" {
			continue
		}
		value, modifier, _ := strings.Cut(value, "@") // de_DE.UTF-8@euro, of which C and POSIX are none
		base, _, _ := strings.Cut(value, ".")
		for _, language := range []string{base + ".UTF-8@" + modifier, base + ".UTF-8"} {
			if base != "C" && slices.Contains(config.Languages(), language) {
				return language
			}
		}
		return ""
	}
	return ""
}

// zoneFolder is what the path of every time zone's file has in it.
const zoneFolder = "zoneinfo/"

// sessionZone is TZ, else where /etc/localtime leads to, else what Debian notes. A machine that is set to UTC tells nothing of where it is.
func sessionZone(root fs.FS, env func(string) string) string {
	linked, _ := fs.ReadLink(root, "etc/localtime")
	if _, zone, ok := strings.Cut(linked, zoneFolder); ok {
		linked = zone
	}
	for _, zone := range []string{strings.TrimPrefix(env("TZ"), ":"), linked, machine{root}.word("etc/timezone")} {
		if zone != "" && slices.Contains(config.TimeZones(), zone) {
			if zone == "UTC" || strings.HasPrefix(zone, "Etc/") {
				return ""
			}
			return zone
		}
	}
	return ""
}

// consoleKeymap is what systemd loads for the console.
func consoleKeymap(root fs.FS) string {
	lines, _ := machine{root}.lines("etc/vconsole.conf")
	for _, line := range lines {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "KEYMAP="); ok {
			value = strings.Trim(value, `"'`)
			if _, _, known := config.XkbFor(value); known {
				return value
			}
		}
	}
	return ""
}
