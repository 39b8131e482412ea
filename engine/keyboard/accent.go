package keyboard

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// accents gives the combining character of a dead key by the name that both kbd and XKB have for it, after "dead_".
var accents = map[string]rune{
	"grave": 0x300, "acute": 0x301, "circumflex": 0x302, "tilde": 0x303, "macron": 0x304, "breve": 0x306, "abovedot": 0x307,
	"diaeresis": 0x308, "hook": 0x309, "abovering": 0x30a, "doubleacute": 0x30b, "caron": 0x30c, "horn": 0x31b,
	"belowdot": 0x323, "belowcomma": 0x326, "cedilla": 0x327, "ogonek": 0x328,
}

// kernelAccents are kbd's names for dead keys that the kernel lacked, and what its keymaps put in their place.
var kernelAccents = map[string]string{"ogonek": "cedilla", "caron": "circumflex", "breve": "tilde", "doubleacute": "tilde"}

// composer gives the character of a dead key and a second character.
type composer struct {
	spacing map[rune]rune // what a dead key and the space bar give
	most    rune          // the last character that can come out
}

var (
	// consoleComposer is the kernel's own table (ret_diacr and accent_table in drivers/tty/vt): Latin-1 only.
	consoleComposer = composer{map[rune]rune{0x300: '`', 0x301: '\'', 0x302: '^', 0x303: '~', 0x308: '"', 0x327: ','}, unicode.MaxLatin1}
	// sessionComposer is en_US.UTF-8's Compose file, as far as dead keys go.
	sessionComposer = composer{map[rune]rune{
		0x300: '`', 0x301: '\'', 0x302: '^', 0x303: '~', 0x304: '¯', 0x306: '˘', 0x307: '˙', 0x308: '"', 0x30a: '°',
		0x30b: '˝', 0x30c: 'ˇ', 0x326: ',', 0x327: '¸', 0x328: '˛',
	}, unicode.MaxRune}
)

// compose combines an accent with a character; false where nothing comes out.
func (c composer) compose(accent, base rune) (rune, bool) {
	spacing, known := c.spacing[accent]
	if base == ' ' {
		return spacing, known
	}
	if !known && c.most == unicode.MaxLatin1 {
		return 0, false
	}
	composed := []rune(norm.NFC.String(string([]rune{base, accent})))
	if len(composed) != 1 || composed[0] > c.most {
		return 0, false
	}
	return composed[0], true
}

// symbol is what a key gives: a character, a dead key, or something else by name; the zero symbol is nothing.
type symbol struct {
	char   rune
	accent rune
	name   string // of what is neither
}

// named gives the symbol that a name stands for in both worlds.
func named(name string) symbol {
	if r, ok := keysyms()[name]; ok {
		return typed(r)
	}
	if accent, ok := accents[strings.TrimPrefix(name, "dead_")]; ok && strings.HasPrefix(name, "dead_") {
		return symbol{accent: accent}
	}
	return symbol{name: name}
}

// typed gives a character, unless it is one that nobody sees, such as a control character or the soft hyphen.
func typed(r rune) symbol {
	if r == unicode.ReplacementChar || !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) {
		return symbol{name: "unprintable"}
	}
	return symbol{char: r}
}
