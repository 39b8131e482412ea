package page

import (
	"fyne.io/fyne/v2/lang"

	"lethe/app/session"
)

// foreign is the form of a text whose words others chose, such as an error of the engine.
const foreign = "{{.Text}}"

// Say translates a sentence of the session. Words that others chose stay as they are.
func Say(t session.Text) string {
	switch {
	case t.Empty():
		return ""
	case t.Form == foreign:
		return t.String()
	case len(t.Data) == 0:
		return lang.L(t.Form)
	}
	return lang.L(t.Form, t.Data)
}
