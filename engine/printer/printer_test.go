package printer_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"lethe/engine/event"
	"lethe/engine/printer"
	"lethe/engine/verify"
)

var update = flag.Bool("update", false, "write the golden files anew")

const password = "hunter2-correct-horse"

// story is a run in which everything happens that a printer must know.
func story() []event.Event {
	const format, verifying = "Format the EFI system partition (FAT32)", "Verify the result"
	return []event.Event{
		{Kind: event.RunStart, Title: "/tmp/disk.img (40 GiB, image)"},
		{Kind: event.StepStart, Step: "format-esp", Title: format},
		{Kind: event.Log, Step: "format-esp", Text: "$ mkfs.fat -F 32 /tmp/x"},
		{Kind: event.Log, Step: "format-esp", Text: "it says " + password},
		{Kind: event.Progress, Step: "format-esp", Title: format, Done: 0.25},
		{Kind: event.StepDone, Step: "format-esp", Title: format, Done: 0.5, Millis: 1234},
		{Kind: event.StepStart, Step: "format-nix", Title: "Format the nix partition (ext4)", Done: 0.5},
		{Kind: event.StepDone, Step: "format-nix", Title: "Format the nix partition (ext4)", Done: 0.5, Status: "not rehearsed", Text: "needs device-mapper"},
		{Kind: event.Progress, Step: "install", Title: "Install NixOS", Done: 0.5, Work: &event.Work{
			Builds: 12, Built: 3, Fetches: 345, Copied: 120, Bytes: 5 << 28, BytesTotal: 45 << 27, Now: "copying " + password,
		}},
		{Kind: event.Stalled, Step: "install", Title: "Install NixOS", Done: 0.5, Program: "nixos-install", Millis: 600_000, Text: "Nothing was heard from nixos-install for 10 minutes.", Next: "It may be building something large: wait, or cancel."},
		{Kind: event.StepStart, Step: "verify", Title: verifying, Done: 0.5},
		{Kind: event.Checked, Step: "verify", Title: "partition table", Text: "3 partitions", Status: string(verify.Passed), Done: 0.5},
		{Kind: event.Checked, Step: "verify", Title: "swap", Text: "it holds ext4\ninstead of nothing", Status: string(verify.Failed), Done: 0.5},
		{Kind: event.Checked, Step: "verify", Title: "nix file system", Text: "needs device-mapper", Status: string(verify.NotRehearsed), Done: 0.5},
		{Kind: event.StepFailed, Step: "verify", Title: verifying, Text: "swap is wrong: 100% of “" + password + "”", Done: 0.5},
		{Kind: event.UndoStart, Step: "verify", Title: verifying, Done: 0.5},
		{Kind: event.UndoDone, Step: "verify", Title: verifying, Done: 0.5},
		{Kind: event.UndoStart, Step: "wipe", Title: "Remove old signatures", Done: 0.5},
		{Kind: event.UndoFailed, Step: "wipe", Title: "Remove old signatures", Text: "disk gone", Done: 0.5},
		{Kind: event.RunFailed, Step: "verify", Title: verifying, Text: "swap is wrong", Disk: "incomplete", Next: "Run it again.", Done: 0.5, Millis: 99},
	}
}

// tell sends a story through a stream, as a run does.
func tell(sink event.Sink, events []event.Event) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	s := event.NewStream(sink, func() time.Time { now = now.Add(time.Second); return now },
		func(text string) string { return strings.ReplaceAll(text, password, "[redacted]") })
	for _, e := range events {
		s.Emit(e)
	}
}

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (write it anew with -update); got\n%s", path, got)
	}
}

func TestGolden(t *testing.T) {
	for name, make := range map[string]func(*bytes.Buffer) event.Sink{
		"text.golden":    func(b *bytes.Buffer) event.Sink { return printer.NewText(b, printer.Style{}) },
		"colour.golden":  func(b *bytes.Buffer) event.Sink { return printer.NewText(b, printer.Style{Colour: true}) },
		"json.golden":    func(b *bytes.Buffer) event.Sink { return printer.NewJSON(b) },
		"journal.golden": func(b *bytes.Buffer) event.Sink { return printer.NewJournal(b) },
		"log.golden":     func(b *bytes.Buffer) event.Sink { return printer.NewLog(b, false) },
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			tell(make(&out), story())
			golden(t, name, out.Bytes())
			if bytes.Contains(out.Bytes(), []byte(password)) {
				t.Error("the passphrase was printed")
			}
			if name != "colour.golden" && bytes.ContainsRune(out.Bytes(), 0x1b) {
				t.Error("there is an escape sequence where no colour was asked for")
			}
		})
	}
}

