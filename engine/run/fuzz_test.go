package run_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"lethe/engine/event"
	"lethe/engine/printer"
	"lethe/engine/run"
)

// FuzzHistory reads a journal of anything, cut anywhere as by a power cut: never more of a run than whole lines tell, and an error that is
// fit for display.
func FuzzHistory(f *testing.F) {
	var b bytes.Buffer
	s := event.NewStream(printer.NewJournal(&b), func() time.Time { return time.Unix(1_800_000_000, 0) }, func(text string) string { return text })
	for _, e := range []event.Event{
		{Kind: event.RunStart, Title: "/dev/sda"},
		{Kind: event.StepStart, Step: "install", Title: "Install NixOS"},
		{Kind: event.Log, Step: "install", Text: "$ nixos-install"},
		{Kind: event.StepStart, Step: "close", Title: "Close"},
		{Kind: event.RunDone, Disk: "complete"},
	} {
		s.Emit(e)
	}
	f.Add(b.Bytes(), uint16(b.Len()))
	f.Add(b.Bytes(), uint16(b.Len()-3))
	f.Add(append(b.Bytes(), make([]byte, 4096)...), uint16(5000)) // what a file system leaves behind the last write
	f.Add([]byte("{}\n"), uint16(3))
	f.Add([]byte("\x1b[2J\n{\"seq\":1}"), uint16(99))
	f.Fuzz(func(t *testing.T, text []byte, cut uint16) {
		text = text[:min(len(text), int(cut))]
		h, err := run.ReadHistory(bytes.NewReader(text))
		if err != nil && event.Plain(err.Error()) != err.Error() {
			t.Errorf("%q", err)
		}
		whole := string(text[:bytes.LastIndexByte(text, '\n')+1])
		for what, claimed := range map[string]bool{`run-done`: h.Done, `install`: h.Installing, `close`: h.Ending} {
			if claimed && !strings.Contains(whole, what) && !strings.Contains(whole, `\u`) {
				t.Errorf("%q tells of %s", text, what)
			}
		}
		again, againErr := run.ReadHistory(strings.NewReader(whole))
		if again != h || (againErr == nil) != (err == nil) {
			t.Errorf("half a line changes %+v to %+v (%v)", again, h, err)
		}
	})
}
