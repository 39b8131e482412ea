package run_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lethe/engine/event"
	"lethe/engine/run"
)

// writeSteps tells of steps in a journal.
func writeSteps(j *run.Journal, first int, ids ...string) {
	for i, id := range ids {
		at := time.Date(2026, 11, 23, 4, first+i, 0, 0, time.UTC)
		seq := uint64(10 * (first + i))
		j.Event(event.Event{Seq: seq + 1, Time: at, Kind: event.StepStart, Step: id, Title: "Step " + id})
		j.Event(event.Event{Seq: seq + 2, Time: at, Kind: event.Log, Step: id, Text: "a line of " + id})
		j.Event(event.Event{Seq: seq + 3, Time: at, Kind: event.StepDone, Step: id, Title: "Step " + id})
	}
}

func TestJournalIsCopiedFromItsBeginning(t *testing.T) {
	folder := t.TempDir()
	j, err := run.OpenJournal(filepath.Join(folder, "a"))
	if err != nil {
		t.Fatal(err)
	}
	writeSteps(j, 1, "check", "mount")
	f, err := os.Create(filepath.Join(folder, "b"))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.CopyTo(func() (*os.File, error) { return f, nil }, (*os.File).Sync); err != nil {
		t.Fatal(err)
	}
	writeSteps(j, 3, "install")
	until, err := os.ReadFile(filepath.Join(folder, "a"))
	if err := errors.Join(err, j.EndCopy(t.Context()), j.EndCopy(t.Context())); err != nil {
		t.Fatal(err)
	}
	writeSteps(j, 4, "close")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	copied, err := os.ReadFile(filepath.Join(folder, "b"))
	if err != nil || !bytes.Equal(copied, until) || bytes.Count(copied, []byte("\n")) != 9 {
		t.Errorf("the copy holds, %v:\n%s", err, copied)
	}
	h, err := run.ReadHistory(bytes.NewReader(copied))
	if want := (run.History{Installing: true, Step: "Step install", Stopped: time.Date(2026, 11, 23, 4, 3, 0, 0, time.UTC)}); err != nil || h != want {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestACopyThatFailsHarmsNothing(t *testing.T) {
	full := func() (*os.File, error) { return os.OpenFile("/dev/full", os.O_WRONLY, 0) }
	fine := func(*os.File) error { return nil }
	for name, row := range map[string]struct {
		open func() (*os.File, error)
		sync func(*os.File) error
		says string
		ends bool // where it cannot be written; else only that it may not last is told
	}{
		"it cannot be made":        {func() (*os.File, error) { return nil, errBroken }, fine, errBroken.Error(), true},
		"it cannot be written":     {full, fine, "no space left", true},
		"it cannot be written out": {func() (*os.File, error) { return os.Create(filepath.Join(t.TempDir(), "b")) }, func(*os.File) error { return errBroken }, errBroken.Error(), false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a")
			j, err := run.OpenJournal(path)
			if err != nil {
				t.Fatal(err)
			}
			writeSteps(j, 1, "check", "mount")
			if err := j.CopyTo(row.open, row.sync); err != nil {
				t.Fatal(err)
			}
			ended := func() bool {
				text, err := os.ReadFile(path)
				return err == nil && bytes.Contains(text, []byte("ends here"))
			}
			for n := 2; row.ends && !ended() && n < 1000; n++ { // the journal goes on, until it has heard of it
				writeSteps(j, n, "install")
			}
			writeSteps(j, 1001, "install")
			if err := j.EndCopy(t.Context()); err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v", err)
			}
			if err := j.Close(); err != nil {
				t.Error(err)
			}
			text, err := os.ReadFile(path)
			if notes := strings.Count(string(text), "The copy of this journal on the disk ends here"); err != nil || (notes == 1) != row.ends || notes > 1 {
				t.Errorf("the journal tells of it %d times, %v", notes, err)
			}
		})
	}
}

