package session

import (
	"maps"
	"slices"
	"strings"

	"lethe/engine/event"
)

// Text is a sentence or phrase for people. A page shows lang.L(t.Form, t.Data), anything else t.String().
type Text struct {
	// Form is the English text and the key of the translation. Values stand in it as {{.Name}}.
	Form string
	Data map[string]string
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
	return strings.NewReplacer(pairs...).Replace(t.Form)
}

// sentence begins a phrase of the engine with a capital letter and ends it with a full stop.
func sentence(phrase string) string {
	phrase = strings.TrimSpace(phrase)
	if phrase == "" {
		return ""
	}
	if first := phrase[0]; first >= 'a' && first <= 'z' {
		phrase = string(first-'a'+'A') + phrase[1:]
	}
	if strings.HasSuffix(phrase, ".") || strings.HasSuffix(phrase, "?") || strings.HasSuffix(phrase, "!") {
		return phrase
	}
	return phrase + "."
}
