package config

import (
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// Bounds on the text. The TOML library recurses into arrays and inline tables and copies the whole key of
// every value, so both are limited before it runs. Real files need far less.
const (
	maxDepth     = 8   // of brackets, and of the parts of one dotted key
	maxKeyLength = 256 // bytes of one dotted key, quotes included
	maxKeys      = 10_000
)

// keyLines gives the line of every key and header, by its dotted name with list positions. When a
// name occurs twice the first counts; the TOML library refuses such a file afterwards.
type keyLines map[string]int

// at gives the line of a key, or of the nearest thing around it that has one, or 0.
func (k keyLines) at(key string) int {
	for key != "" {
		if line, ok := k[key]; ok {
			return line
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return 0
}

// outliner walks through TOML text far enough to know where keys, brackets and strings are. It is in
// step with the TOML library up to the first syntax error, where the library stops as well.
type outliner struct {
	text   string
	pos    int
	line   int
	keys   int
	lines  keyLines
	tables map[string]int // how many [[name]] headers so far
}

// outline finds the line of every key, and refuses text that is nested too deeply or has over-long keys.
func outline(text string) (keyLines, error) {
	o := &outliner{text: text, line: 1, lines: keyLines{}, tables: map[string]int{}}
	prefix := ""
	for {
		o.skipBlank()
		if o.pos >= len(o.text) {
			return o.lines, nil
		}
		var err error
		if o.text[o.pos] == '[' {
			prefix, err = o.header()
		} else {
			err = o.assignment(prefix)
		}
		if err != nil {
			return nil, err
		}
	}
}

// header reads "[a.b]" or "[[a]]" and gives the prefix of the keys below it.
func (o *outliner) header() (string, error) {
	line, array := o.line, strings.HasPrefix(o.text[o.pos:], "[[")
	o.pos++
	if array {
		o.pos++
	}
	name, err := o.key("", "]\n")
	if err != nil {
		return "", err
	}
	o.skipLine()
	if array {
		o.tables[name]++
		name += "[" + strconv.Itoa(o.tables[name]-1) + "]"
	}
	return name, o.note(name, line)
}

// assignment reads "key = value" at the top level of a table.
func (o *outliner) assignment(prefix string) error {
	line := o.line
	name, err := o.key(prefix, "=\n")
	if err != nil {
		return err
	}
	if err := o.note(name, line); err != nil {
		return err
	}
	return o.value(name)
}

func (o *outliner) note(name string, line int) error {
	if o.keys++; o.keys > maxKeys {
		return fileError(line, "there are more than %d keys; check that this is the right file", maxKeys)
	}
	if _, ok := o.lines[name]; !ok {
		o.lines[name] = line
	}
	return nil
}

// key reads a dotted key up to, and not including, one of the ends.
func (o *outliner) key(prefix, ends string) (string, error) {
	start, parts, segment := o.pos, 1, o.pos
	name := prefix
	for o.pos < len(o.text) && !strings.ContainsRune(ends, rune(o.text[o.pos])) {
		switch o.text[o.pos] {
		case '"', '\'':
			o.skipString()
			continue
		case '.':
			name = join(name, o.text[segment:o.pos])
			segment = o.pos + 1
			parts++
		}
		o.pos++
		if parts > maxDepth || o.pos-start > maxKeyLength {
			break
		}
	}
	if parts > maxDepth {
		return "", fileError(o.line, "a dotted key has more than %d parts; no key needs that many", maxDepth)
	}
	if o.pos-start > maxKeyLength {
		return "", fileError(o.line, "a key is longer than %d bytes; no key needs that many", maxKeyLength)
	}
	return join(name, o.text[segment:o.pos]), nil
}

// join adds one part of a key as it stands in the text, quoted only where that is needed.
func join(prefix, part string) string {
	part = strings.Trim(part, " \t\r")
	switch {
	case len(part) >= 2 && part[0] == '\'':
		part = part[1 : len(part)-1]
	case len(part) >= 2 && part[0] == '"':
		if plain, err := strconv.Unquote(part); err == nil {
			part = plain
		}
	}
	return dotted(prefix, part)
}

// dotted names a key below prefix.
func dotted(prefix, part string) string {
	part = toml.Key{part}.String()
	if prefix == "" {
		return part
	}
	return prefix + "." + part
}
