package session_test

import (
	"slices"
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// TestPhrase takes apart whatever the engine says of owners, noise and what is kept: it has a form, and says the same as before.
func TestPhrase(t *testing.T) {
	words, err := persist.Words()
	if err != nil {
		t.Fatal(err)
	}
	forms := session.Phrases()
	if len(forms) < 150 {
		t.Errorf("only %d phrases", len(forms))
	}
	for _, text := range slices.Concat(words, keep.Words()) {
		for blank, value := range map[string]string{"{app}": "org.x.Y 2", "{user}": "ada", "{path}": "/srv/a: b"} {
			text = strings.ReplaceAll(text, blank, value)
		}
		got := session.Phrase(text)
		if _, ok := slices.BinarySearch(forms, got.Form); !ok || got.String() != text {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

func TestPhraseOfTheLongestForm(t *testing.T) {
	for text, want := range map[string]string{
		"data of org.x.Y (Flatpak)":       "data of {{.App}} (Flatpak)|org.x.Y",
		"data of org.x.Y":                 "data of {{.App}}|org.x.Y",
		"the cache of settings of Vim":    "the cache of {{.App}}|settings of Vim",
		"state of \x1b[31m{{.App}}\u202e": "state of {{.App}}|\uFFFD[31m{{.App}}\uFFFD",
		"the history of bash":             "the history of bash|",
		"the history of nothing known":    "{{.Text}}|",
		"state of ":                       "{{.Text}}|",
		"":                                "|",
	} {
		got := session.Phrase(text)
		value := got.Data["App"]
		if got.Form+"|"+value != want {
			t.Errorf("%q is %+v, not %s", text, got, want)
		}
		if strings.ContainsAny(got.String(), "\x1b\u202e") {
			t.Errorf("%q is obeyed by a terminal", got)
		}
	}
}

func TestOwnerText(t *testing.T) {
	unit := session.OwnerText(persist.Owner{Name: "state of the art", Kind: persist.Unit})
	if unit.Form != "{{.Text}}" || unit.String() != "state of the art" {
		t.Errorf("a unit is called %+v", unit)
	}
	if program := session.OwnerText(persist.Owner{Name: "state of upower", Kind: persist.Package}); program.Data["App"] != "upower" {
		t.Errorf("a program is called %+v", program)
	}
}
