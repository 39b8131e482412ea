package persist_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lethe/engine/persist"
)

// awkward are names that programs stumble over.
var awkward = []string{
	"plain", "two words", " lead", "trail ", "line\nbreak", "tab\there", "cr\rlf\n", "invalid-\xff\xfe-utf8", "half-\xc3", "\xed\xa0\x80surrogate", "ünïcode-✓", "-rf", "--delete",
	"*", "?", "[a]", "$(x)", "`x`", "a\\b", "\\#012", "\\", "'", "\"", "#", "%n", ">", "skipping non-regular file", "\x01\x02", "\x1b[31m", "\x7f", "...", "..a", ".hidden",
	strings.Repeat("n", 255), "e\u0301", "\u202ertl",
}

// nasty makes two trees of everything that is odd.
func nasty(t testing.TB) (root, store string) {
	root, store = trees(t)
	for i, name := range awkward {
		folder := fmt.Sprintf("names/%d", i%3)
		put(t, filepath.Join(root, folder, name), "same", then)
		if i%2 == 0 {
			put(t, filepath.Join(store, folder, name), "same", then)
		}
		put(t, filepath.Join(root, "folders", name, "in", "it"), "x", then)
		if i%5 == 0 {
			put(t, filepath.Join(store, "folders", name, "in", "it"), "x", then)
		}
		put(t, filepath.Join(store, "left", name, name), "orphan", then)
	}
	for name, side := range map[string][2]string{"same": {"abc", "abc"}, "longer": {"abcd", "abc"}, "shorter": {"", "abc"}, "other text": {"abd", "abc"}} {
		put(t, filepath.Join(root, "sizes", name), side[0], then)
		put(t, filepath.Join(store, "sizes", name), side[1], then)
	}
	for name, shift := range map[string]time.Duration{"older": -time.Hour, "newer": time.Second, "nanosecond": 1, "a second less": -time.Second, "far": -49 * 365 * 24 * time.Hour} {
		put(t, filepath.Join(root, "times", name), "x", then.Add(shift))
		put(t, filepath.Join(store, "times", name), "x", then)
	}
	put(t, filepath.Join(root, "modes/file"), "x", then)
	put(t, filepath.Join(store, "modes/file"), "x", then)
	must(t, os.Chmod(filepath.Join(root, "modes/file"), 0o4711))
	oddTypes(t, root, store)
	put(t, filepath.Join(root, "tmp/left out"), "x", then)
	put(t, filepath.Join(root, "root/left out"), "x", then)
	put(t, filepath.Join(root, "deep", strings.Repeat("down/", 200), "bottom"), "x", then)
	must(t, os.MkdirAll(filepath.Join(root, "empty/folder"), 0o755))
	return root, store
}

// oddTypes adds what is no plain file, and every change of one type into another.
func oddTypes(t testing.TB, root, store string) {
	makers := map[string]func(string){
		"file": func(p string) { put(t, p, "x", then) },
		"dir":  func(p string) { put(t, filepath.Join(p, "inner"), "x", then) },
		"link": func(p string) { must(t, os.Symlink("nowhere", p)) },
		"loop": func(p string) { must(t, os.Symlink(filepath.Base(p), p)) },
		"up":   func(p string) { must(t, os.Symlink("..", p)) },
		"fifo": func(p string) { must(t, unix.Mkfifo(p, 0o600)) },
		"sock": func(p string) { socket(t, p) },
		"none": func(string) {},
	}
	for here, make1 := range makers {
		for there, make2 := range makers {
			for tree, maker := range map[string]func(string){root: make1, store: make2} {
				must(t, os.MkdirAll(filepath.Join(tree, "types"), 0o755))
				maker(filepath.Join(tree, "types", here+"-"+there))
			}
		}
	}
	put(t, filepath.Join(root, "links/first"), strings.Repeat("x", 9000), then)
	must(t, os.Link(filepath.Join(root, "links/first"), filepath.Join(root, "links/second")))
	must(t, os.MkdirAll(filepath.Join(root, "else"), 0o755))
	must(t, os.Link(filepath.Join(root, "links/first"), filepath.Join(root, "else/third")))
	put(t, filepath.Join(root, "sparse"), "x", then)
	must(t, os.Truncate(filepath.Join(root, "sparse"), 1<<40))
	must(t, unix.Setxattr(filepath.Join(root, "modes/file"), "user.lethe", []byte("x"), 0))
}

