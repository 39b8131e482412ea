package persist_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/persist"
)

func request(root, store string) persist.Request {
	return persist.Request{Root: root, Persist: store, Orphans: true, Noise: true}
}

func TestDeclaredIsNoOrphan(t *testing.T) {
	root, store := trees(t)
	for _, name := range []string{"kept/a", "kept/deep/b", "file", "files/one", "files/two", "gone/c", "linked/d"} {
		put(t, filepath.Join(store, name), "x", then)
	}
	must(t, os.Symlink(filepath.Join(store, "linked"), filepath.Join(root, "points")))
	r := request(root, store)
	r.Declared = persist.Declared{Source: persist.FromFile, Entries: []persist.Entry{{Path: "/kept", Stored: "/kept"}, {Path: "/file", Stored: "/file", File: true}, {Path: "/elsewhere", Stored: "/files/one"}}}
	found, sums := scan(t, r)
	if diff := cmp.Diff([]string{"orphan /files/two", "orphan /gone/c"}, told(found)); diff != "" {
		t.Error(diff)
	}
	if sums.Orphans.Count != 2 || sums.Kept.Count != 0 || sums.Source != persist.FromFile {
		t.Errorf("%+v", sums)
	}
	r.Kept, r.Orphans = true, false
	found, _ = scan(t, r)
	if diff := cmp.Diff([]string{"kept /file", "kept /files/one", "kept /kept/a", "kept /kept/deep/b", "kept /linked/d"}, told(found)); diff != "" {
		t.Error(diff)
	}
}

func TestKeptIsToldOnce(t *testing.T) {
	root, store := trees(t)
	for _, tree := range []string{root, store} {
		put(t, filepath.Join(tree, "kept/same"), "x", then)
		put(t, filepath.Join(tree, "loose/same"), "x", then)
	}
	put(t, filepath.Join(root, "kept/differs"), "xx", then)
	put(t, filepath.Join(store, "kept/differs"), "x", then)
	r := request(root, store)
	r.Kept = true
	r.Declared.Entries = []persist.Entry{{Path: "/kept", Stored: "/kept"}}
	found, _ := scan(t, r)
	if diff := cmp.Diff([]string{"differs /kept/differs", "kept /kept/same", "kept /loose/same"}, told(found)); diff != "" {
		t.Error(diff)
	}
}

func TestSinceLeavesOutWhatIsOlder(t *testing.T) {
	root, store := trees(t)
	put(t, filepath.Join(root, "old"), "x", then)
	put(t, filepath.Join(root, "new"), "x", then.Add(time.Hour))
	r := request(root, store)
	r.Since = then.Add(time.Minute)
	found, sums := scan(t, r)
	if diff := cmp.Diff([]string{"missing /new"}, told(found)); diff != "" || sums.Missing.Count != 1 {
		t.Error(diff, sums.Missing)
	}
}

func TestNoiseIsCountedAndHidden(t *testing.T) {
	root, store := trees(t)
	put(t, filepath.Join(root, "var/cache/x/y"), "xyz", then)
	put(t, filepath.Join(root, "srv/data"), "xyz", then)
	r := request(root, store)
	r.Noise = false
	found, sums := scan(t, r)
	if diff := cmp.Diff([]string{"missing /srv/data"}, told(found)); diff != "" {
		t.Error(diff)
	}
	if sums.Noise.Count != 1 || sums.Noise.Size != 3 || sums.Missing.Count != 1 || sums.Lost().Size != 3 {
		t.Errorf("%+v", sums)
	}
}

// Whoever may not read a folder is told so, and nothing is claimed of what is in it.
func TestUnreadable(t *testing.T) {
	root, store := trees(t)
	for _, name := range []string{"open/a", "closed/b", "store-closed/c", "store-closed/deep/d", "listed/e", "last"} {
		put(t, filepath.Join(root, name), "x", then)
	}
	put(t, filepath.Join(store, "store-closed/c"), "x", then)
	put(t, filepath.Join(store, "store-closed/deep/d"), "x", then)
	put(t, filepath.Join(store, "listed/f"), "x", then)
	for _, name := range []string{root + "/closed", store + "/store-closed"} {
		must(t, os.Chmod(name, 0))
		t.Cleanup(func() { must(t, os.Chmod(name, 0o755)) })
	}
	must(t, os.Chmod(root+"/listed", 0o644)) // names can be read, and nothing else
	t.Cleanup(func() { must(t, os.Chmod(root+"/listed", 0o755)) })
	found, unreadable, _ := parse(t, asNobody(t, root, store))
	if diff := cmp.Diff([]string{"missing /last", "missing /open/a"}, told(found)); diff != "" {
		t.Error(diff)
	}
	want := []string{
		"/closed: permission denied", "/listed/e: permission denied", "/listed: permission denied", store + "/store-closed: permission denied",
		store + "/store-closed/deep: permission denied", store + "/store-closed: permission denied",
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, unreadable); diff != "" {
		t.Error(diff)
	}
}

