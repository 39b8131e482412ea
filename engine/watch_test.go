package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/event"
	"lethe/engine/lockfile"
	"lethe/engine/printer"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/tool"
)

// TestMain is a second process, too: "work FOLDER IMAGE" rehearses on an image as an installation does on a disk, under the lock and with
// the journal in FOLDER, until SIGTERM cancels it; "hold FOLDER" only holds the lock, as what is no installation does.
func TestMain(m *testing.M) {
	if len(os.Args) < 3 || os.Args[1] != "work" && os.Args[1] != "hold" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	l := Local{Folder: os.Args[2]}
	if os.Args[1] == "work" {
		err := l.rehearseUnderLock(ctx, os.Args[3])
		fmt.Println(err)
		return
	}
	lock, err := l.lock("sweeping")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	<-ctx.Done()
	_ = lock.Close()
}

// rehearseUnderLock encrypts with a key derivation that takes minutes.
func (l Local) rehearseUnderLock(ctx context.Context, image string) error {
	wishes := config.Config{
		Version: config.Version, Disk: config.Disk{ESP: 260 * quantity.MiB}, Encryption: config.Encryption{Enable: true},
		Swap: config.Swap{Mode: config.SwapNone},
	}
	request := Request{Wishes: wishes, KDF: command.KDF{Iterations: 4000, MemoryKiB: 262144, Lanes: 1}}
	stage, err := Prepare(ctx, Rehearsal{Path: image, Request: request})
	if err != nil {
		return err
	}
	secrets := secret.NewStore()
	secrets.Put(command.Passphrase, secret.New([]byte("correct horse battery")))
	_, err = l.work(ctx, event.SinkFunc(func(event.Event) {}), &step.Env{
		Plan: stage.Plan, Tools: tool.Exec{}, Secrets: secrets, Now: time.Now, Open: openTarget, Identify: identify,
	})
	return err
}

// scene is another process at work, and this one that looks on.
type scene struct {
	Local
	image string
	child *exec.Cmd
	said  *strings.Builder
	seen  event.Recorder
	ended chan error
}

// begin starts the other process.
func begin(t *testing.T, what string) *scene {
	t.Helper()
	folder := t.TempDir()
	s := &scene{Local: Local{Folder: filepath.Join(folder, "run")}, image: filepath.Join(folder, "disk.img"), said: &strings.Builder{}, ended: make(chan error, 1)}
	s.child = exec.Command(os.Args[0], what, s.Folder, s.image)
	s.child.Stdout, s.child.Stderr = s.said, s.said
	if err := s.child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.child.Process.Kill(); _ = s.child.Wait() })
	s.until(t, "nobody is at work", func() bool {
		running, err := s.running()
		return err == nil && running != nil && running.Title != ""
	})
	return s
}

func (s *scene) until(t *testing.T, otherwise string, yes func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !yes(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s\n%s", otherwise, s.said)
		}
	}
}

// watch looks on in the background until the other process encrypts.
func (s *scene) watch(ctx context.Context, t *testing.T) {
	t.Helper()
	go func() { s.ended <- s.Watch(ctx, &s.seen) }()
	s.until(t, "it never encrypts", func() bool {
		events := s.seen.Events()
		return len(events) > 0 && events[len(events)-1].Step == "encrypt"
	})
}

func (s *scene) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-s.ended:
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("it watches on")
		return nil
	}
}

func TestWatchAndStop(t *testing.T) {
	s := begin(t, "work")
	running, err := s.running()
	if err != nil || running.PID != s.child.Process.Pid || time.Since(running.Since) > time.Minute || !strings.Contains(running.Title, s.image) {
		t.Errorf("running: %+v, %v", running, err)
	}
	s.watch(t.Context(), t)
	_, err = s.lock("me too")
	var held *lockfile.Held
	if !errors.As(err, &held) || held.Holder.PID != s.child.Process.Pid || !strings.Contains(err.Error(), running.Title) {
		t.Errorf("a second one began, or is not told who the first is: %v", err)
	}
	if err := s.free(); !errors.As(err, &held) {
		t.Errorf("a plan is accepted meanwhile: %v", err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.end(t); err != nil {
		t.Fatalf("%v\n%s", err, s.said)
	}
	if running, err := s.running(); running != nil || err != nil {
		t.Errorf("after the last event there is still %+v, %v", running, err)
	}
	if err := s.child.Wait(); err != nil || !strings.Contains(s.said.String(), "cancelled in step “Encrypt") {
		t.Errorf("%v, %s", err, s.said)
	}
	s.cleanedUp(t)
	if err := s.Stop(t.Context()); !errors.Is(err, lockfile.ErrFree) || !strings.HasPrefix(err.Error(), "cannot cancel: ") {
		t.Errorf("stopping nobody: %v", err)
	}
	if err := s.Watch(t.Context(), &s.seen); !errors.Is(err, lockfile.ErrFree) || !strings.HasPrefix(err.Error(), "cannot watch: ") {
		t.Errorf("watching nobody: %v", err)
	}
}

// cleanedUp compares what was watched with the journal, and looks at what the other process left.
func (s *scene) cleanedUp(t *testing.T) {
	t.Helper()
	events := s.seen.Events()
	first, last := events[0], events[len(events)-1]
	if first.Seq != 1 || first.Kind != event.RunStart || last.Kind != event.RunCancelled || last.Step != "encrypt" || last.Next == "" {
		t.Errorf("from %+v\nto %+v", first, last)
	}
	text, err := os.ReadFile(s.path(journalName))
	if err != nil {
		t.Fatal(err)
	}
	undone := 0
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		e, err := printer.ParseJournal([]byte(line))
		if err != nil || i >= len(events) || fmt.Sprint(e) != fmt.Sprint(events[i]) {
			t.Fatalf("line %d was not handed on: %s", i, line)
		}
		if e.Kind == event.UndoDone {
			undone++
		}
	}
	if undone < 2 {
		t.Errorf("%d steps were undone", undone)
	}
	if left, err := filepath.Glob(s.image + ".lethe/*.part"); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestWatchWhatIsKilled(t *testing.T) {
	s := begin(t, "work")
	s.watch(t.Context(), t)
	_ = s.child.Process.Kill()
	_ = s.child.Wait()
	err := s.end(t)
	if err == nil {
		t.Fatal("a killed one came to its end")
	}
	for _, want := range []string{fmt.Sprintf("process %d is gone", s.child.Process.Pid), "it was killed", "let go of when the next installation begins", "lethe-engine continue", "install anew"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %q", want, err)
		}
	}
	lock, err := s.lock("the next one")
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.Close(); err != nil {
		t.Error(err)
	}
}

func TestWatchEndsWithItsContext(t *testing.T) {
	s := begin(t, "work")
	ctx, cancel := context.WithCancel(t.Context())
	s.watch(ctx, t)
	cancel()
	if err := s.end(t); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if running, err := s.running(); err != nil || running == nil {
		t.Errorf("looking on ended the installation: %+v, %v", running, err)
	}
}

func TestWatchWhatIsNoInstallation(t *testing.T) {
	s := begin(t, "hold")
	go func() { s.ended <- s.Watch(t.Context(), &s.seen) }()
	time.Sleep(2 * lookEvery)
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.end(t); err == nil || !strings.Contains(err.Error(), ": sweeping is over, and was no installation") {
		t.Errorf("%v", err)
	}
}
