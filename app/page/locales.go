package page

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"lethe/app/control"
	"lethe/engine/config"
	"lethe/engine/flake/locale"
)

// languageOptions shows locales as people call them: in their own words and in English.
var languageOptions = sync.OnceValue(func() []control.Option {
	type sorted struct {
		option control.Option
		key    string // the name without the region
		home   int
	}
	var list []sorted
	for _, name := range config.Languages() {
		o := control.Option{Value: name, Label: languageName(name), Also: ownName(tagOf(name))}
		key, _, _ := strings.Cut(strings.ToLower(o.Label), " (")
		list = append(list, sorted{o, key, home(name)})
	}
	slices.SortStableFunc(list, func(a, b sorted) int {
		return cmp.Or(strings.Compare(a.key, b.key), b.home-a.home, strings.Compare(strings.ToLower(a.option.Label), strings.ToLower(b.option.Label)))
	})
	options := make([]control.Option, len(list))
	for i, l := range list {
		options[i] = l.option
	}
	return options
})

// home is 1 for a language in the region where most of those who speak it live, which is looked for first.
func home(locale string) int {
	tag := tagOf(locale)
	base, _ := tag.Base()
	region, _ := tag.Region()
	if most, _ := language.Make(base.String()).Region(); most == region && tag != language.Und {
		return 1
	}
	return 0
}

// languageName is "Deutsch (Deutschland) – German (Germany)"; what nobody knows a name for is itself.
func languageName(name string) string {
	base, modifier, _ := strings.Cut(name, "@")
	tag := tagOf(base)
	if tag == language.Und || base == "C.UTF-8" {
		return name
	}
	own, english := ownName(tag), describe(tag)
	if strings.HasPrefix(english, " ") {
		return name
	}
	if modifier != "" {
		english += ", " + modifier
	}
	if region, _ := tag.Region(); own != "" && !strings.EqualFold(own, english) && !strings.Contains(own, region.String()) && hasGlyphs(own) {
		return english + " – " + own
	}
	return english
}

// ownName is what a language is called in itself.
func ownName(tag language.Tag) string { return display.Self.Name(tag) }

// hasGlyphs tells that the font of the window has every letter of a name.
func hasGlyphs(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Common)
	})
}

// tagOf is a locale as a language tag; language.Und is none.
func tagOf(locale string) language.Tag {
	tag, err := language.Parse(strings.ReplaceAll(strings.TrimSuffix(locale, ".UTF-8"), "_", "-"))
	if err != nil {
		return language.Und
	}
	return tag
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

// keymapOptions shows console keymaps by who has them, since few people know what theirs is called: the machine's, and those that the
// desktop's counterpart is known of, which the new system has in any case.
func keymapOptions(list []string) []control.Option {
	list = slices.Concat(list, config.Keymaps())
	slices.Sort(list)
	list = slices.Compact(list)
	options := make([]control.Option, len(list))
	for i, keymap := range list {
		options[i] = called(keymap, keymap, "", locale.Speakers(keymap))
	}
	sortByName(options)
	return options
}

// called is an option for a keymap or layout: what it is called, else the first of the languages of those who have it, before its own name.
// Each of those languages finds it.
func called(value, shown, name string, speakers []string) control.Option {
	o := control.Option{Value: value, Label: shown}
	var also []string
	for _, speaker := range speakers {
		also = append(also, allNames(speaker))
	}
	if name == "" && len(speakers) > 0 {
		name = describe(tagOf(speakers[0]))
	}
	if name != "" {
		o.Label = name + " – " + shown
	}
	o.Also = strings.Join(also, " ")
	return o
}

// allNames is whatever a language is called; many keymaps share theirs.
func allNames(speaker string) string {
	if known, ok := namesKnown.Load(speaker); ok {
		return known.(string)
	}
	names := ownName(tagOf(speaker)) + " " + languageName(speaker)
	namesKnown.Store(speaker, names)
	return names
}

var namesKnown sync.Map // by locale

// sortByName puts what has no name last.
func sortByName(options []control.Option) {
	slices.SortStableFunc(options, func(a, b control.Option) int {
		nameless := func(o control.Option) int {
			if o.Label == o.Value {
				return 1
			}
			return 0
		}
		return cmp.Or(nameless(a)-nameless(b), strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)))
	})
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
	var options []control.Option
	add := func(layout, variant string) {
		key, shown := layout, joinLayout(layout, variant)
		if variant != "" {
			key += "(" + variant + ")"
		}
		options = append(options, called(shown, shown, lists.Names[key], locale.LayoutSpeakers(layout, variant)))
	}
	for _, layout := range lists.Layouts {
		add(layout, "")
		for _, variant := range lists.Variants[layout] {
			add(layout, variant)
		}
	}
	if len(options) == 0 {
		for _, keymap := range config.Keymaps() {
			if layout, variant, ok := config.XkbFor(keymap); ok {
				add(layout, variant)
			}
		}
	}
	sortByName(options)
	return slices.Compact(options)
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