// asNobody scans without root's power to read everything.
func asNobody(t *testing.T, root, store string) []byte {
	t.Helper()
	self, err := os.ReadFile("/proc/self/exe")
	must(t, err)
	folder := filepath.Dir(root)
	program := filepath.Join(folder, "scan")
	must(t, os.WriteFile(program, self, 0o755))
	c := exec.Command(program)
	if os.Geteuid() == 0 {
		must(t, os.Chmod(folder, 0o755))
		must(t, os.Chmod(filepath.Dir(folder), 0o755))
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	c.Dir = "/"
	c.Env = append(os.Environ(), "PERSIST_ROOT="+root, "PERSIST_STORE="+store)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return out
}

// Files come and go during a scan, and what stays is told all the same.
func TestFilesThatVanish(t *testing.T) {
	folder := inMemory(t)
	root, store := folder+"/root", folder+"/store"
	for i := range 40 {
		put(t, fmt.Sprintf("%s/stays/%d/file", root, i), "x", then)
	}
	must(t, os.Mkdir(store, 0o755))
	var stop atomic.Bool
	done := make(chan error)
	go func() { done <- churn(root, &stop) }()
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); {
		found, sums := scan(t, request(root, store))
		stays := 0
		for _, f := range found {
			if strings.HasPrefix(f.Path, "/stays/") {
				stays++
			} else if !strings.HasPrefix(f.Path, "/comes/") {
				t.Fatalf("%q was never there", f.Path)
			}
		}
		if stays != 40 || sums.UnreadableCount != 0 {
			t.Fatalf("%d of 40 files that stay, %+v", stays, sums)
		}
	}
	stop.Store(true)
	must(t, <-done)
}

// What was listed and is gone when it is looked at is counted: here files that are removed once the first parcel is full, and a folder that waits.
func TestVanishedIsCounted(t *testing.T) {
	root, store := trees(t)
	fill(t, root, 0, 1000)
	put(t, root+"/folder/file", "x", then)
	r := request(root, store)
	r.Workers = 1
	first := 0
	sums, err := persist.Scan(context.Background(), r, func(parcel []persist.Finding) {
		if first == 0 {
			must(t, os.RemoveAll(root))
		}
		first += len(parcel)
	})
	must(t, err)
	if sums.Vanished == 0 || sums.Missing.Count+sums.Vanished != 1001 || int64(first) != sums.Missing.Count || sums.UnreadableCount != 0 {
		t.Errorf("%d were told, %+v", first, sums)
	}
}

// churn makes and removes files and folders.
func churn(root string, stop *atomic.Bool) error {
	for !stop.Load() {
		for i := range 200 {
			name := fmt.Sprintf("%s/comes/%d", root, i)
			if err := os.MkdirAll(name, 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(name+"/file", nil, 0o600); err != nil {
				return err
			}
		}
		if err := os.RemoveAll(root + "/comes"); err != nil {
			return err
		}
	}
	return nil
}

func TestCancel(t *testing.T) {
	folder := inMemory(t)
	for i := range 300 {
		must(t, os.MkdirAll(fmt.Sprintf("%s/root/%d", folder, i), 0o755))
		fill(t, fmt.Sprintf("%s/root/%d", folder, i), 0, 60)
	}
	must(t, os.Mkdir(folder+"/store", 0o755))
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("seen enough")
	seen := 0
	sums, err := persist.Scan(ctx, request(folder+"/root", folder+"/store"), func(parcel []persist.Finding) {
		seen += len(parcel)
		cancel(why)
	})
	if !errors.Is(err, why) {
		t.Fatal(err)
	}
	if seen == 0 || seen >= 18_000 || sums.Missing.Count != int64(seen) {
		t.Errorf("%d findings were told, %+v", seen, sums)
	}
}

// Findings and progress come one at a time, also from several workers.
func TestProgressNeverOverlaps(t *testing.T) {
	root, store := trees(t)
	fill(t, root, 0, 600) // more than a parcel, so that the sink's sleep comes before the folder's end
	for i := range 60 {
		put(t, fmt.Sprintf("%s/%d/file", root, i), "x", then)
	}
	var inside, told atomic.Int32
	alone := func(f func()) {
		if inside.Add(1) != 1 {
			t.Error("two at a time")
		}
		f()
		inside.Add(-1)
	}
	r := request(root, store)
	r.Workers = 4
	r.Progress = func(p persist.Progress) {
		alone(func() { told.Add(1) })
		if p.Entries == 0 || p.Folder == "" {
			t.Errorf("%+v", p)
		}
	}
	_, err := persist.Scan(context.Background(), r, func([]persist.Finding) { alone(func() { time.Sleep(120 * time.Millisecond) }) })
	must(t, err)
	if told.Load() == 0 {
		t.Error("no progress was told")
	}
}

func TestRefusesWhatIsNoFolder(t *testing.T) {
	root, store := trees(t)
	put(t, root+"/file", "x", then)
	for _, r := range []persist.Request{request(root+"/nothing", store), request(root, store+"/nothing"), request(root+"/file", store)} {
		if _, err := persist.Scan(context.Background(), r, nil); err == nil || !strings.Contains(err.Error(), "name a folder") {
			t.Errorf("%q and %q: %v", r.Root, r.Persist, err)
		}
	}
}
