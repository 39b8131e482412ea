package session_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine"
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

// TestPhraseOfEveryTemplate fills in each template of the engine and finds it again: it says the same in English, and none is so general
// that it hides another.
func TestPhraseOfEveryTemplate(t *testing.T) {
	verb := regexp.MustCompile(`%[-+# 0]*(?:\[\d\])?\d*(?:\.\d+)?[a-zA-Z%]`)
	forms := session.Phrases()
	for _, template := range engine.Words() {
		text := verb.ReplaceAllStringFunc(template, func(v string) string {
			switch v[len(v)-1] {
			case '%':
				return "%"
			case 'd':
				return "7"
			}
			return "x9"
		})
		got := session.Phrase(text)
		if _, ok := slices.BinarySearch(forms, got.Form); !ok || got.String() != text {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

func TestPhraseOfCauses(t *testing.T) {
	for text, want := range map[string]string{
		"cannot install NixOS: cannot run nix: no space left on device": "cannot install NixOS: {{.A}} < cannot run {{.A}}: {{.B}} < no space left on device",
		"The installation will be refused: The machine was not started by UEFI, and Lethe installs a boot loader for UEFI only; switch off CSM or legacy boot in the firmware's settings and start the live medium again.": "The installation will be refused: {{.A}} < {{.A}}. < The machine was not started by UEFI, and Lethe installs a boot loader for UEFI only; switch off CSM or legacy boot in the firmware's settings and start the live medium again",
		"The disk is complete. Start the machine from it.": "{{.A}} {{.B}} < The disk is complete. < Start the machine from it.",
		"partition 3 “Windows” (ntfs, 600 GiB)":            "{{.A}} ({{.B}}) < {{.A}} “{{.B}}” < partition {{.A}} < {{.A}}, {{.B}}",
		"nixos-install: 7 things, some of them odd":        "{{.Text}}",
		"Write the partition table (many partitions)":      "{{.Text}}",
		strings.Repeat("a: b; ", 5000):                     "{{.Text}}",
	} {
		got := session.Phrase(text)
		if all := strings.Join(formsOf(got), " < "); all != want || got.String() != strings.TrimSpace(text) && got.String() != text {
			t.Errorf("%q is %q, not %q", text, all, want)
		}
	}
}

// formsOf are the forms of a text and of the texts in it, but not of plain values.
func formsOf(t session.Text) []string {
	list := []string{t.Form}
	for _, name := range slices.Sorted(maps.Keys(t.Parts)) {
		if part := t.Parts[name]; part.Form != "{{.Text}}" {
			list = append(list, formsOf(part)...)
		}
	}
	return list
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
