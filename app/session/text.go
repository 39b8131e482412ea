package session

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lethe/engine/event"
)

// Text is a sentence or phrase for people. A page shows lang.L(t.Form, t.Data), anything else t.String().
type Text struct {
	// Form is the English text and the key of the translation. Values stand in it as {{.Name}}.
	Form string
	Data map[string]string
	// Parts are values that are texts themselves, to be translated before they are put in.
	Parts map[string]Text
	// Sentence has the whole begin with a capital letter and end with a full stop, in every language.
	Sentence bool
}

// verbatim is the form of text that is not the window's own, such as an engine's error or a label of a disk.
const verbatim = "{{.Text}}"

// say makes a Text. values are name, value, name, value and so on; form is always a literal, so that a test can find every one.
func say(form string, values ...string) Text {
	t := Text{Form: form}
	for i := 0; i+1 < len(values); i += 2 {
		if t.Data == nil {
			t.Data = map[string]string{}
		}
		t.Data[values[i]] = values[i+1]
	}
	return t
}

// with has a value be a text itself.
func (t Text) with(name string, part Text) Text {
	delete(t.Data, name)
	if t.Parts == nil {
		t.Parts = map[string]Text{}
	}
	t.Parts[name] = part
	return t
}

// quote makes a Text of words that others chose.
func quote(text string) Text {
	if text == "" {
		return Text{}
	}
	return say(verbatim, "Text", event.Plain(text))
}

// Empty tells that there is nothing to say.
func (t Text) Empty() bool { return t.Form == "" }

// String is the text in English.
func (t Text) String() string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(t.Data)) {
		pairs = append(pairs, "{{."+name+"}}", t.Data[name])
	}
	for _, name := range slices.Sorted(maps.Keys(t.Parts)) {
		pairs = append(pairs, "{{."+name+"}}", t.Parts[name].String())
	}
	text := strings.NewReplacer(pairs...).Replace(t.Form)
	if t.Sentence {
		return Sentence(text)
	}
	return text
}

// Bare tells that there are neither words nor quotation marks between the values, and so nothing to translate.
func (t Text) Bare() bool {
	return !strings.ContainsFunc(nameless.ReplaceAllString(t.Form, ""), func(r rune) bool { return unicode.IsLetter(r) || r == '“' })
}

var nameless = regexp.MustCompile(`\{\{\.[A-Za-z]+\}\}`)

// Sentence begins a phrase with a capital letter and ends it with a full stop.
func Sentence(phrase string) string {
	phrase = strings.TrimSpace(phrase)
	if phrase == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(phrase)
	phrase = string(unicode.ToUpper(first)) + phrase[size:]
	if strings.HasSuffix(phrase, ".") || strings.HasSuffix(phrase, "?") || strings.HasSuffix(phrase, "!") {
		return phrase
	}
	return phrase + "."
}
