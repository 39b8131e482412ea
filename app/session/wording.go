package session

import (
	"regexp"
	"strings"
)

// wording is a text that the engine says, taken apart at its values.
type wording struct {
	// form is the key of the translation, with {{.Name}} for a value.
	form string
	// fixed are the texts around the values: one more than there are values.
	words  []string
	values []value
	fixed  int // how many letters do not change
}

// value is a place in a text.
type value struct {
	name   string
	number bool // digits only
	title  bool // the name of a program, a user or a file, and no words of the engine
}

var (
	nameBlank = regexp.MustCompile(`\{([a-z]+)\}`)
	// verbBlank is a verb of package fmt, by its index where it has one.
	verbBlank = regexp.MustCompile(`%[-+# 0]*(?:\[(\d)\])?\d*(?:\.\d+)?([a-zA-Z%])`)
)

// blanked takes a text apart whose values have names, "{app}", which is {{.App}} in a form.
func blanked(text string) wording {
	return apart(text, nameBlank, func(m []string) (value, bool) {
		return value{name: strings.ToUpper(m[1][:1]) + m[1][1:], title: true}, true
	})
}

// formatted takes a template of package fmt apart. Its values are called {{.A}}, {{.B}} and so on, in their order.
func formatted(text string) wording {
	next := 0
	return apart(text, verbBlank, func(m []string) (value, bool) {
		if m[2] == "%" {
			return value{}, false
		}
		if m[1] != "" {
			next = int(m[1][0] - '1')
		}
		v := value{name: string(rune('A' + next)), number: m[2] == "d"}
		next++
		return v, true
	})
}

// apart cuts a text at its blanks. One that is no value is a sign that was written twice.
func apart(text string, blank *regexp.Regexp, of func([]string) (value, bool)) wording {
	var w wording
	var words, form strings.Builder
	at := 0
	put := func(part string) {
		words.WriteString(part)
		form.WriteString(part)
	}
	for _, m := range blank.FindAllStringSubmatchIndex(text, -1) {
		put(text[at:m[0]])
		at = m[1]
		groups := make([]string, len(m)/2)
		for i := range groups {
			if m[2*i] >= 0 {
				groups[i] = text[m[2*i]:m[2*i+1]]
			}
		}
		v, ok := of(groups)
		if !ok {
			put("%")
			continue
		}
		w.values, w.words = append(w.values, v), append(w.words, words.String())
		w.fixed += words.Len()
		words.Reset()
		form.WriteString("{{." + v.name + "}}")
	}
	put(text[at:])
	w.words, w.fixed, w.form = append(w.words, words.String()), w.fixed+words.Len(), form.String()
	return w
}

// match finds the values in what was said. Each is as short as it can be; the first and the last are not empty.
func (w wording) match(said string) (map[string]string, bool) {
	rest, ok := strings.CutPrefix(said, w.words[0])
	if !ok {
		return nil, false
	}
	found := map[string]string{}
	for i, v := range w.values {
		after, last := w.words[i+1], i == len(w.values)-1
		end := strings.Index(rest, after)
		switch {
		case last && !strings.HasSuffix(rest, after):
			return nil, false
		case last:
			end = len(rest) - len(after)
		case i == 0 && w.words[0] == "" && end == 0, end < 0:
			return nil, false
		}
		text := rest[:end]
		if v.number && !digits(text) || last && text == "" {
			return nil, false
		}
		if before, twice := found[v.name]; twice && before != text {
			return nil, false
		}
		found[v.name], rest = text, rest[end+len(after):]
	}
	return found, true
}

func digits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
