package run_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lethe/engine/event"
	"lethe/engine/plan/plantest"
	"lethe/engine/run"
	"lethe/engine/tool"
)

func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	if err := os.WriteFile(path, []byte("an older journal\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := run.OpenJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	s := newScene(t, oldImage(t), true)
	s.runner.Sink = event.Tee(j, s.seen)
	s.tools.Lack("sgdisk")
	result, err := s.runner.Run(t.Context(), s.env)
	s.check(t, result, err)
	written, err := os.ReadFile(path) // before it is closed, as after a kill
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(written), "\n"), "\n")
	if len(lines) != len(s.seen.Events()) {
		t.Errorf("%d lines for %d events", len(lines), len(s.seen.Events()))
	}
	for _, line := range lines {
		var entry struct {
			Time time.Time
			Kind string
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Kind == "" || entry.Time.IsZero() {
			t.Errorf("%v: %s", err, line)
		}
	}
	if strings.Contains(string(written), plantest.Passphrase) {
		t.Error("the journal holds the passphrase")
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

func TestJournalFollowsNoLink(t *testing.T) {
	folder := t.TempDir()
	precious, link := filepath.Join(folder, "precious"), filepath.Join(folder, "journal.jsonl")
	if err := errors.Join(os.WriteFile(precious, []byte("keep me"), 0o600), os.Symlink(precious, link)); err != nil {
		t.Fatal(err)
	}
	if _, err := run.OpenJournal(link); err == nil || !strings.Contains(err.Error(), "cannot open journal") {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(precious); err != nil || string(text) != "keep me" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := run.OpenJournal(filepath.Join(folder, "no", "folder")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestPassphraseInAToolsTalkIsRedacted(t *testing.T) {
	s := newScene(t, oldImage(t), true)
	s.tools.On(func(ctx context.Context, call tool.Call) (tool.Result, error) {
		call.Line("stupid tool: " + plantest.Passphrase)
		return scribble(ctx, call)
	}, "mkfs.fat")
	outcome, err := s.runner.Run(t.Context(), s.env)
	s.check(t, outcome, err)
	said := false
	for _, e := range s.seen.Events() {
		said = said || e.Text == "stupid tool: [redacted]"
	}
	if !said {
		t.Error("the line did not arrive")
	}
}

// journalEntry is a line of a journal.
type journalEntry struct {
	Seq             uint64
	Kind, Step, Msg string
}

// journaled writes events to a new journal and reads it back.
func journaled(t *testing.T, tell func(emit func(event.Event))) (entries []journalEntry, size int64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	j, err := run.OpenJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	j.SyncSteps()
	tell(event.NewStream(j, time.Now, func(s string) string { return s }).Emit)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		var entry journalEntry
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		entries = append(entries, entry)
	}
	return entries, int64(len(text))
}

func TestJournalIsBounded(t *testing.T) {
	const floods, each, lineLength = 12, 200, 64 << 10 // 12 MiB a step
	line := strings.Repeat("x", lineLength)
	entries, size := journaled(t, func(emit func(event.Event)) {
		emit(event.Event{Kind: event.RunStart})
		for i := range floods {
			id := fmt.Sprint("step", i)
			emit(event.Event{Kind: event.StepStart, Step: id})
			for range each {
				emit(event.Event{Kind: event.Log, Step: id, Text: line})
			}
			emit(event.Event{Kind: event.Checked, Step: id, Status: "passed"})
			emit(event.Event{Kind: event.StepFailed, Step: id, Text: "the error of " + id})
			emit(event.Event{Kind: event.Log, Step: id, Text: "what the undoing says"})
		}
		emit(event.Event{Kind: event.RunFailed, Text: "end"})
	})
	if size > 17<<20 || size < 15<<20 {
		t.Errorf("the journal has %d bytes", size)
	}
	kept, left, count := map[string]int{}, map[string]int{}, map[string]int{}
	for _, e := range entries {
		var n, bytes int
		switch _, err := fmt.Sscanf(e.Msg, "%d lines (%d bytes) were left out", &n, &bytes); {
		case err == nil:
			left[e.Step] += n
			if bytes != n*lineLength {
				t.Errorf("%s: %s", e.Step, e.Msg)
			}
		case e.Msg == line:
			kept[e.Step]++
		default:
			count[e.Kind]++
		}
	}
	for i := range floods {
		id := fmt.Sprint("step", i)
		if kept[id]+left[id] != each || kept[id] == 0 {
			t.Errorf("%s: %d kept, %d left out, of %d", id, kept[id], left[id], each)
		}
	}
	// Of the lines that are no flood there are the notes and what the undoing says.
	if count["step-start"] != floods || count["step-failed"] != floods || count["check"] != floods || count["run-failed"] != 1 || count["log"] != 2*floods {
		t.Errorf("of the other events there are %v", count)
	}
}

func TestJournalSaysWhereLinesAreLeftOut(t *testing.T) {
	line := strings.Repeat("x", 64<<10)
	entries, _ := journaled(t, func(emit func(event.Event)) {
		emit(event.Event{Kind: event.StepStart, Step: "install"})
		for range 200 {
			emit(event.Event{Kind: event.Log, Step: "install", Text: line})
		}
		emit(event.Event{Kind: event.StepDone, Step: "install"})
		emit(event.Event{Kind: event.Log, Step: "verify", Text: "later"})
	})
	var n, bytes int
	last := len(entries) - 1
	from, to := entries[last-3], entries[last-2]
	_, err := fmt.Sscanf(to.Msg, "%d lines (%d bytes) were left out", &n, &bytes)
	if err != nil || uint64(n) != to.Seq-from.Seq+1 || to.Seq != 201 || from.Seq != entries[last-4].Seq+1 || !strings.Contains(from.Msg, "no more room") {
		t.Errorf("%+v … %+v", from, to)
	}
	if entries[last-1].Kind != "step-done" || entries[last].Msg != "later" {
		t.Errorf("after it: %+v", entries[last-1:])
	}
}

func TestJournalThatCannotBeWrittenSaysSo(t *testing.T) {
	j, err := run.OpenJournal("/dev/full")
	if err != nil {
		t.Fatal(err)
	}
	j.SyncSteps()
	j.Event(event.Event{Kind: event.RunStart})
	if err := j.Close(); err == nil || !strings.Contains(err.Error(), "cannot write the journal out") {
		t.Errorf("got %v", err)
	}
}
