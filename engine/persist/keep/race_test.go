package keep

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// swap exchanges two paths all the time until stop is called.
func swap(a, b string) (stop func()) {
	ended, wait := make(chan struct{}), sync.WaitGroup{}
	wait.Go(func() {
		for {
			select {
			case <-ended:
				return
			default:
				_ = unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
			}
		}
	})
	return func() { close(ended); wait.Wait() }
}

const secret = "a secret of somebody else"

// TestFoldersSwappedForLinks exchanges folders of the source and of the persist tree for links that lead outside, at every depth,
// while copies are made. Whatever becomes of a call, nothing from outside is in a copy and nothing is written there.
func TestFoldersSwappedForLinks(t *testing.T) {
	for _, at := range []string{"root/srv", "root/srv/a", "root/srv/a/sub", "root/srv/a/sub/file", "persist/srv", "persist/srv/a"} {
		w := newWorld(t)
		base := filepath.Dir(w.Root)
		outside := base + "/outside"
		for _, sub := range []string{"/sub", "/a/sub"} {
			w.good(os.MkdirAll(outside+sub, 0o755))
			w.good(os.WriteFile(outside+sub+"/file", []byte(secret), 0o644))
		}
		w.good(os.MkdirAll(w.Persist+"/srv/a", 0o755))
		w.write("/srv/a/sub/file", "public")
		to := outside
		if strings.HasSuffix(at, "file") {
			to += "/sub/file"
		}
		w.good(os.Symlink(to, base+"/link"))
		before := factsOf(t, outside)
		stop := swap(base+"/"+at, base+"/link")
		kept := 0
		for range 15 {
			plan, err := PlanKeep(context.Background(), w.Place, "/srv/a")
			if err != nil {
				continue
			}
			if _, err := Keep(context.Background(), w.Place, plan, nil); err == nil {
				kept++
				if plan, err := PlanForget(context.Background(), w.Place, "/srv/a"); err == nil {
					_, _ = Forget(context.Background(), w.Place, plan)
				}
			}
		}
		stop()
		if len(before) != len(factsOf(t, outside)) {
			t.Errorf("%s: something was written outside", at)
		}
		w.noSecret(at)
		t.Logf("%s: kept %d times of 15", at, kept)
	}
}

// noSecret looks for a file of the outside in the persist tree.
func (w *world) noSecret(what string) {
	w.t.Helper()
	w.good(filepath.WalkDir(w.Persist, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(name)
		if strings.Contains(string(text), secret) {
			w.t.Errorf("%s: %s came from outside", what, name)
		}
		return err
	}))
}
