package run_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/event"
	"lethe/engine/printer"
	"lethe/engine/run"
)

// writing is a journal that a test writes piece by piece.
type writing struct {
	t    *testing.T
	path string
	file *os.File
	dead atomic.Bool
	text []byte // all lines of a run of three events: start, log, done
}

func newWriting(t *testing.T) *writing {
	t.Helper()
	w := &writing{t: t, path: filepath.Join(t.TempDir(), "journal.jsonl"), text: journalOf("first", event.RunDone)}
	w.create()
	return w
}

// journalOf is a journal of three lines.
func journalOf(line string, end event.Kind) []byte {
	var out bytes.Buffer
	s := event.NewStream(printer.NewJournal(&out), time.Now, func(s string) string { return s })
	s.Emit(event.Event{Kind: event.RunStart, Title: "the disk"})
	s.Emit(event.Event{Kind: event.Log, Text: line})
	s.Emit(event.Event{Kind: end, Done: 1, Disk: "complete"})
	return out.Bytes()
}

func (w *writing) create() {
	w.t.Helper()
	f, err := os.Create(w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = f.Close() })
	w.file = f
}

func (w *writing) write(text []byte) {
	w.t.Helper()
	if _, err := w.file.Write(text); err != nil {
		w.t.Fatal(err)
	}
}

// follow follows in the background. The channel gives the error at the end.
func (w *writing) follow(ctx context.Context, sink event.Sink) <-chan error {
	ended := make(chan error, 1)
	f := run.Follower{Path: w.path, Every: 2 * time.Millisecond, Alive: func() (bool, error) { return !w.dead.Load(), nil }}
	go func() { ended <- f.Follow(ctx, sink) }()
	return ended
}

// kinds waits until there are n events and gives them in a line.
func kinds(t *testing.T, seen *event.Recorder, n int) string {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); len(seen.Events()) < n && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	var list []string
	for _, e := range seen.Events() {
		list = append(list, fmt.Sprintf("%d %s", e.Seq, e.Kind))
	}
	return strings.Join(list, ", ")
}

func waitEnd(t *testing.T, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("it follows on")
		return nil
	}
}

const whole = "1 run-start, 2 log, 3 run-done"

// TestFollowByBytes writes a journal one byte at a time.
func TestFollowByBytes(t *testing.T) {
	w := newWriting(t)
	var seen event.Recorder
	ended := w.follow(t.Context(), &seen)
	for i := range w.text {
		w.write(w.text[i : i+1])
		if i%40 == 0 {
			time.Sleep(3 * time.Millisecond)
		}
	}
	if err := waitEnd(t, ended); err != nil || kinds(t, &seen, 3) != whole {
		t.Errorf("%v: %s", err, kinds(t, &seen, 0))
	}
}

