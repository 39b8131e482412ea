package device

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cleanLimit is the most runes that [Clean] lets through.
const cleanLimit = 64

// Clean makes text from a device, a file system or the kernel fit for display. It drops invalid UTF-8, ANSI
// escape sequences, control characters (C0 and C1), bidirectional controls and everything else that
// has no width or no glyph, turns every kind of space into a plain one, cuts after 64 runes and trims. The
// result is valid UTF-8, and cleaning it again changes nothing.
func Clean(s string) string {
	// More bytes than this cannot matter, and a hostile megabyte must not cost time.
	const most = 64 * cleanLimit
	if len(s) > most {
		s = s[:most]
	}
	text := []rune(strings.TrimSpace(strip(s)))
	if len(text) > cleanLimit {
		text = text[:cleanLimit]
	}
	return strings.TrimSpace(string(text))
}

// strip is [Clean] without the cut.
func strip(s string) string {
	var b strings.Builder
	for s != "" {
		if n := escapeLength(s); n > 0 {
			s = s[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
		case unicode.Is(unicode.Zs, r) || r == '\t' || r == '\n':
			b.WriteByte(' ')
		case shown(r):
			b.WriteRune(r)
		}
		s = s[n:]
	}
	return b.String()
}

// cause is an error in one line that is fit for display, and whole: where the real reason stands nobody knows beforehand.
func cause(err error) string { return strings.TrimSpace(strip(err.Error())) }

// shown tells whether a rune has a glyph of its own. Format characters, which are bidi controls and zero-width
// marks, are not graphic in Unicode's sense; the rest are letters and marks that draw nothing.
func shown(r rune) bool {
	switch {
	case !unicode.IsGraphic(r):
		return false
	case r == 0x034F, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0x2800, r == 0x3164, r == 0xFFA0:
		return false
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF, r >= 0x180B && r <= 0x180F:
		return false
	}
	return true
}

// escapeLength gives the bytes of the ANSI escape sequence at the start of s, or 0 when there is none.
func escapeLength(s string) int {
	body, start := "", 0
	switch {
	case strings.HasPrefix(s, "\x1b"):
		start = 1
	case strings.HasPrefix(s, "\u009b"): // CSI as one C1 character
		return 2 + controlLength(s[2:])
	case strings.HasPrefix(s, "\u009d"), strings.HasPrefix(s, "\u0090"): // OSC and DCS
		return 2 + stringLength(s[2:])
	default:
		return 0
	}
	body = s[start:]
	switch {
	case body == "":
		return start
	case body[0] == '[':
		return 2 + controlLength(body[1:])
	case strings.IndexByte("]PX^_", body[0]) >= 0:
		return 2 + stringLength(body[1:])
	case body[0] >= 0x20 && body[0] <= 0x2f && len(body) > 1 && body[1] < utf8.RuneSelf:
		return 3 // an intermediate byte and a final one, such as ESC ( B
	case body[0] >= 0x30 && body[0] < 0x7f:
		return 2
	}
	return start
}

// controlLength gives the bytes of a CSI sequence after its introducer: parameters and a final byte.
func controlLength(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x40 && c <= 0x7e:
			return i + 1
		case c < 0x20 || c > 0x3f:
			return i
		}
	}
	return len(s)
}

// stringLength gives the bytes of a control string after its introducer, with its terminator. One that does
// not end swallows nothing, so that it cannot hide the rest of the name.
func stringLength(s string) int {
	for i := range len(s) {
		switch {
		case s[i] == 0x07:
			return i + 1
		case strings.HasPrefix(s[i:], "\x1b\\"), strings.HasPrefix(s[i:], "\u009c"):
			return i + 2
		}
	}
	return 0
}
