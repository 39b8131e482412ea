package config

import (
	"strconv"
	"strings"
)

// bracket is one open array or inline table.
type bracket struct {
	table bool
	name  string // of the value that the bracket opens
	index int    // of the current element of an array
}

// inner is the name of what stands directly inside.
func (b bracket) inner() string {
	if b.table {
		return b.name
	}
	return b.name + "[" + strconv.Itoa(b.index) + "]"
}

// value reads from "=" to the end of the value, noting the keys of inline tables on the way.
func (o *outliner) value(name string) error {
	var open []bracket
	for o.pos < len(o.text) {
		c := o.text[o.pos]
		if c == '\n' && len(open) == 0 {
			return nil
		}
		switch c {
		case '"', '\'':
			o.skipString()
			continue
		case '#':
			o.skipLine()
			continue
		case '\n':
			o.line++
		case '[', '{':
			open = append(open, bracket{table: c == '{', name: name})
			if len(open) > maxDepth {
				return fileError(o.line, "brackets are nested more than %d deep; no key needs that many", maxDepth)
			}
		case ']', '}':
			open = open[:max(0, len(open)-1)]
		case ',':
			if len(open) > 0 {
				open[len(open)-1].index++
			}
		}
		o.pos++
		if len(open) == 0 || !strings.ContainsRune("[{,", rune(c)) {
			continue
		}
		inside := open[len(open)-1]
		name = inside.inner()
		if !inside.table {
			continue
		}
		var err error
		if name, err = o.inlineKey(inside); err != nil {
			return err
		}
	}
	return nil
}

// inlineKey reads the next key of an inline table, if one stands here, and gives the name of its value.
func (o *outliner) inlineKey(inside bracket) (string, error) {
	o.skipBlank()
	if o.pos >= len(o.text) || strings.ContainsRune("}],", rune(o.text[o.pos])) {
		return inside.inner(), nil
	}
	line := o.line
	name, err := o.key(inside.name, "=\n")
	if err != nil {
		return "", err
	}
	return name, o.note(name, line)
}

// skipBlank moves over white space, line ends and comments.
func (o *outliner) skipBlank() {
	for o.pos < len(o.text) {
		switch o.text[o.pos] {
		case '\n':
			o.line++
			o.pos++
		case ' ', '\t', '\r':
			o.pos++
		case '#':
			o.skipLine()
		default:
			return
		}
	}
}

// skipLine moves to the next line end.
func (o *outliner) skipLine() {
	if n := strings.IndexByte(o.text[o.pos:], '\n'); n >= 0 {
		o.pos += n
		return
	}
	o.pos = len(o.text)
}

// skipString moves past the string that begins here: basic or literal, on one line or several.
func (o *outliner) skipString() {
	quote := o.text[o.pos : o.pos+1]
	end := quote
	if strings.HasPrefix(o.text[o.pos:], strings.Repeat(quote, 3)) {
		end = strings.Repeat(quote, 3)
	}
	o.pos += len(end)
	for o.pos < len(o.text) && !strings.HasPrefix(o.text[o.pos:], end) {
		switch {
		case o.text[o.pos] == '\\' && quote == `"` && o.pos+1 < len(o.text):
			o.pos++
		case o.text[o.pos] == '\n' && len(end) == 1:
			return // unfinished: the library refuses this line
		}
		if o.text[o.pos] == '\n' {
			o.line++
		}
		o.pos++
	}
	o.pos = min(o.pos+len(end), len(o.text))
	// Up to two more quotes may belong to the text of a multi-line string.
	for n := 0; n < 2 && len(end) == 3 && strings.HasPrefix(o.text[o.pos:], quote); n++ {
		o.pos++
	}
}
