package locale_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"lethe/engine/config"
	"lethe/engine/flake/locale"
)

// FuzzLists reads the system's lists. They come out sorted, each name once and in one piece, and refuse a wish in plain words.
func FuzzLists(f *testing.F) {
	f.Add([]byte("# version 2026a\nR E 1940 o - Jun 14 4s 1 S\nZ Europe/Berlin 0:53:28 - LMT 1893 Ap\nL Europe/Berlin Arctic/Longyearbyen\n"))
	f.Add([]byte("! model\n  pc105 Generic\n! layout\n  de German\n! variant\n  nodeadkeys de: German (no dead keys)\n  x\n"))
	f.Add([]byte("! layout\n\x1b[2J x\n! variant\n\u202e de:\n\xff \xfe:\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var l locale.Lists
		var errs [2]error
		l.Zones, errs[0] = locale.ParseZones(bytes.NewReader(text))
		l.Layouts, l.Variants, l.Names, errs[1] = locale.ParseRules(bytes.NewReader(text))
		for i, list := range [][]string{l.Zones, l.Layouts} {
			if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
				t.Errorf("%q is in no order", list)
			}
			for _, name := range list {
				if strings.ContainsAny(name, "\n") || len(name) > len(text) {
					t.Errorf("%q is no name", name)
				}
			}
			long := slices.ContainsFunc(bytes.Split(text, []byte("\n")), func(line []byte) bool { return len(line) >= 64<<10 })
			if (errs[i] != nil) != long {
				t.Errorf("%v", errs[i])
			}
		}
		wish := config.Locale{TimeZone: "Nowhere/At_All", XkbLayout: "zz,de", XkbVariant: "a,b"}
		for _, problem := range l.Check(wish) {
			if strings.ContainsFunc(problem, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x202e }) {
				t.Errorf("%q", problem)
			}
		}
	})
}
