package persist_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// planted is one entry of a made-up tree.
type planted struct {
	kind    string
	size    int
	seconds int // later than then
	target  string
}

var (
	plantedName = rapid.SampledFrom([]string{"a", "b", "c c", "d\n", "\xff", "tmp", "root", ".cache"})
	plantedKind = rapid.SampledFrom([]string{"file", "file", "file", "file", "folder", "link", "fifo"})
)

// plantedTree is paths with what is there. A path below one that is no folder cannot be made and is left out.
func plantedTree(t *rapid.T, label string) map[string]planted {
	paths := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(plantedName, 1, 4).Draw(t, "path"), "/")
	}), 0, 25).Draw(t, label)
	tree := map[string]planted{}
	for _, p := range paths {
		tree[p] = planted{
			kind: plantedKind.Draw(t, "kind"), size: rapid.IntRange(0, 2).Draw(t, "size"), seconds: rapid.IntRange(0, 1).Draw(t, "seconds"),
			target: rapid.SampledFrom([]string{"a", "..", "/nowhere"}).Draw(t, "target"),
		}
	}
	return tree
}

func (p planted) make(name string) {
	if os.MkdirAll(filepath.Dir(name), 0o755) != nil {
		return
	}
	modified := then.Add(time.Duration(p.seconds) * time.Second)
	switch p.kind {
	case "folder":
		_ = os.Mkdir(name, 0o755)
	case "link":
		_ = os.Symlink(p.target, name)
	case "fifo":
		_ = unix.Mkfifo(name, 0o600)
	default:
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // what is there may be a pipe
		if err != nil {
			return
		}
		_, _ = f.Write(make([]byte, p.size))
		_ = f.Close()
		_ = os.Chtimes(name, modified, modified)
	}
}

// Whatever the two trees are, a scan and rsync say the same: 25 pairs, since each takes three runs of rsync, or -rapid.checks.
func TestRandomTreesAgainstRsync(t *testing.T) {
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if !asked {
		must(t, flag.Set("rapid.checks", "25"))
	}
	base := inMemory(t)
	rapid.Check(t, func(rt *rapid.T) {
		root, err := os.MkdirTemp(base, "root")
		must(t, err)
		store, err := os.MkdirTemp(base, "store")
		must(t, err)
		defer os.RemoveAll(root)
		defer os.RemoveAll(store)
		both := plantedTree(rt, "both")
		for tree, own := range map[string]map[string]planted{root: plantedTree(rt, "root"), store: plantedTree(rt, "store")} {
			for p, what := range both {
				what.make(filepath.Join(tree, p))
			}
			for p, what := range own {
				what.make(filepath.Join(tree, p))
			}
		}
		likeRsync(fails{t, rt}, root, store)
	})
}

// fails reports to rapid, which then looks for a smaller case.
type fails struct {
	testing.TB
	rt *rapid.T
}

func (f fails) Errorf(format string, args ...any) { f.rt.Errorf(format, args...) }
func (f fails) Fatalf(format string, args ...any) { f.rt.Fatalf(format, args...) }
func (f fails) Fatal(args ...any)                 { f.rt.Fatal(args...) }
