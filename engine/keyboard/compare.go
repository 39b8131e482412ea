package keyboard

import (
	"slices"
	"unicode/utf8"
)

// Moved is a character that is typed in another way on the console than in the session.
type Moved struct {
	Rune       rune
	SessionKey Way // the session's easiest way; zero if its layout cannot type the character
	ConsoleKey Way // the console's easiest way; zero if Missing
	// Missing tells that nothing is known by which the console types the character. It may be there all the same, behind a Compose key, a
	// lock or the keymap's own compose lines.
	Missing bool
}

// Compare lists the characters whose key moves, or that are missing on the console, in the order of their code points. A character has
// not moved if one of the session's easiest ways to type it is one of the console's ways too; so one that needs a dead key on one
// side only has moved.
//
// Characters are best a passphrase's from [Distinct]: neither order nor number matters. Compare changes and keeps nothing of them,
// but its answer names characters of the passphrase: show it, clear it, and never log or store it.
func Compare(characters []rune, console, session Map) []Moved {
	moved := make([]Moved, 0, len(characters)) // no growing, which would leave copies behind
	for _, r := range characters {
		stays := func(w Way) bool { return slices.Contains(console.ways[r], w) }
		if slices.ContainsFunc(session.likely(r), stays) {
			continue
		}
		key := console.easiest(r)
		moved = append(moved, Moved{Rune: r, SessionKey: session.easiest(r), ConsoleKey: key, Missing: key == Way{}})
	}
	if len(moved) == 0 {
		return nil
	}
	slices.SortFunc(moved, func(a, b Moved) int { return int(a.Rune - b.Rune) })
	return slices.Compact(moved) // which clears what it cuts off
}

// Missing lists the characters that are missing on the console, as [Compare] does; nothing needs to be known of the session.
func Missing(characters []rune, console Map) []Moved {
	return slices.DeleteFunc(Compare(characters, console, Map{}), func(m Moved) bool { return !m.Missing })
}

// Lacks tells whether any of the characters is [Moved.Missing] on the console, without naming one.
func Lacks(console Map, characters []rune) bool {
	return slices.ContainsFunc(characters, func(r rune) bool { return len(console.ways[r]) == 0 })
}

// Distinct gives the characters of a passphrase once each, in the order of their code points, so that neither its order nor its
// length can be read from them. The caller clears the answer after use. Bytes that are not UTF-8 become U+FFFD.
func Distinct(passphrase []byte) []rune {
	characters := make([]rune, 0, utf8.RuneCount(passphrase)) // no growing, which would leave copies behind
	for len(passphrase) > 0 {
		r, n := utf8.DecodeRune(passphrase)
		characters = append(characters, r)
		passphrase = passphrase[n:]
	}
	slices.Sort(characters)
	return slices.Compact(characters) // which clears what it cuts off
}
