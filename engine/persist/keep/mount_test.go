package keep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// inNamespace is the variable that makes the test binary do [mountedSystem] in the folder that it names.
const inNamespace = "LETHE_KEEP_MOUNTS"

// TestRealMounts has the kernel say what is mounted, in a mount namespace of its own, which an ordinary user gets too.
func TestRealMounts(t *testing.T) {
	if out, err := exec.Command("unshare", "-Urm", "true").CombinedOutput(); err != nil {
		t.Skipf("this needs mounts, and the kernel gives an ordinary user none here, as in a chroot: %s", out)
	}
	w := newWorldOnDisk(t)
	program, err := filepath.Abs(os.Args[0])
	w.good(err)
	run := exec.Command("unshare", "-Urm", program, "-test.run", "TestInNamespace", "-test.v")
	run.Env = append(os.Environ(), inNamespace+"="+filepath.Dir(w.Root))
	if out, err := run.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestInNamespace") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestInNamespace is the part of [TestRealMounts] that runs inside; elsewhere it does nothing.
func TestInNamespace(t *testing.T) {
	base := os.Getenv(inNamespace)
	if base == "" {
		return
	}
	w := &world{Place: Place{Root: base + "/root", Persist: base + "/persist", Repo: base + "/repo"}, t: t}
	for _, folder := range []string{"root", "persist"} {
		w.good(unix.Mount("tmpfs", base+"/"+folder, "tmpfs", 0, "size=4m,mode=755"))
	}
	w.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\nada:x:1000:100::/home/ada:/bin/sh\n")
	w.write("/srv/a/x", "x")
	w.good(os.MkdirAll(w.Root+"/srv/a/mounted", 0o755))
	w.good(os.MkdirAll(w.Root+"/home", 0o755))
	w.write("/srv/a/file", "below a mounted file")
	w.good(unix.Mount("tmpfs", w.Root+"/srv/a/mounted", "tmpfs", 0, ""))
	w.write("/srv/a/mounted/inside", "not ours")
	w.write("/srv/bind", "bound over it")
	w.good(unix.Mount(w.Root+"/srv/bind", w.Root+"/srv/a/file", "", unix.MS_BIND, ""))
	plan, err := PlanKeep(context.Background(), w.Place, "/srv/a")
	w.good(err)
	result, err := Keep(context.Background(), w.Place, plan, nil)
	w.good(err)
	var left []string
	for _, l := range result.Copies[0].Left {
		left = append(left, l.Path)
	}
	slices.Sort(left)
	if !slices.Equal(left, []string{"file", "mounted"}) {
		t.Errorf("left out: %v", left)
	}
	w.lacks("/srv/a/mounted/inside")
	w.lacks("/srv/a/file")
	w.mountedForReal()
	w.tooLarge()
}

// mountedForReal has a rebuild, a use, and an end of it.
func (w *world) mountedForReal() {
	if list := w.waiting(); len(list) != 1 {
		w.t.Errorf("waiting before the rebuild: %+v", list)
	}
	w.good(unix.Mount(w.Persist+"/srv/a", w.Root+"/srv/a", "", unix.MS_BIND, ""))
	if list := w.waiting(); len(list) != 0 {
		w.t.Errorf("waiting though mounted: %+v", list)
	}
	w.write("/srv/a/x", "written after the rebuild")
	w.holds("/srv/a/x", "written after the rebuild")
	if _, err := PlanKeep(context.Background(), w.Place, "/srv/a"); err == nil {
		w.t.Error("kept twice")
	}
	w.good(os.WriteFile(filepath.Join(w.Repo, "persist.json"), []byte(emptyList), 0o644)) // only the mount is left to know by
	if _, err := PlanKeep(context.Background(), w.Place, "/srv/a/x"); err == nil || !strings.Contains(err.Error(), "the running system") {
		w.t.Errorf("kept in what is mounted: %v", err)
	}
	w.good(unix.Unmount(w.Root+"/srv/a", unix.MNT_DETACH))
	w.good(unix.Mount(w.Persist+"/srv/a", w.Root+"/home", "", unix.MS_BIND, "")) // shown elsewhere
	result := w.forget("/srv/a")
	if len(result.Notes) != 1 {
		w.t.Errorf("notes: %q", result.Notes)
	}
	if _, err := Delete(w.Place, result.Date); err == nil {
		w.t.Error("what is mounted was deleted")
	}
	w.good(unix.Unmount(w.Root+"/home", 0))
	at := fmt.Sprintf("%s/%s/%s/srv/a/sub", w.Persist, ForgottenFolder, result.Date)
	w.good(os.Mkdir(at, 0o755))
	w.good(unix.Mount("tmpfs", at, "tmpfs", 0, ""))
	w.good(os.WriteFile(at+"/precious", nil, 0o644))
	if _, err := Delete(w.Place, result.Date); err == nil || !strings.Contains(err.Error(), "mounted") {
		w.t.Errorf("deleted across a mount: %v", err)
	}
	if _, err := os.Stat(at + "/precious"); err != nil {
		w.t.Error(err)
	}
	w.good(unix.Unmount(at, 0))
	_, err := Delete(w.Place, result.Date)
	w.good(err)
}

// tooLarge fills the persist tree: first by more than there is room for, then while the copy is made.
func (w *world) tooLarge() {
	w.write("/srv/large/x", strings.Repeat("x", 3<<20))
	w.good(os.WriteFile(w.Persist+"/filler", make([]byte, 2<<20), 0o644))
	_, err := PlanKeep(context.Background(), w.Place, "/srv/large")
	if err == nil || !strings.Contains(err.Error(), "are free") {
		w.t.Errorf("no room: %v", err)
	}
	w.good(os.Remove(w.Persist + "/filler"))
	plan, err := PlanKeep(context.Background(), w.Place, "/srv/large")
	w.good(err)
	full := false
	_, err = Keep(context.Background(), w.Place, plan, func(p Progress) {
		if !full {
			full = true
			_ = os.WriteFile(w.Persist+"/filler", make([]byte, 4<<20), 0o644)
		}
	})
	if full && err == nil {
		w.t.Log("the copy was faster than the filler")
	}
	if err != nil && !errors.Is(err, unix.ENOSPC) {
		w.t.Errorf("full: %v", err)
	}
	if text, err := os.ReadFile(w.Persist + "/srv/large/x"); err == nil && len(text) != 3<<20 {
		w.t.Errorf("at its place are %d bytes", len(text))
	}
	if err != nil && strings.Contains(w.data(), "/srv/large") {
		w.t.Error("declared, and not noted")
	}
	w.tidy()
}
