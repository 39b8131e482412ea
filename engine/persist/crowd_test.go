package persist

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// TestGrow has workers join a walk that has begun, and counts every folder once.
func TestGrow(t *testing.T) {
	tree := t.TempDir()
	const folders = 300
	for i := range folders {
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
	var entered atomic.Int64
	k.enter = func(*worker, entry) (bool, bool) { entered.Add(1); return true, false }
	k.crowd.more, k.crowd.before = moreWorkers, -muchRead // as if the disk had been read
	k.run(usualWorkers)
	if !k.crowd.grown.Load() {
		t.Error("nobody joined")
	}
	if got := entered.Load(); got != folders+7 {
		t.Errorf("entered %d folders, want %d", got, folders+7)
	}
	if got := s.folders.Load(); got != folders+8 {
		t.Errorf("read %d folders, want %d", got, folders+8)
	}
}
