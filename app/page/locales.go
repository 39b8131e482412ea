package page

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"lethe/app/control"
	"lethe/engine/config"
	"lethe/engine/flake/locale"
)

// languageOptions shows locales as people call them: in their own words and in English.
var languageOptions = sync.OnceValue(func() []control.Option {
	var options []control.Option
	for _, name := range config.Languages() {
		options = append(options, control.Option{Value: name, Label: languageName(name)})
	}
	slices.SortStableFunc(options, func(a, b control.Option) int {
		return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label))
	})
	return options
})

// languageName is "Deutsch (Deutschland) – German (Germany)"; what nobody knows a name for is itself.
func languageName(name string) string {
	base, modifier, _ := strings.Cut(name, "@")
	tag, err := language.Parse(strings.ReplaceAll(strings.TrimSuffix(base, ".UTF-8"), "_", "-"))
	if err != nil || base == "C.UTF-8" {
		return name
	}
	own, english := display.Self.Name(tag), describe(tag)
	if strings.HasPrefix(english, " ") {
		return name
	}
	if modifier != "" {
		english += ", " + modifier
	}
	if region, _ := tag.Region(); own != "" && !strings.EqualFold(own, english) && !strings.Contains(own, region.String()) {
		return english + " – " + own
	}
	return english
}

// describe is "German (Germany)".
func describe(tag language.Tag) string {
	base, _ := tag.Base()
	region, sure := tag.Region()
	text := display.English.Languages().Name(base)
	if sure != language.No {
		text += " (" + display.English.Regions().Name(region) + ")"
	}
	return text
}

// zoneOptions shows time zones without underscores.
func zoneOptions(list []string) []control.Option {
	known := config.TimeZones()
	if len(list) == 0 {
		list = known
	}
	var options []control.Option
	for _, name := range list {
		if slices.Contains(known, name) {
			options = append(options, control.Option{Value: name, Label: strings.ReplaceAll(name, "_", " ")})
		}
	}
	return options
}

// usualKeymaps are offered where the machine has no list of its own: those whose counterpart in the desktop is known.
var usualKeymaps = strings.Fields(`be-latin1 br-abnt2 cf colemak croat cz cz-lat2 cz-qwertz de de-latin1 de-latin1-nodeadkeys de_CH-latin1 dk dk-latin1
	dvorak es et fi fr fr-bepo fr-latin1 fr-latin9 fr-pc fr_CH fr_CH-latin1 hu hu101 ie is-latin1 it it2 jp106 la-latin1 lt lv nl no no-latin1
	pl pl2 pt-latin1 ro sg sg-latin1 sk-qwerty sk-qwertz slovene sv-latin1 trf trq uk us us-acentos`)

// keymapNames are the machine's keymaps, or those that the desktop's counterpart is known of.
func keymapNames(list []string) []string {
	if len(list) == 0 {
		return usualKeymaps
	}
	return list
}

func plainOptions(list []string) []control.Option {
	options := make([]control.Option, len(list))
	for i, name := range list {
		options[i] = control.Option{Value: name, Label: name}
	}
	return options
}

// layoutOptions lists layouts and their variants.
func layoutOptions(lists locale.Lists) []control.Option {
	var names []string
	for _, layout := range lists.Layouts {
		names = append(names, layout)
		for _, variant := range lists.Variants[layout] {
			names = append(names, joinLayout(layout, variant))
		}
	}
	if len(names) == 0 {
		for _, keymap := range usualKeymaps {
			if layout, variant, ok := config.XkbFor(keymap); ok {
				names = append(names, joinLayout(layout, variant))
			}
		}
		slices.Sort(names)
		names = slices.Compact(names)
	}
	return plainOptions(names)
}

// joinLayout is "de" or "de (nodeadkeys)", as setxkbmap's users know it.
func joinLayout(layout, variant string) string {
	if variant == "" {
		return layout
	}
	return layout + " (" + variant + ")"
}

// splitLayout reads what joinLayout writes.
func splitLayout(text string) (layout, variant string) {
	layout, rest, _ := strings.Cut(text, " (")
	return layout, strings.TrimSuffix(rest, ")")
}
