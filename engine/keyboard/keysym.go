package keyboard

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// keysymTable holds "name hex" lines: X11's keysymdef.h and the names that only kbd has.
//
//go:embed keysyms.tsv
var keysymTable string

// keysyms gives the character of a symbol's name.
var keysyms = sync.OnceValue(func() map[string]rune {
	names := map[string]rune{}
	for line := range strings.Lines(keysymTable) {
		name, code, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if r, err := strconv.ParseUint(code, 16, 21); err == nil {
			names[name] = rune(r)
		}
	}
	return names
})
