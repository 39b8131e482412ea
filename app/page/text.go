package page

import (
	"fyne.io/fyne/v2/lang"

	"lethe/app/look"
	"lethe/app/session"
)

// Say translates a sentence of the session. Words that others chose stay as they are.
func Say(t session.Text) string {
	if t.Empty() {
		return ""
	}
	values := map[string]string{}
	for name, value := range t.Data {
		values[name] = look.Number(value)
	}
	for name, part := range t.Parts {
		values[name] = Say(part)
	}
	text := ""
	switch {
	case t.Bare():
		text = session.Text{Form: t.Form, Data: values}.String()
	case len(values) == 0:
		text = lang.L(t.Form)
	default:
		text = lang.L(t.Form, values)
	}
	if t.Sentence {
		return session.Sentence(text)
	}
	return text
}

// Engine translates words of the engine, such as an error or the title of a step.
func Engine(words string) string { return Say(session.Phrase(words)) }

// engineAll translates several.
func engineAll(words []string) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = Engine(w)
	}
	return list
}
