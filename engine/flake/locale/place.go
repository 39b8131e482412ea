package locale

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"lethe/engine/config"
)

//go:embed places.tsv
var placesTSV string

// place is where a language is spoken.
type place struct{ language, keymap, zone string } // the latter two may be empty

var places = sync.OnceValue(func() (list []place) {
	for line := range strings.Lines(placesTSV) {
		fields := strings.Fields(line)
		if strings.HasPrefix(line, "#") || len(fields) == 0 {
			continue
		}
		p := place{language: fields[0] + ".UTF-8"}
		for i, field := range []*string{&p.keymap, &p.zone} {
			if i+1 < len(fields) && fields[i+1] != "-" {
				*field = fields[i+1]
			}
		}
		list = append(list, p)
	}
	return list
})

// Suggest gives what most people who speak a language where it is spoken have: the console keymap, if its counterpart in the desktop is known
// too, and the time zone. Either is empty where there is no one answer.
func Suggest(language string) (keymap, zone string) {
	for _, p := range places() {
		if p.language != language {
			continue
		}
		if _, _, ok := config.XkbFor(p.keymap); ok {
			keymap = p.keymap
		}
		return keymap, p.zone
	}
	return "", ""
}

// KeymapFor gives the console keymap with the same keys as a layout of the desktop, if one is known: where several have, the one that is usual
// somewhere.
func KeymapFor(layout, variant string) (keymap string, ok bool) {
	same := func(keymap string) bool {
		l, v, known := config.XkbFor(keymap)
		return known && l == layout && v == variant
	}
	for _, p := range places() {
		if same(p.keymap) {
			return p.keymap, true
		}
	}
	for _, keymap := range config.Keymaps() {
		if same(keymap) {
			return keymap, true
		}
	}
	return "", false
}

// Speakers lists the languages of those who have a console keymap, the one that it is best called by first; none where that is not known.
func Speakers(keymap string) []string {
	layout, variant, ok := config.XkbFor(keymap)
	for short := keymap; !ok; layout, variant, ok = config.XkbFor(short) { // de-mobii is a de
		cut := strings.LastIndexAny(short, "-_.")
		if cut < 0 {
			return spokenBy(func(p place) bool { return stem(p.keymap) == stem(keymap) })
		}
		short = short[:cut]
	}
	return LayoutSpeakers(layout, variant)
}

// LayoutSpeakers is Speakers for a layout of the desktop.
func LayoutSpeakers(layout, variant string) []string {
	has := func(whole bool) []string {
		return spokenBy(func(p place) bool {
			l, v, ok := config.XkbFor(p.keymap)
			return ok && l == layout && (v == variant || !whole)
		})
	}
	if list := has(true); len(list) > 0 {
		return list
	}
	return has(false)
}

// stem is what a keymap's name begins with.
func stem(keymap string) string {
	name, _, _ := strings.Cut(keymap, "-")
	return name
}

func spokenBy(is func(place) bool) (list []string) {
	for _, p := range places() {
		if p.keymap != "" && is(p) && !slices.Contains(list, p.language) {
			list = append(list, p.language)
		}
	}
	return list
}
