package persist

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

const growing = 300 // folders, in seven others

// grower is a walk through enough folders for the rest of the workers to join, as if the disk had been read.
func grower(t *testing.T, enter func(*worker)) *walk {
	t.Helper()
	tree, err := os.MkdirTemp("/dev/shm", "lethe-") // a file system for whose workers room is made
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(tree) })
	for i := range growing {
		if err := os.MkdirAll(filepath.Join(tree, fmt.Sprint(i%7), fmt.Sprint(i)), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s := &scan{ctx: t.Context(), request: Request{Root: tree, Persist: t.TempDir()}, several: map[inode]uint32{}, targets: map[string]struct{}{}}
	root, persist, err := s.open()
	if err != nil {
		t.Fatal(err)
	}
	k := s.forward(root, persist)
	k.enter = func(w *worker, _ entry) (bool, bool) { enter(w); return true, false }
	k.crowd.more, k.crowd.before = moreWorkers, -muchRead
	return k
}

// TestGrow has workers join a walk that has begun, and counts every folder once.
func TestGrow(t *testing.T) {
	var entered atomic.Int64
	k := grower(t, func(*worker) { entered.Add(1) })
	k.run(usualWorkers)
	if !k.crowd.grown.Load() {
		t.Error("nobody joined")
	}
	if got := entered.Load(); got != growing+7 {
		t.Errorf("entered %d folders, want %d", got, growing+7)
	}
	if got := k.scan.folders.Load(); got != growing+8 {
		t.Errorf("read %d folders, want %d", got, growing+8)
	}
}
