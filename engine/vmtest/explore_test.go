//go:build vm

package vmtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lethe/engine/config"
	"lethe/engine/flake"
	"lethe/engine/persist"
	"lethe/engine/vmtest/census"
)

// exploreTime is the most that a start with all that guest/explore.sh does in it may take.
const exploreTime = 15 * time.Minute

// TestExplorer asks an installed system what its next boot would forget, starts it anew, and compares; then keeps folders by the
// explorer, rebuilds, starts it a third time, and compares again; and forgets one of them.
func TestExplorer(t *testing.T) {
	t.Parallel()
	seed := uint64(number("LETHE_VM_SEED", int(time.Now().UnixNano()%1e9)))
	t.Logf("LETHE_VM_SEED=%d", seed)
	made, err := madeTree()
	must(t, err)
	c := &cycle{T: t, random: rand.New(rand.NewPCG(seed, 8)), tree: made, memory: 3072, folder: t.TempDir()}
	c.prepare([]variant{{virtio, false, config.SwapNone}})
	w := &c.wishes[0]
	w.soil, w.Disk.Tmpfs, w.Persistence.Home, w.Services.SSH = "none", "25%", "simple", false // what the cycles vary
	t.Logf("of that, other here:\n%s", w.file(t))
	c.install()
	if t.Failed() {
		return
	}
	e := explorer{c, filepath.Join(c.folder, "take")}
	build := exec.Command("go", "build", "-trimpath", "-tags", "vm", "-o", e.take, "./census/take")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("cannot build: %v\n%s", err, out)
	}
	first := e.start("first")
	second := e.start("second")
	e.judgeLost(first, second, "root-fresh")
	byHand := []string{"/srv/turned/inside", "/var/old/orphan", "/var/old/orphan \xff\n"}
	e.judgeOrphans(first, "kept-fresh", byHand)
	e.judgeOwners(first)
	e.judgeKeeping(second)
	// What was in both trees has lost its other half, and what was linked its link.
	e.judgeOrphans(second, "kept-switched", append(byHand, "/linked/target", "/srv/both", "/srv/same"))
	third := e.start("third")
	e.judgeLost(second, third, "root-full")
	e.judgeSurvival(second, third)
	e.judgeForgetting(third)
}

// explorer is the part of a cycle that comes after the installation.
type explorer struct {
	*cycle
	take string // the program that takes a census
}

// start boots the installed system, and has it do its part.
func (e explorer) start(phase string) facts {
	e.Helper()
	w := e.wishes[0]
	share := newShare(e.T, filepath.Join(e.folder, phase))
	copyInto(e.T, share, e.take)
	put(e.T, fmt.Sprintf("script=explore\nuser=%s\nphase=%s\n", w.owner(), phase), share, "case.env")
	out := newOut(e.T, e.folder, phase+"-out")
	m := machine{memory: 2048, vars: e.vars, drives: []drive{e.targets[0], e.tree.medium()}, share: share, out: out}
	said := m.run(e.T, phase, exploreTime, nil, "")
	keepFolder(e.T, phase+"-out", out)
	f := facts{e.T, filepath.Join(out, "facts")}
	if !wellStarted(said) {
		log, _ := os.ReadFile(filepath.Join(out, "explore.log"))
		e.Fatalf("the %s start went wrong:\n%s\n%s", phase, tail(said), log)
	}
	if log := (facts{e.T, out}).text("explore.log"); log != "" {
		e.Errorf("the %s start complains:\n%s", phase, log)
	}
	return f
}

// scan is what the explorer said, by path. No path may be told twice.
func (f facts) scan(name string) map[string]persist.Finding {
	f.t.Helper()
	found := map[string]persist.Finding{}
	for line := range strings.Lines(f.good(name)) {
		var finding persist.Finding
		must(f.t, finding.UnmarshalJSON([]byte(line)))
		if before, twice := found[finding.Path]; twice {
			f.t.Errorf("%s tells %q twice, as %s and as %s", name, finding.Path, before.Kind, finding.Kind)
		}
		found[finding.Path] = finding
	}
	if text := f.text(name + ".err"); strings.Contains(text, "cannot look at") {
		f.t.Errorf("%s could not look at everything:\n%s", name, text)
	}
	return found
}

// lostBy are the paths that a scan says the next boot loses.
func lostBy(scan map[string]persist.Finding) map[string]persist.Finding {
	lost := map[string]persist.Finding{}
	for path, f := range scan {
		if f.Kind == persist.Missing || f.Kind == persist.Differs {
			lost[path] = f
		}
	}
	return lost
}

// census is a tree as it was, by path.
func (f facts) census(name string) map[string]census.Entry {
	f.t.Helper()
	f.good(name)
	text, err := os.ReadFile(filepath.Join(f.folder, name))
	must(f.t, err)
	list, err := census.Read(text)
	must(f.t, err)
	return list
}

// files leaves out folders, which the explorer does not tell.
func files(list map[string]census.Entry) map[string]census.Entry {
	only := map[string]census.Entry{}
	for path, e := range list {
		if e.Kind != "folder" {
			only[path] = e
		}
	}
	return only
}

// kept are the paths that the running system declares.
func (f facts) kept(name string) []string {
	f.t.Helper()
	storages, err := flake.ReadKept([]byte(`{"s":` + f.good(name) + `}`))
	must(f.t, err)
	return append(storages["s"].Directories, storages["s"].Files...)
}

// under tells whether a path is one of the places or below one.
func under(path string, places ...string) bool {
	for _, place := range places {
		if path == place || strings.HasPrefix(path, strings.TrimSuffix(place, "/")+"/") {
			return true
		}
	}
	return false
}

// like tells whether two entries are the same file: kind, content and time. Of a link the time does not count, since who makes it anew makes the same.
func like(a, b census.Entry) bool {
	if a.Kind == "link" {
		return b.Kind == "link" && bytes.Equal(a.Target, b.Target)
	}
	return a.Kind == b.Kind && a.Size == b.Size && a.Sum == b.Sum && a.Modified == b.Modified
}
