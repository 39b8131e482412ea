package keyboard

import (
	"maps"
	"slices"
)

// Map tells which keys give a character. The zero Map knows none. A Map does not change.
type Map struct {
	Name   string // of the console keymap, or of the layout with its variant, such as "de(nodeadkeys)"
	Origin string // the file it was read from, or what the built-in table was made from
	chart  chart
	ways   map[rune][]Way
}

// chart is what each press gives.
type chart map[Press]symbol

// newMap turns what presses give into how characters are typed.
func newMap(name, origin string, c chart, compose composer) Map {
	m := Map{Name: name, Origin: origin, chart: chart{}, ways: map[rune][]Way{}}
	for press, s := range c {
		if keyLabels[press.Code] != "" && (s.char != 0 || s.accent != 0) {
			m.chart[press] = s
		}
	}
	for press, s := range m.chart {
		if s.char != 0 {
			m.ways[s.char] = append(m.ways[s.char], Way{First: press})
		}
	}
	m.sort()
	m.combine(compose)
	m.sort()
	return m
}

// combine adds what dead keys give, each with the easiest second press.
func (m Map) combine(compose composer) {
	direct := m.Characters()
	for press, s := range m.chart {
		for _, base := range direct {
			if s.accent == 0 {
				break
			}
			if r, ok := compose.compose(s.accent, base); ok {
				m.ways[r] = append(m.ways[r], Way{First: press, Then: m.ways[base][0].First})
			}
		}
	}
}

func (m Map) sort() {
	for _, ways := range m.ways {
		slices.SortFunc(ways, Way.before)
	}
}

// Characters gives every character that can be typed, in order.
func (m Map) Characters() []rune { return slices.Sorted(maps.Keys(m.ways)) }

// Ways gives how a character is typed, easiest first; none if it cannot be.
func (m Map) Ways(r rune) []Way { return slices.Clone(m.ways[r]) }

// likely gives the ways that take the least effort: how a person most likely types a character.
func (m Map) likely(r rune) []Way {
	ways := m.ways[r]
	for i, w := range ways {
		if w.effort() > ways[0].effort() {
			return ways[:i]
		}
	}
	return ways
}

// easiest is the first of the likely ways.
func (m Map) easiest(r rune) Way {
	if ways := m.ways[r]; len(ways) > 0 {
		return ways[0]
	}
	return Way{}
}
