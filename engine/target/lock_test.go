package target_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lethe/engine/plan"
	"lethe/engine/target"
)

func ctx() context.Context { return context.Background() }

func cancelCause() (context.Context, context.CancelCauseFunc) {
	return context.WithCancelCause(context.Background())
}

func TestOneEngineAtATime(t *testing.T) {
	path := image(t, false)
	first := open(t, path, 512)
	if _, err := target.OpenImage(path, 512); !errors.Is(err, target.ErrBusy) || !strings.Contains(err.Error(), path) {
		t.Errorf("second for writing: %v", err)
	}
	if _, err := target.ReadImage(path, 512); !errors.Is(err, target.ErrBusy) {
		t.Errorf("second for reading: %v", err)
	}
	if err := target.Free(path); !errors.Is(err, target.ErrBusy) {
		t.Errorf("free: %v", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	if err := target.Free(path); err != nil {
		t.Errorf("free after release: %v", err)
	}
	one, err := target.ReadImage(path, 512)
	if err != nil {
		t.Fatal(err)
	}
	two, err := target.ReadImage(path, 512)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := target.OpenImage(path, 512); !errors.Is(err, target.ErrBusy) {
		t.Errorf("writing while others read: %v", err)
	}
	if err := errors.Join(one.Release(), two.Release()); err != nil {
		t.Error(err)
	}
	open(t, path, 512)
}

func TestKilledHolderFreesTheImage(t *testing.T) {
	path := image(t, false)
	helper := exec.Command(os.Args[0])
	helper.Env = append(os.Environ(), helperVariable+"="+path)
	waitFor(t, helper, "holding")
	if _, err := target.OpenImage(path, 512); !errors.Is(err, target.ErrBusy) {
		t.Errorf("while another process holds it: %v", err)
	}
	leftover := plan.PartitionFile(path, esp.Role)
	if _, err := os.Stat(leftover); err != nil {
		t.Error(err)
	}
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = helper.Wait() // killed, so never nil
	held := open(t, path, 512)
	if _, err := os.Stat(leftover); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the leftover is still there: %v", err)
	}
	if err := held.Partition(ctx(), esp, target.Making, func(string) error { return nil }); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	good := image(t, false)
	link, fifo := filepath.Join(folder, "link"), filepath.Join(folder, "fifo")
	if err := errors.Join(os.Symlink(good, link), syscall.Mkfifo(fifo, 0o600)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, path := range []string{folder, link, fifo, "/dev/null", filepath.Join(folder, "missing"), filepath.Join(folder, "no", "folder")} {
			if _, err := target.OpenImage(path, 512); err == nil || !strings.Contains(err.Error(), "cannot") {
				t.Errorf("%s for writing: %v", path, err)
			}
			if _, err := target.ReadImage(path, 512); err == nil {
				t.Errorf("%s was taken for reading", path)
			}
			if _, err := os.Stat(plan.StateDir(path)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: a state folder was made: %v", path, err)
			}
		}
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("opening hangs")
	}
}

func TestStateFolderThatCannotBe(t *testing.T) {
	path := image(t, false)
	if err := os.WriteFile(plan.StateDir(path), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := target.OpenImage(path, 512); err == nil || !strings.Contains(err.Error(), "cannot make state folder") {
		t.Errorf("got %v", err)
	}
	if err := target.Free(path); err != nil {
		t.Errorf("the lock was kept: %v", err)
	}
}

func TestReleaseWhileProgramsStart(t *testing.T) {
	path := image(t, false)
	stop := make(chan struct{})
	var starters sync.WaitGroup
	for range 4 {
		starters.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_ = exec.Command("/bin/true").Run() // only the starting matters
				}
			}
		})
	}
	for range 300 {
		held, err := target.OpenImage(path, 512)
		if err != nil {
			t.Error(err)
			break
		}
		if err := held.Release(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	starters.Wait()
}
