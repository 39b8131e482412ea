package printer_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"lethe/engine/event"
	"lethe/engine/printer"
	"lethe/engine/verify"
)

// fragments are what a device, a file system or a program can put into a text.
var fragments = []string{
	"\x1b[2J", "\x1b]0;t\x07", "\u009b2J", "\u202e", "\u2066", "\u200b", "$(reboot)", "\n", "\r", "\x00", "\xff\xfe", "\xc3", strings.Repeat("x", 10_000), `"`, "'", `\`, "../",
	"\u2028", "\x7f", "\t", "plain", "{{.}}", "%s%n", "</script>", "\ud7ff", "\U000e0041",
}

// TestNoPrinterLetsATerminalObey sends texts of anything through a stream to every printer: no terminal obeys what comes out, and JSON is
// JSON of valid UTF-8, a line each.
func TestNoPrinterLetsATerminalObey(t *testing.T) {
	kinds := []event.Kind{
		event.RunStart, event.StepStart, event.Progress, event.Log, event.Checked, event.StepDone, event.StepFailed, event.UndoStart, event.UndoDone,
		event.UndoFailed, event.Stalled, event.RunFailed,
	}
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(fragments), 0, 5).Draw(t, "fragments"), "")
	})
	rapid.Check(t, func(t *rapid.T) {
		var plain, log, lines, journal bytes.Buffer
		s := event.NewStream(event.Tee(printer.NewText(&plain, printer.Style{}), printer.NewLog(&log, false), printer.NewJSON(&lines), printer.NewJournal(&journal)),
			time.Now, func(text string) string { return text })
		for range rapid.IntRange(1, 6).Draw(t, "events") {
			s.Emit(event.Event{
				Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Title: text.Draw(t, "title"), Text: text.Draw(t, "text"), Next: text.Draw(t, "next"),
				Step: "format", Status: string(verify.Failed), Work: &event.Work{Now: text.Draw(t, "now")},
			})
		}
		for name, out := range map[string]string{"text": plain.String(), "log": log.String(), "JSON": lines.String(), "journal": journal.String()} {
			if shown := event.Plain(out); shown != out {
				t.Errorf("%s prints %q", name, out)
			}
		}
		for _, line := range append(strings.Split(lines.String(), "\n"), strings.Split(journal.String(), "\n")...) {
			if line != "" && (!json.Valid([]byte(line)) || !utf8.ValidString(line)) {
				t.Errorf("%q is no line of JSON", line)
			}
		}
	})
}

// FuzzJournal reads a journal's line back: whatever an event says, it comes back the same, and a line of anything is an event or an error
// fit for display.
func FuzzJournal(f *testing.F) {
	var b bytes.Buffer
	tell(printer.NewJournal(&b), story())
	for _, line := range bytes.Split(b.Bytes(), []byte("\n")) {
		f.Add(line, "a title", "a text")
	}
	f.Add([]byte(`{"seq":18446744073709551615,"kind":"log","msg":"\u001b[2J\ud800","time":"0001-01-01T00:00:00Z","work":{}}`), "\x1b[2J", "\u202e\xff")
	f.Add([]byte(`{"seq":1,"kind":"run-start"} {}`), "", "\n")
	f.Fuzz(func(t *testing.T, line []byte, title, text string) {
		e, err := printer.ParseJournal(line)
		if err == nil && (e.Seq == 0 || e.Kind == "" || !utf8.ValidString(e.Text+e.Title+e.Next)) {
			t.Errorf("%q reads as %+v", line, e)
		}
		if err != nil && event.Plain(err.Error()) != err.Error() {
			t.Errorf("%q", err)
		}
		for _, kind := range []event.Kind{event.Log, event.StepFailed, event.Checked, event.StepStart} {
			var out bytes.Buffer
			var said event.Recorder
			tell(event.Tee(printer.NewJournal(&out), &said), []event.Event{{Kind: kind, Step: "s", Title: title, Text: text, Status: "failed", Next: text}})
			want := said.Events()[0]
			got, err := printer.ParseJournal(out.Bytes())
			same := got.Title == want.Title && got.Text == want.Text
			alone := want.Text == "" || want.Title == "" // then it is not told which of the two it is, where the kind does not tell
			if err != nil || got.Next != want.Next || got.Status != want.Status || !same && !(alone && got.Title+got.Text == want.Title+want.Text) {
				t.Errorf("%+v comes back as %+v, %v", want, got, err)
			}
		}
	})
}
