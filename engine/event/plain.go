package event

import (
	"strings"
	"unicode"
)

// Plain makes text fit for a terminal, a log and a page: lines stay lines, every other kind of space becomes a plain one, and what a
// terminal would obey, what hides or reorders text, and bytes that are no UTF-8 become U+FFFD. Nothing is left out, so that
// no two parts of a text join to something new. Doing it again changes nothing.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\u2028', r == '\u2029':
			return '\n'
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// PlainError is an error whose text is [Plain]. It wraps err.
func PlainError(err error) error { return plainError{err} }

type plainError struct{ error }

func (e plainError) Error() string { return Plain(e.error.Error()) }
func (e plainError) Unwrap() error { return e.error }