// TestFollowARealRun follows a journal while a run writes it, and gets every event that is in it.
func TestFollowARealRun(t *testing.T) {
	w := newWriting(t)
	j, err := run.OpenJournal(w.path)
	if err != nil {
		t.Fatal(err)
	}
	var seen event.Recorder
	ended := w.follow(t.Context(), &seen)
	s := newScene(t, oldImage(t), true)
	s.runner.Sink = event.Tee(j, s.seen)
	result, err := s.runner.Run(t.Context(), s.env) // it fails at the end: what was formatted is played
	s.check(t, result, err)
	if err := waitEnd(t, ended); err != nil {
		t.Fatal(err)
	}
	want := s.seen.Events()
	for i := range want {
		want[i].Time, want[i].Done = want[i].Time.Truncate(time.Millisecond), 0
	}
	got := seen.Events()
	for i := range got {
		got[i].Done = 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

func TestFollowWhatDies(t *testing.T) {
	for name, c := range map[string]struct {
		bytes int // of the end that are missing
		want  string
		err   error
	}{
		"in the last line":         {20, "1 run-start, 2 log", run.ErrNoLastWord},
		"before its end of line":   {1, "1 run-start, 2 log", run.ErrNoLastWord},
		"right after its last one": {0, whole, nil},
	} {
		w := newWriting(t)
		w.write(w.text[:len(w.text)-c.bytes])
		w.dead.Store(true)
		var seen event.Recorder
		if err := waitEnd(t, w.follow(t.Context(), &seen)); !errors.Is(err, c.err) || kinds(t, &seen, 0) != c.want {
			t.Errorf("%s: %v: %s", name, err, kinds(t, &seen, 0))
		}
	}
}

func TestFollowRotation(t *testing.T) {
	w := newWriting(t)
	lines := bytes.SplitAfter(w.text, []byte("\n"))
	var seen event.Recorder
	ended := w.follow(t.Context(), &seen)
	w.write(lines[0])
	if got := kinds(t, &seen, 1); got != "1 run-start" {
		t.Fatal(got)
	}
	if err := os.Rename(w.path, w.path+".1"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Millisecond) // there is none at all now
	w.write(lines[1])                 // still into the one that was moved
	w.create()
	w.write(lines[2])
	if err := waitEnd(t, ended); err != nil || kinds(t, &seen, 3) != whole {
		t.Errorf("%v: %s", err, kinds(t, &seen, 0))
	}
}

// TestFollowNoOtherRun empties the journal, as the next run does, and never takes its events for those of the first.
func TestFollowNoOtherRun(t *testing.T) {
	w := newWriting(t)
	var seen event.Recorder
	w.write(bytes.Join(bytes.SplitAfter(w.text, []byte("\n"))[:2], nil))
	ended := w.follow(t.Context(), &seen)
	if got := kinds(t, &seen, 2); got != "1 run-start, 2 log" {
		t.Fatal(got)
	}
	if err := w.file.Truncate(0); err != nil {
		t.Fatal(err)
	}
	if _, err := w.file.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Millisecond)
	w.write(journalOf("another", event.RunFailed))
	err := waitEnd(t, ended)
	if err == nil || !strings.Contains(err.Error(), "another run began") || kinds(t, &seen, 0) != "1 run-start, 2 log" {
		t.Errorf("%v: %s", err, kinds(t, &seen, 0))
	}
}

func TestFollowGarbage(t *testing.T) {
	w := newWriting(t)
	lines := bytes.SplitAfter(w.text, []byte("\n"))
	w.write(bytes.Join([][]byte{lines[0], []byte("{\"kind\":\x1b[31m\n\n[]\n"), lines[1], lines[1], lines[2]}, nil))
	var seen event.Recorder
	if err := waitEnd(t, w.follow(t.Context(), &seen)); err != nil {
		t.Error(err)
	}
	if got := kinds(t, &seen, 0); got != "1 run-start, 0 log, 0 log, 0 log, 2 log, 3 run-done" {
		t.Error(got)
	}
	for _, e := range seen.Events() {
		if e.Seq == 0 && (!strings.HasPrefix(e.Text, "cannot read a line of the journal: ") || strings.Contains(e.Text, "\x1b")) {
			t.Errorf("%q", e.Text)
		}
	}
}

func TestFollowEndsWithItsContext(t *testing.T) {
	w := newWriting(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	var seen event.Recorder
	ended := w.follow(ctx, &seen)
	why := errors.New("enough")
	cancel(why)
	if err := waitEnd(t, ended); !errors.Is(err, why) {
		t.Error(err)
	}
}

func TestFollowWhatCannotBe(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		w := &writing{t: t, path: path}
		if err := waitEnd(t, w.follow(t.Context(), &event.Recorder{})); err == nil || !strings.HasPrefix(err.Error(), "cannot read the journal: ") {
			t.Errorf("%v", err)
		}
	}
	w := newWriting(t)
	broken := errors.New("no /proc")
	f := run.Follower{Path: w.path, Every: time.Millisecond, Alive: func() (bool, error) { return false, broken }}
	if err := f.Follow(t.Context(), &event.Recorder{}); !errors.Is(err, broken) {
		t.Error(err)
	}
}
