package persist_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lethe/engine/persist"
)

// TestMain also is the program that scans as somebody else or inside a mount namespace: see [scanElsewhere].
func TestMain(m *testing.M) {
	if root := os.Getenv("PERSIST_ROOT"); root != "" {
		os.Exit(scanHere(root, os.Getenv("PERSIST_STORE")))
	}
	os.Exit(m.Run())
}

// then is when files are said to have been modified, with a fraction of a second.
var then = time.Unix(1_700_000_000, 123_456_789)

// put makes a file with all folders above it.
func put(t testing.TB, name, text string, modified time.Time) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(name), 0o755))
	must(t, os.WriteFile(name, []byte(text), 0o644))
	must(t, os.Chtimes(name, modified, modified))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// inMemory makes a folder on a tmpfs, where making many files takes no time, or where there is none an ordinary one.
func inMemory(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "lethe-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { must(t, os.RemoveAll(folder)) })
	return folder
}

// trees makes an empty root and an empty persist tree.
func trees(t testing.TB) (root, store string) {
	t.Helper()
	folder := t.TempDir()
	root, store = filepath.Join(folder, "root"), filepath.Join(folder, "store")
	must(t, os.Mkdir(root, 0o755))
	must(t, os.Mkdir(store, 0o755))
	return root, store
}

// scan collects all findings, sorted by path and kind.
func scan(t testing.TB, r persist.Request) ([]persist.Finding, persist.Summary) {
	t.Helper()
	var found []persist.Finding
	sums, err := persist.Scan(context.Background(), r, func(parcel []persist.Finding) { found = append(found, parcel...) })
	must(t, err)
	slices.SortFunc(found, func(a, b persist.Finding) int {
		return strings.Compare(a.Path+"\x00"+string(a.Kind), b.Path+"\x00"+string(b.Kind))
	})
	return found, sums
}

// told gives "kind path" of findings.
func told(found []persist.Finding) []string {
	list := []string{}
	for _, f := range found {
		list = append(list, fmt.Sprintf("%s %s", f.Kind, f.Path))
	}
	return list
}

// rsync gives what the walkthrough's command lists, as paths with a slash first, and its exit code. The names are taken from a format of their own, so
// that a file called "skipping" is one. The walkthrough's filter drops folders.
func rsync(t testing.TB, from, to string, more ...string) ([]string, int) {
	t.Helper()
	args := append([]string{"-amvxx", "--dry-run", "--no-links", "--exclude", "/tmp/*", "--exclude", "/root/*", "--out-format=>%n", "-8"}, more...)
	c := exec.Command("rsync", append(args, from+"/", to+"/")...)
	c.Env = append(os.Environ(), "LC_ALL=C")
	var complaints bytes.Buffer
	c.Stderr = &complaints
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && (exit.ExitCode() == 23 || exit.ExitCode() == 24)) { // partly unreadable, vanished
		t.Fatalf("rsync: %v\n%s", err, complaints.Bytes())
	}
	return rsyncNames(t, out), c.ProcessState.ExitCode()
}

var octal = regexp.MustCompile(`\\#([0-7]{3})`)

// rsyncNames reads rsync's output, in which it writes some bytes as \#ooo.
func rsyncNames(t testing.TB, out []byte) []string {
	t.Helper()
	names := []string{}
	for line := range bytes.Lines(out) {
		name, ok := strings.CutPrefix(strings.TrimSuffix(string(line), "\n"), ">")
		if !ok || strings.HasSuffix(name, "/") {
			continue
		}
		names = append(names, "/"+octal.ReplaceAllStringFunc(name, func(s string) string {
			n, err := strconv.ParseUint(s[2:], 8, 8)
			must(t, err)
			return string([]byte{byte(n)})
		}))
	}
	slices.Sort(names)
	return names
}

// excluded is what the walkthrough leaves out.
func excluded(path string) bool {
	return strings.HasPrefix(path, "/tmp/") || strings.HasPrefix(path, "/root/")
}

// asRsyncForward are the paths that rsync from root to store should list, with links or without. It leaves out a file in whose place the store
// has a folder that is not empty, and fails over it.
func asRsyncForward(t testing.TB, found []persist.Finding, store string, links bool) []string {
	t.Helper()
	list := []string{}
	for _, f := range found {
		if f.Kind != persist.Missing && f.Kind != persist.Differs || f.Type == persist.Link && !links || excluded(f.Path) {
			continue
		}
		if !blocked(store, f.Path) {
			list = append(list, f.Path)
		}
	}
	slices.Sort(list)
	return list
}