// socket binds one. Its path may be longer than an address has room for, so it is made under a short one and moved.
func socket(t testing.TB, name string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "s")
	must(t, err)
	defer os.RemoveAll(folder)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: folder + "/s", Net: "unix"})
	must(t, err)
	l.SetUnlinkOnClose(false)
	defer l.Close()
	must(t, os.Rename(folder+"/s", name))
}

func TestTheAnswerIsRsyncs(t *testing.T) {
	root, store := nasty(t)
	found := likeRsync(t, root, store)
	if len(found) < 150 {
		t.Fatalf("only %d findings: the trees are not what they should be", len(found))
	}
	links, blocks := 0, 0
	for _, f := range found {
		switch {
		case f.Path == "/sparse" && (f.Size != 1<<40 || f.Blocks > 1<<20):
			t.Errorf("the sparse file has %d bytes and takes %d", f.Size, f.Blocks)
		case strings.HasPrefix(f.Path, "/links/") || strings.HasPrefix(f.Path, "/else/"):
			links++
			if f.Blocks > 0 {
				blocks++
			}
			if f.Size != 9000 {
				t.Errorf("%q has %d bytes", f.Path, f.Size)
			}
		}
	}
	if links != 3 || blocks != 1 {
		t.Errorf("%d of a file's three names are told, and %d of them with its blocks; each name is lost, its blocks once", links, blocks)
	}
}

// Links are told too, which the walkthrough leaves out: they compare as rsync -a compares them.
func TestLinksCompareAsRsyncs(t *testing.T) {
	root, store := nasty(t)
	found, _ := scan(t, persist.Request{Root: root, Persist: store, Noise: true})
	want, _ := rsync(t, root, store, "--links")
	equal(t, "with links", asRsyncForward(t, found, store, true), want)
}

func TestManyEntriesInOneFolder(t *testing.T) {
	folder := inMemory(t)
	root, store := filepath.Join(folder, "root"), filepath.Join(folder, "store")
	must(t, os.Mkdir(root, 0o755))
	must(t, os.Mkdir(store, 0o755))
	fill(t, root, 0, 100_000)
	fill(t, store, 50, 100_050)
	found, _ := scan(t, request(root, store))
	want, _ := rsync(t, root, store)
	equal(t, "a big folder", asRsyncForward(t, found, store, false), want)
	if len(found) != 100 {
		t.Fatalf("%d findings, not 50 missing and 50 orphans", len(found))
	}
}

// A path may be longer than the kernel takes in one call. rsync cannot go there.
func TestDeeperThanPathsMayBeLong(t *testing.T) {
	root, store := trees(t)
	part := strings.Repeat("d", 200)
	for tree, text := range map[string]string{root: "longer", store: "x"} {
		fd, err := unix.Open(tree, unix.O_PATH, 0)
		must(t, err)
		for range 50 {
			must(t, unix.Mkdirat(fd, part, 0o755))
			below, err := unix.Openat(fd, part, unix.O_PATH, 0)
			must(t, err)
			must(t, unix.Close(fd))
			fd = below
		}
		file, err := unix.Openat(fd, "bottom", unix.O_CREAT|unix.O_WRONLY, 0o600)
		must(t, err)
		_, err = unix.Write(file, []byte(text))
		must(t, err)
		must(t, unix.Close(file))
		must(t, unix.Close(fd))
	}
	want := "/" + strings.Repeat(part+"/", 50) + "bottom"
	found, sums := scan(t, persist.Request{Root: root, Persist: store, Orphans: true})
	if len(found) != 1 || found[0].Path != want || found[0].Kind != persist.Differs || sums.Folders != 102 || sums.UnreadableCount != 0 {
		t.Fatalf("%d findings, %+v", len(found), sums)
	}
}
