package event_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"lethe/engine/event"
)

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		"cannot run mount: busy": "cannot run mount: busy",
		"a\tb\r\nc\vd":           "a b \nc d",
		"\x1b[2Jcls\u009b2J":     "�[2Jcls�2J",
		"a\u202egpj.exe\u2066":   "a�gpj.exe�",
		"bad\xff\x00\x7f":        "bad���",
		"Zoë 磁盘\u2028x":          "Zoë 磁盘\nx",
		"hun\x00ter2":            "hun�ter2", // and never a word that was not there
	} {
		if got := event.Plain(text); got != want {
			t.Errorf("%q becomes %q instead of %q", text, got, want)
		}
	}
}

func TestStreamMakesTextsPlain(t *testing.T) {
	var seen event.Recorder
	const secret = "s\u202ecret"
	s := event.NewStream(&seen, time.Now, func(text string) string { return strings.ReplaceAll(text, secret, "[redacted]") })
	s.Emit(event.Event{Text: "\x1b[31m" + secret, Title: "\u009b1m", Next: "\x07", Work: &event.Work{Now: "copying \x1b"}})
	e := seen.Events()[0]
	if got := e.Text + "|" + e.Title + "|" + e.Next + "|" + e.Work.Now; got != "�[31m[redacted]|�1m|�|copying �" {
		t.Errorf("%q", got)
	}
}

func TestPlainError(t *testing.T) {
	cause := errors.New("cannot parse \x1b[2J")
	if err := event.PlainError(cause); err.Error() != "cannot parse �[2J" || !errors.Is(err, cause) {
		t.Errorf("%q", err)
	}
}

// FuzzPlain wants nothing that a terminal obeys, and nothing lost.
func FuzzPlain(f *testing.F) {
	f.Add("\x1b]0;title\x07\u009d\u202e\u2066\xff\xfe\r\n\t\u2028")
	f.Add("plain")
	f.Fuzz(func(t *testing.T, text string) {
		got := event.Plain(text)
		if !utf8.ValidString(got) || event.Plain(got) != got || utf8.RuneCountInString(got) != utf8.RuneCountInString(text) {
			t.Errorf("%q becomes %q", text, got)
		}
		for _, r := range got {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
				t.Errorf("%q lets %U through", text, r)
			}
		}
	})
}