// sinks are all printers, on one writer each.
func sinks(w *bytes.Buffer) map[string]event.Sink {
	return map[string]event.Sink{
		"text": printer.NewText(w, printer.Style{}), "bar": printer.NewText(w, printer.Style{Bar: true, Colour: true}),
		"json": printer.NewJSON(w), "journal": printer.NewJournal(w), "log": printer.NewLog(w, true),
	}
}

func TestBarOnABuffer(t *testing.T) {
	var out bytes.Buffer
	events := story()
	for _, done := range []float64{-1, 0, 0.999, 1, 1.5, 1e9} { // a bar must take any share
		events = append(events, event.Event{Kind: event.Progress, Title: strings.Repeat("long ", 100), Done: done})
	}
	tell(printer.NewText(&out, printer.Style{Bar: true}), append(events, event.Event{Kind: event.RunDone, Done: 1}))
	for _, want := range []string{"✓ Format the EFI system partition (FAT32)", "partition table: 3 partitions", "✗ Verify the result"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q was not printed", want)
		}
	}
}

func TestJSONLinesAreWhole(t *testing.T) {
	for _, name := range []string{"json", "journal"} {
		var out bytes.Buffer
		hostile := event.Event{Kind: event.Log, Title: "a\nb", Text: "line\n\"quoted\" \x1b[31m \xff </script>", Next: "\u2028"}
		tell(sinks(&out)[name], append(story(), hostile))
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		last := 0.0
		for _, line := range lines {
			var entry map[string]any
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				t.Fatalf("%s: %v: %s", name, err, line)
			}
			seq, ok := entry["seq"].(float64)
			if !ok || seq <= last || entry["kind"] == nil || entry["time"] == nil {
				t.Errorf("%s: number %v after %v, in %s", name, entry["seq"], last, line)
			}
			last = seq
		}
		if want := len(story()) + 1; name == "json" && len(lines) != want {
			t.Errorf("%d lines for %d events", len(lines), want)
		}
	}
}

func TestPrintersServeManyAtOnce(t *testing.T) {
	for name := range sinks(new(bytes.Buffer)) {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			stream := event.NewStream(sinks(&out)[name], time.Now, func(s string) string { return s })
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					for n := range 25 {
						stream.Emit(event.Event{Kind: event.Checked, Status: "passed", Text: fmt.Sprintf("line %d of %d", n, i)})
						stream.Emit(event.Event{Kind: event.Progress, Done: float64(n) / 25})
					}
				})
			}
			wg.Wait()
			if got := strings.Count(out.String(), "line "); got != 200 {
				t.Errorf("%d lines were printed instead of 200", got)
			}
		})
	}
}

func TestPrintersOutliveABrokenWriter(t *testing.T) {
	for name, sink := range map[string]event.Sink{
		"text": printer.NewText(broken{}, printer.Style{Bar: true}), "json": printer.NewJSON(broken{}),
	} {
		t.Run(name, func(*testing.T) { tell(sink, story()) })
	}
}

// broken is a pipe whose reader is gone.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

// TestProgressIsNoFlood makes sure that a pipe, a log and a journal get progress now and then, and only what is new.
func TestProgressIsNoFlood(t *testing.T) {
	for name, want := range map[string]int{"text": 7, "journal": 7, "log": 7, "json": 601} {
		var out bytes.Buffer
		now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
		stream := event.NewStream(sinks(&out)[name], func() time.Time { return now }, func(s string) string { return s })
		for i := range 601 { // a minute
			stream.Emit(event.Event{Kind: event.Progress, Step: "install", Title: "Install NixOS", Work: &event.Work{Copied: i, Fetches: 1000}})
			now = now.Add(100 * time.Millisecond)
		}
		for range 600 { // another one, in which nothing happens
			stream.Emit(event.Event{Kind: event.Progress, Step: "install", Title: "Install NixOS", Work: &event.Work{Copied: 600, Fetches: 1000, Now: "x"}})
			now = now.Add(100 * time.Millisecond)
		}
		if name == "json" {
			want += 600
		}
		if got := strings.Count(out.String(), "\n"); got != want {
			t.Errorf("%s: %d lines instead of %d", name, got, want)
		}
	}
}

func TestBarTellsTheFirstFigure(t *testing.T) {
	var out bytes.Buffer
	tell(printer.NewText(&out, printer.Style{Bar: true}), []event.Event{
		{Kind: event.Progress, Title: "Install NixOS", Done: 0.5, Work: &event.Work{Copied: 120, Fetches: 345, Builds: 12}},
	})
	if !strings.Contains(out.String(), "Install NixOS: copied 120 of 345 paths ") || strings.Contains(out.String(), "built") {
		t.Errorf("got %q", out.String())
	}
}
