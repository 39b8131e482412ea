package keep

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// between copies a folder, lets something happen, and verifies.
func between(t *testing.T, happen func(w *world, source, target string)) (*world, Copied, error) {
	t.Helper()
	w := newWorldOnDisk(t)
	w.write("/srv/a/x", "first")
	w.write("/srv/a/sub/y", "y")
	w.good(os.Link(w.Root+"/srv/a/x", w.Root+"/srv/a/second"))
	from, err := openRoot(w.Root + "/srv")
	w.good(err)
	defer from.Close()
	to, err := openRoot(w.Persist)
	w.good(err)
	defer to.Close()
	c := newCopier(context.Background(), to, treeName, nil)
	w.good(c.entry(from, to, "a", treeName, ".", true))
	happen(w, w.Root+"/srv/a", w.Persist+"/"+treeName)
	err = newVerifier(c).verify(from, to, "a", treeName, ".", true)
	return w, c.done, err
}

// TestVerifyMendsWhatHappenedMeanwhile wants the copy to be as the source is in the end.
func TestVerifyMendsWhatHappenedMeanwhile(t *testing.T) {
	for name, happen := range map[string]func(w *world, source, target string){
		"nothing":   func(*world, string, string) {},
		"content":   func(w *world, s, _ string) { w.good(os.WriteFile(s+"/x", []byte("longer than first"), 0o644)) },
		"shorter":   func(w *world, s, _ string) { w.good(os.Truncate(s+"/x", 1)) },
		"mode":      func(w *world, s, _ string) { w.good(os.Chmod(s+"/sub", 0o700)); w.good(os.Chmod(s+"/x", 0o400)) },
		"time":      func(w *world, s, _ string) { w.good(os.Chtimes(s+"/sub/y", epoch, epoch)) },
		"attribute": func(w *world, s, _ string) { w.good(unix.Setxattr(s+"/sub", "user.x", []byte("1"), 0)) },
		"new":       func(w *world, s, _ string) { w.write("/srv/a/sub/new/z", "z"); w.good(os.Symlink("x", s+"/link")) },
		"separated": func(w *world, s, _ string) { w.good(os.Remove(s + "/x")); w.write("/srv/a/x", "other") },
		"relinked":  func(w *world, s, _ string) { w.good(os.Remove(s + "/x")); w.good(os.Link(s+"/sub/y", s+"/x")) },
		"exchanged": func(w *world, s, _ string) {
			w.good(unix.Renameat2(unix.AT_FDCWD, s+"/x", unix.AT_FDCWD, s+"/sub/y", unix.RENAME_EXCHANGE))
		},
		"flipped bit": func(w *world, _, c string) { w.good(overwrite(c+"/x", "fIrst")) },
		"cut copy":    func(w *world, _, c string) { w.good(os.Truncate(c+"/x", 2)) },
		"lost copy":   func(w *world, _, c string) { w.good(os.RemoveAll(c + "/sub")) },
		"foreign ACL": func(w *world, _, c string) {
			w.good(unix.Setxattr(c+"/x", "system.posix_acl_access", []byte(aclGroup7), 0))
		},
		"copy's own bit": func(w *world, _, c string) { w.good(os.Chmod(c+"/x", 0o777)) },
	} {
		w, done, err := between(t, happen)
		if err != nil || len(done.Changed) > 0 {
			t.Errorf("%s: %v, %+v", name, err, done)
			continue
		}
		if diff := cmp.Diff(factsOf(t, w.Root+"/srv/a"), factsOf(t, w.Persist+"/"+treeName)); diff != "" {
			t.Errorf("%s (-source +copy):\n%s", name, diff)
		}
	}
}

// overwrite changes bytes and leaves the time as it was.
func overwrite(name, text string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		return err
	}
	return os.Chtimes(name, info.ModTime(), info.ModTime())
}

