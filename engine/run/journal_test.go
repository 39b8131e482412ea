package run_test

import (
	"context"
	"encoding/json"
	"errors"
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
