package locale

import (
	"fmt"
	"slices"
	"strings"

	"lethe/engine/config"
)

// Check looks up the wishes in the lists. Each problem is a sentence that ends with what to write instead. Lists that
// are empty refuse nothing.
func (l Lists) Check(wish config.Locale) []string {
	var problems []string
	look := func(what, value string, list []string) {
		if value == "" || len(list) == 0 || slices.Contains(list, value) {
			return
		}
		problems = append(problems, fmt.Sprintf("There is no %s %q here; %s", what, value, suggest(value, list)))
	}
	look("time zone", wish.TimeZone, l.Zones)
	look("console keymap", wish.ConsoleKeymap, l.Keymaps)
	layouts, variants := strings.Split(wish.XkbLayout, ","), strings.Split(wish.XkbVariant, ",")
	for i, layout := range layouts {
		look("keyboard layout", layout, l.Layouts)
		if i < len(variants) && slices.Contains(l.Layouts, layout) {
			if len(l.Variants[layout]) == 0 && variants[i] != "" {
				problems = append(problems, fmt.Sprintf("Keyboard layout %q has no variants; leave %q out", layout, variants[i]))
				continue
			}
			look("variant of keyboard layout "+layout, variants[i], l.Variants[layout])
		}
	}
	return problems
}

// suggest names the closest entry, if one is close.
func suggest(value string, list []string) string {
	if best, ok := config.Closest(value, list); ok {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return fmt.Sprintf("write one that the system has, such as %q", list[0])
}
