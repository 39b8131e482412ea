package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Problem is one thing that is wrong with one key. [Decode] and [Config.Validate] report all of them at
// once, joined by [errors.Join]; [Problems] takes them apart again.
type Problem struct {
	// Key is the dotted name as in the file, with list positions from 0: "users[1].name".
	Key string
	// Line is the 1-based line in the file, or 0 when the wishes did not come from a file.
	Line int
	// Value is what was found, shortened and quoted; empty when it may hold a secret or is absent.
	Value string
	// Cause says what is wrong.
	Cause error
	// Next says what to do about it, as a sentence without a full stop; it may be empty.
	Next string
}

// Error gives one line of printable text.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString("cannot use ")
	b.WriteString(p.Key)
	if p.Value != "" {
		b.WriteString(" = " + p.Value)
	}
	if p.Line > 0 {
		b.WriteString(" (line " + strconv.Itoa(p.Line) + ")")
	}
	fmt.Fprintf(&b, ": %v", p.Cause)
	if p.Next != "" {
		b.WriteString("; " + p.Next)
	}
	return b.String()
}

// Unwrap gives the cause.
func (p Problem) Unwrap() error { return p.Cause }

// Problems gives every Problem in err, in order; none when err is nil or of another kind.
func Problems(err error) []Problem {
	var one Problem
	var many interface{ Unwrap() []error }
	switch {
	case err == nil:
		return nil
	case errors.As(err, &many):
		var all []Problem
		for _, e := range many.Unwrap() {
			all = append(all, Problems(e)...)
		}
		return all
	case errors.As(err, &one):
		return []Problem{one}
	}
	return nil
}

// joinByLine puts problems in the order of the file. Of very many, the first are enough.
func joinByLine(found []Problem) error {
	const most = 25
	slices.SortFunc(found, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key))
	})
	var all []error
	for i, p := range found {
		if i == most {
			all = append(all, fmt.Errorf("%w: %d more such keys", ErrFile, len(found)-most))
			break
		}
		all = append(all, p)
	}
	return errors.Join(all...)
}

// problems collects what is wrong.
type problems []error

func (ps *problems) add(key, value string, cause error, next string) {
	if value != "" {
		value = show(value)
	}
	*ps = append(*ps, Problem{Key: key, Value: value, Cause: cause, Next: next})
}

func (ps *problems) addf(key, value, next, format string, args ...any) {
	ps.add(key, value, fmt.Errorf(format, args...), next)
}

// show quotes hostile text for a message, at most 64 characters of it.
func show(s string) string {
	const most = 64
	runes := 0
	for i := range s {
		if runes++; runes > most {
			return strconv.Quote(s[:i]) + "…"
		}
	}
	return strconv.Quote(s)
}

// hidden tells whether a character cannot be seen or reorders what is around it.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar
}

func hasHidden(s string) bool { return strings.ContainsFunc(s, hidden) }
