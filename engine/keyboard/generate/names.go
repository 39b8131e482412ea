package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	// #define XK_adiaeresis 0x00e4 /* U+00E4 LATIN SMALL LETTER A WITH DIAERESIS */
	definition = regexp.MustCompile(`(?m)^#define XK_(\w+)\s+0x([0-9a-fA-F]+)(?:\s+/\*[ (]U\+([0-9A-F]{4,6}))?`)
	// { 0x00e4, "adiaeresis" },
	charset = regexp.MustCompile(`\{\s*0x([0-9a-f]{4}),\s*"(\w+)"`)
	// { "pound", "sterling" },
	synonym = regexp.MustCompile(`\{\s*"([\w-]+)",\s*"(\w+)"\s*\}`)
	digits  = strings.Fields("zero one two three four five six seven eight nine")
)

// names gives the table of symbols' names: X11's, and kbd's where X11 has none.
func names(keysymdef, syms string) (string, error) {
	all, err := x11(keysymdef)
	if err != nil {
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(syms, "syms.*.h"))
	if err != nil || len(files) == 0 {
		return "", fmt.Errorf("cannot find syms.*.h in %s", syms)
	}
	synonyms := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		for _, m := range charset.FindAllStringSubmatch(string(text), -1) {
			if err := add(all, m[2], m[1]); err != nil {
				return "", fmt.Errorf("%s: %w", file, err)
			}
		}
		for _, m := range synonym.FindAllStringSubmatch(string(text), -1) {
			synonyms[m[1]] = m[2]
		}
	}
	for name, same := range synonyms {
		if r, ok := all[same]; ok && all[name] == 0 {
			all[name] = r
		}
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "%s\t%x\n", name, all[name])
	}
	return b.String(), nil
}

// x11 reads keysymdef.h. A name without a comment takes the character of another name of the same number.
func x11(file string) (map[string]rune, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	all, numbers := map[string]rune{}, map[string]rune{}
	found := definition.FindAllStringSubmatch(string(text), -1)
	for _, m := range found {
		if r, err := strconv.ParseUint(m[3], 16, 21); err == nil {
			all[m[1]], numbers[m[2]] = rune(r), rune(r)
		}
	}
	for _, m := range found {
		if r, ok := numbers[m[2]]; ok {
			all[m[1]] = r
		}
	}
	for i, digit := range digits {
		all[digit] = '0' + rune(i)
	}
	return all, nil
}

// add adds a name of kbd's, which must not mean something else in X11.
func add(all map[string]rune, name, code string) error {
	r, err := strconv.ParseUint(code, 16, 21)
	if err != nil || r == 0xfffd {
		return err
	}
	if have, ok := all[name]; ok && have != rune(r) {
		fmt.Fprintf(os.Stderr, "%s is U+%04X in X11 and U+%04X in kbd; X11's is kept\n", name, have, r)
		return nil
	}
	all[name] = rune(r)
	return nil
}
