package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// suggestion says what an unknown key in a table of type t may have been meant to be.
func suggestion(t reflect.Type, table, key string) string {
	normal := strings.ReplaceAll(strings.ToLower(key), "-", "_")
	best, distance := "", 3
	for _, f := range reflect.VisibleFields(t) {
		name := tomlName(f)
		if d := EditDistance(normal, name); d < distance && d < len(name)/2+1 {
			best, distance = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %s?", dotted(table, best))
	}
	for _, known := range Keys() {
		if known == normal || strings.HasSuffix(known, "."+normal) {
			return fmt.Sprintf("there is a key %s; is it under the wrong header?", known)
		}
	}
	return "remove it; the example file lists every key"
}

// Keys lists the dotted name of every key that a file may have, in the order of the types; the keys of a
// list of tables are written as users[].name.
func Keys() []string { return keysOf(reflect.TypeFor[Config](), "") }

func keysOf(t reflect.Type, prefix string) []string {
	var keys []string
	for _, f := range reflect.VisibleFields(t) {
		name := dotted(prefix, tomlName(f))
		switch {
		case f.Type.Kind() == reflect.Struct:
			keys = append(keys, keysOf(f.Type, name)...)
		case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct:
			keys = append(keys, keysOf(f.Type.Elem(), name+"[]")...)
		default:
			keys = append(keys, name)
		}
	}
	return keys
}

// Closest is the entry of a list that a value is closest to, if one is close.
func Closest(value string, list []string) (string, bool) {
	best, least := "", 1+max(2, len(value)/3)
	for _, entry := range list {
		if d := EditDistance(strings.ToLower(value), strings.ToLower(entry)); d < least {
			best, least = entry, d
		}
	}
	return best, best != ""
}

// EditDistance is the Levenshtein distance in bytes; over-long input counts as far away.
func EditDistance(a, b string) int {
	const most = 64
	if len(a) > most || len(b) > most {
		return most
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// containsAny tells whether s holds one of the parts.
func containsAny(s string, parts []string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(s, part) })
}