// blocked tells that a tree has a folder there that is not empty, which rsync does not replace. No link leads to one: rsync replaces links above.
func blocked(tree, name string) bool {
	at := tree
	for _, part := range strings.Split(strings.TrimPrefix(name, "/"), "/") {
		at = filepath.Join(at, part)
		if info, err := os.Lstat(at); err != nil || !info.IsDir() {
			return false
		}
	}
	inner, err := os.ReadDir(at)
	return err != nil || len(inner) > 0
}

// asRsyncBack are those that rsync from store to root should list.
func asRsyncBack(t testing.TB, found []persist.Finding, root, store string) []string {
	t.Helper()
	list := []string{}
	for _, f := range found {
		if f.Kind != persist.Orphan && f.Kind != persist.Differs || excluded(f.Path) {
			continue
		}
		info, err := os.Lstat(filepath.Join(store, f.Path))
		must(t, err)
		if info.Mode()&(fs.ModeSymlink|fs.ModeDir) == 0 && !blocked(root, f.Path) {
			list = append(list, f.Path)
		}
	}
	slices.Sort(list)
	return list
}

// likeRsync compares a scan with rsync in both directions.
func likeRsync(t testing.TB, root, store string) []persist.Finding {
	t.Helper()
	found, _ := scan(t, persist.Request{Root: root, Persist: store, Orphans: true, Noise: true})
	want, _ := rsync(t, root, store)
	equal(t, "root to store", asRsyncForward(t, found, store, false), want)
	want, _ = rsync(t, store, root)
	equal(t, "store to root", asRsyncBack(t, found, root, store), want)
	exact, _ := scan(t, persist.Request{Root: root, Persist: store, Nanoseconds: true, Noise: true})
	want, _ = rsync(t, root, store, "--modify-window=-1")
	equal(t, "root to store, to the nanosecond", asRsyncForward(t, exact, store, false), want)
	return found
}

func equal(t testing.TB, what string, got, want []string) {
	t.Helper()
	for _, p := range got {
		if _, ok := slices.BinarySearch(want, p); !ok {
			t.Errorf("%s: %q is told, and rsync does not list it", what, p)
		}
	}
	for _, p := range want {
		if _, ok := slices.BinarySearch(got, p); !ok {
			t.Errorf("%s: rsync lists %q, which is not told", what, p)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d told, rsync lists %d", what, len(got), len(want))
	}
}

// scanHere prints a whole scan as JSON lines, then unreadable paths after "!".
func scanHere(root, store string) int {
	declared, err := persist.ReadDeclared(root, store)
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	var mu sync.Mutex
	sums, err := persist.Scan(context.Background(), persist.Request{Root: root, Persist: store, Declared: declared, Orphans: true, Kept: true, Noise: true},
		func(parcel []persist.Finding) {
			mu.Lock()
			defer mu.Unlock()
			for _, f := range parcel {
				fmt.Printf("%s\n", asLine(f))
			}
		})
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	for _, u := range sums.Unreadable {
		fmt.Printf("!%s: %s\n", u.Path, u.Cause)
	}
	for _, e := range declared.Entries {
		fmt.Printf("=%s %s\n", e.State, e.Path)
	}
	return 0
}

// parse reads what [scanHere] printed.
func parse(t testing.TB, out []byte) (found []persist.Finding, unreadable, entries []string) {
	t.Helper()
	for line := range bytes.Lines(out) {
		switch text := strings.TrimSuffix(string(line), "\n"); text[0] {
		case '!':
			unreadable = append(unreadable, text[1:])
		case '=':
			entries = append(entries, text[1:])
		case '{':
			var f persist.Finding
			must(t, f.UnmarshalJSON(line))
			found = append(found, f)
		default:
			t.Fatal(text)
		}
	}
	slices.SortFunc(found, func(a, b persist.Finding) int {
		return strings.Compare(a.Path+"\x00"+string(a.Kind), b.Path+"\x00"+string(b.Kind))
	})
	slices.Sort(unreadable)
	return found, unreadable, entries
}

// fill makes empty files in a folder, fast.
func fill(t testing.TB, folder string, from, to int) {
	t.Helper()
	fd, err := unix.Open(folder, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	must(t, err)
	defer unix.Close(fd)
	for i := from; i < to; i++ {
		name := fmt.Sprintf("entry-%06d", i)
		must(t, unix.Mknodat(fd, name, unix.S_IFREG|0o644, 0))
		must(t, unix.UtimesNanoAt(fd, name, []unix.Timespec{{Sec: 1_700_000_000}, {Sec: 1_700_000_000}}, 0))
	}
}