// TestADiskThatHangsHoldsNothingUp lets nothing that touches the disk return: the journal goes on, the wait for the copy can be ended, and once
// the disk answers the copy is whole.
func TestADiskThatHangsHoldsNothingUp(t *testing.T) {
	for _, hangs := range []string{"open", "sync"} {
		t.Run(hangs, func(t *testing.T) {
			folder := t.TempDir()
			j, err := run.OpenJournal(filepath.Join(folder, "a"))
			if err != nil {
				t.Fatal(err)
			}
			answers, hanging := make(chan struct{}), make(chan struct{})
			var once sync.Once
			wait := func(what string) {
				if what == hangs {
					once.Do(func() { close(hanging) })
					<-answers
				}
			}
			open := func() (*os.File, error) { wait("open"); return os.Create(filepath.Join(folder, "b")) }
			writeOut := func(f *os.File) error { wait("sync"); return f.Sync() }
			writeSteps(j, 1, "mount")
			if err := j.CopyTo(open, writeOut); err != nil {
				t.Fatal(err)
			}
			<-hanging
			for n := range 300 {
				writeSteps(j, 2+n, "install")
			}
			impatient, cancel := context.WithCancel(t.Context())
			cancel()
			if err := j.EndCopy(impatient); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			close(answers)
			if err := j.EndCopy(t.Context()); err != nil {
				t.Error(err)
			}
			whole, err := os.ReadFile(filepath.Join(folder, "a"))
			copied, copyErr := os.ReadFile(filepath.Join(folder, "b"))
			if err != nil || copyErr != nil || !bytes.Equal(whole, copied) || bytes.Count(copied, []byte("\n")) != 3*301 {
				t.Errorf("the copy has %d bytes of %d, %v, %v", len(copied), len(whole), err, copyErr)
			}
			if err := j.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestHistory(t *testing.T) {
	folder := t.TempDir()
	for name, row := range map[string]struct {
		steps []string
		last  event.Kind
		cut   bool
		want  run.History
	}{
		"early":    {[]string{"check", "wipe"}, event.RunFailed, false, run.History{Step: "Step wipe"}},
		"install":  {[]string{"check", "install"}, event.RunCancelled, false, run.History{Step: "Step install", Installing: true}},
		"cut":      {[]string{"check", "install"}, event.RunFailed, true, run.History{Step: "Step install", Installing: true}},
		"ending":   {[]string{"install", "close"}, event.RunFailed, false, run.History{Step: "Step close", Installing: true, Ending: true}},
		"done":     {[]string{"install", "close"}, event.RunDone, false, run.History{Step: "Step close", Installing: true, Ending: true, Done: true}},
		"a format": {[]string{"check", "format-nix"}, event.RunFailed, false, run.History{Step: "Step format-nix"}},
	} {
		path := filepath.Join(folder, name)
		j, err := run.OpenJournal(path)
		if err != nil {
			t.Fatal(err)
		}
		writeSteps(j, 1, row.steps...)
		at := time.Date(2026, 11, 23, 4, 2, 0, 0, time.UTC)
		j.Event(event.Event{Seq: 99, Time: at, Kind: row.last, Text: "step install is not what this text is about: " + `"step":"install"`})
		text, err := os.ReadFile(path)
		if err := errors.Join(err, j.Close()); err != nil {
			t.Fatal(err)
		}
		if row.cut {
			text = text[:len(text)-30]
		}
		row.want.Stopped = at
		if h, err := run.ReadHistory(bytes.NewReader(text)); err != nil || h != row.want {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
	}
	if _, err := run.ReadHistory(strings.NewReader("no journal\n")); err == nil {
		t.Error("anything is taken for a journal")
	}
}

func TestRotate(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for i := range 6 {
		if err := errors.Join(run.Rotate(root, "journal.jsonl", 3), root.WriteFile("journal.jsonl", fmt.Append(nil, i), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"journal.jsonl": "5", run.Older("journal.jsonl", 1): "4", "journal.2.jsonl": "3", "journal.3.jsonl": "2"} {
		if text, err := root.ReadFile(name); err != nil || string(text) != want {
			t.Errorf("%s holds %s, %v", name, text, err)
		}
	}
	if _, err := root.Stat("journal.4.jsonl"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is one more: %v", err)
	}
}
