//go:build vm

package vmtest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestNobodyWaitsForTheKey measures the wait between the confirmation and nixos-install beside that of the walkthrough's commands. It
// is a measurement and no part of a usual run: LETHE_VM_CLICK is how many pairs of runs there are.
func TestNobodyWaitsForTheKey(t *testing.T) {
	pairs := number("LETHE_VM_CLICK", 0)
	if pairs == 0 {
		t.Skip("make bench-vm measures this")
	}
	made, err := madeTree()
	must(t, err)
	folder := t.TempDir()
	share := newShare(t, folder)
	build := exec.Command("go", "build", "-trimpath", "-tags", "vm", "-o", filepath.Join(share, "click"), "./click")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("cannot build: %v\n%s", err, out)
	}
	d := blank(t, folder, virtio, "CLICK1", 20<<30)
	put(t, fmt.Sprintf("id=%s\npairs=%d\n", d.id(), pairs), share, "click.env")
	put(t, fakeLock(t), share, "flake.lock")
	out := newOut(t, folder, "out")
	m := machine{
		memory: 6400, vars: variables(t, folder, "vars"), live: made, script: "click", share: share, out: out,
		drives: []drive{made.medium(), d},
	}
	said := m.run(t, "click", time.Duration(pairs)*6*time.Minute, nil, "")
	keepFolder(t, "click-out", out)
	f := facts{t, out}
	if !strings.Contains(said, "LIVE EXIT 0") {
		t.Fatal(tail(said))
	}
	f.nothing("left", "still mounted, mapped or running after a run that was stopped")
	hand, ours := milliseconds(t, f, "walkthrough", pairs), milliseconds(t, f, "ours", pairs)
	ratio := float64(middle(ours)) / float64(middle(hand))
	t.Logf("by hand %d ms, with the key derived ahead %d ms: ratio %.3f; all by hand %v, ahead %v", middle(hand), middle(ours), ratio, hand, ours)
	if ratio > 0.10 {
		t.Errorf("the wait is %.3f of that by hand; at most 0.10 was promised", ratio)
	}
	judgeCost(t, f, pairs)
}

// judgeCost wants the derivation made ahead to cost what luksFormat alone chose: as many lanes, and as much memory times passes, up to
// what two measurements of the same machine differ.
func judgeCost(t *testing.T, f facts, pairs int) {
	t.Helper()
	work, lanes := map[string][]int{}, map[string][]int{}
	for _, side := range []string{"walkthrough", "ours"} {
		for pair := range pairs {
			var m struct {
				Keyslots map[string]struct {
					KDF struct {
						Type               string
						Time, Memory, CPUs int
					}
				}
			}
			must(t, json.Unmarshal([]byte(f.text(fmt.Sprintf("%s-%d.json", side, pair+1))), &m))
			k := m.Keyslots["0"].KDF
			if k.Type != "argon2id" {
				t.Errorf("%s derives its key with %q", side, k.Type)
			}
			work[side], lanes[side] = append(work[side], k.Memory*k.Time), append(lanes[side], k.CPUs)
		}
	}
	t.Logf("KiB times passes: by hand %v, ahead %v", work["walkthrough"], work["ours"])
	if !slices.Equal(lanes["walkthrough"], lanes["ours"]) {
		t.Errorf("lanes are %v, and %v by hand", lanes["ours"], lanes["walkthrough"])
	}
	if ours, hand := middle(work["ours"]), middle(work["walkthrough"]); ours < hand*3/4 {
		t.Errorf("the derivation costs %d KiB times passes, and %d by hand", ours, hand)
	}
}

// milliseconds reads a time of each pair.
func milliseconds(t *testing.T, f facts, name string, pairs int) []int {
	t.Helper()
	var list []int
	for _, line := range f.lines(name) {
		n, err := strconv.Atoi(line)
		must(t, err)
		list = append(list, n)
	}
	if len(list) != pairs {
		t.Errorf("%s has %d times, wanted were %d", name, len(list), pairs)
	}
	return list
}

// middle is the median.
func middle(list []int) int {
	sorted := slices.Sorted(slices.Values(list))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}
