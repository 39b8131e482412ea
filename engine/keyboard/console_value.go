package keyboard

import (
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// charset gives the character of a byte from 0x80 on.
type charset func(byte) rune

// charsets are kbd's, by its names; the few that it alone has would be used by no keymap of a passphrase.
var charsets = map[string]charset{
	"iso-8859-1": charmap.ISO8859_1.DecodeByte, "iso-8859-2": charmap.ISO8859_2.DecodeByte, "iso-8859-3": charmap.ISO8859_3.DecodeByte,
	"iso-8859-4": charmap.ISO8859_4.DecodeByte, "iso-8859-5": charmap.ISO8859_5.DecodeByte, "iso-8859-7": charmap.ISO8859_7.DecodeByte,
	"iso-8859-8": charmap.ISO8859_8.DecodeByte, "iso-8859-9": charmap.ISO8859_9.DecodeByte, "iso-8859-10": charmap.ISO8859_10.DecodeByte,
	"iso-8859-15": charmap.ISO8859_15.DecodeByte, "cp-1250": charmap.Windows1250.DecodeByte, "koi8-r": charmap.KOI8R.DecodeByte,
	"koi8-u": charmap.KOI8U.DecodeByte, "tis-620": charmap.Windows874.DecodeByte,
}

// The kernel's types of symbols that a number can name: the type is the second byte.
const (
	typeLatin  = 0x0
	typeDead   = 0x4
	typeLetter = 0xb
	unicodeBit = 0xf000 // flipped in the number of a Unicode character
)

// kernelDead are the kernel's dead keys by number.
var kernelDead = []string{"grave", "acute", "circumflex", "tilde", "diaeresis", "cedilla"}

// value gives what a name or a number in a keymap stands for.
func (k *keymap) value(word string) symbol {
	if hex, ok := strings.CutPrefix(word, "U+"); ok {
		if r, err := strconv.ParseUint(hex, 16, 16); err == nil {
			return typed(rune(r))
		}
		return symbol{name: word}
	}
	if n, err := strconv.ParseUint(word, 0, 17); err == nil {
		return k.numbered(int(n))
	}
	if accent, ok := strings.CutPrefix(word, "dead_"); ok {
		if instead, ok := kernelAccents[accent]; ok {
			word = "dead_" + instead
		}
	}
	return named(word)
}

// numbered gives what a kernel symbol's number stands for.
func (k *keymap) numbered(n int) symbol {
	if n >= 0x1000 {
		return typed(rune(n ^ unicodeBit))
	}
	low := byte(n)
	switch kind := n >> 8; {
	case kind != typeLatin && kind != typeLetter && kind != typeDead:
		return symbol{name: "number"}
	case kind == typeDead && int(low) < len(kernelDead):
		return named("dead_" + kernelDead[low])
	case kind == typeDead:
		return symbol{name: "number"}
	case low < 0x80:
		return typed(rune(low))
	}
	return typed(k.charset(low))
}