// TestVerifyTellsWhatItCannotMend has a source that became something else.
func TestVerifyTellsWhatItCannotMend(t *testing.T) {
	for name, c := range map[string]struct {
		happen        func(w *world, source string)
		changed, gone []string
	}{
		"removed":       {func(w *world, s string) { w.good(os.Remove(s + "/sub/y")) }, nil, []string{"sub/y"}},
		"other kind":    {func(w *world, s string) { w.good(os.Remove(s + "/sub/y")); w.good(os.Mkdir(s+"/sub/y", 0o755)) }, []string{"sub/y"}, nil},
		"link for file": {func(w *world, s string) { w.good(os.Remove(s + "/x")); w.good(os.Symlink("/etc/passwd", s+"/x")) }, []string{"x"}, nil},
	} {
		_, done, err := between(t, func(w *world, s, _ string) { c.happen(w, s) })
		if err != nil || !slices.Equal(done.Gone, c.gone) || len(c.changed) > 0 && len(done.Changed) == 0 || len(c.changed) == 0 && len(done.Changed) > 0 {
			t.Errorf("%s: %+v, %v", name, done, err)
		}
	}
}

// TestAFileThatIsWrittenAllTheTimeIsReported also wants the rest to be kept.
func TestAFileThatIsWrittenAllTheTimeIsReported(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/quiet", "quiet")
	w.write("/srv/a/busy", strings.Repeat("x", 8<<20))
	busy, err := os.OpenFile(w.Root+"/srv/a/busy", os.O_WRONLY, 0)
	w.good(err)
	defer busy.Close()
	stop, ended := make(chan struct{}), sync.WaitGroup{}
	ended.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				_, _ = fmt.Fprintf(busy, "%d", i)
			}
		}
	})
	result := w.keep("/srv/a")
	close(stop)
	ended.Wait()
	if diff := cmp.Diff([]string{"/srv/a/busy"}, result.Torn()); diff != "" {
		t.Errorf("reported (-want +got):\n%s", diff)
	}
	w.holds("/srv/a/quiet", "quiet")
	if again := w.sync(); len(again.Torn()) != 0 {
		t.Errorf("still reported when nobody writes: %v", again.Torn())
	}
	if diff := cmp.Diff(factsOf(t, w.Root+"/srv/a"), factsOf(t, w.Persist+"/srv/a")); diff != "" {
		t.Error(diff)
	}
}

// TestHolesThatAreGoneAreAnError fills the holes of a copy.
func TestHolesThatAreGoneAreAnError(t *testing.T) {
	w := newWorld(t)
	w.good(os.MkdirAll(w.Root+"/srv/a", 0o755))
	w.good(os.Truncate(touch(w, w.Root+"/srv/a/sparse"), 4<<20))
	w.good(os.WriteFile(w.Root+"/srv/a/full", make([]byte, 4<<20), 0o644))
	status := func(name string) (*os.File, unix.Stat_t) {
		f, err := os.Open(w.Root + "/srv/a/" + name)
		w.good(err)
		w.good(f.Sync())
		var s unix.Stat_t
		w.good(unix.Fstat(int(f.Fd()), &s))
		return f, s
	}
	f, sparse := status("sparse")
	defer f.Close()
	g, full := status("full")
	defer g.Close()
	if err := checkHoles(f, &sparse, &full); err == nil {
		t.Error("a full copy of a sparse file passed")
	}
	if err := checkHoles(g, &full, &full); err != nil {
		t.Error(err)
	}
}

func touch(w *world, name string) string {
	w.good(os.WriteFile(name, nil, 0o644))
	return name
}

// TestUnreadableIsRefused leaves nothing behind when something cannot be copied.
func TestUnreadableIsRefused(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/x", "1")
	w.good(os.Chmod(w.Root+"/srv/a/x", 0))
	plan, err := PlanKeep(context.Background(), w.Place, "/srv/a")
	w.good(err)
	_, err = Keep(context.Background(), w.Place, plan, nil)
	if os.Geteuid() == 0 {
		w.good(err) // root reads everything
		return
	}
	if err == nil || !strings.Contains(err.Error(), "nothing was declared") {
		t.Errorf("%v", err)
	}
	w.lacks("/srv")
	w.tidy()
}

var epoch = time.Unix(86400, 7)
