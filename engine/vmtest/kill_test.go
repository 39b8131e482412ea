//go:build vm

package vmtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// moments are the steps of an installation, and about how long each takes in an emulated guest: so long after its beginning at most
// the blow falls.
var moments = []struct {
	step string
	most time.Duration
	luks bool // only with LUKS
	soil string
}{
	{step: "check", most: 500 * time.Millisecond},
	{step: "memory", most: 500 * time.Millisecond},
	{step: "release", most: 400 * time.Millisecond, soil: "lvm"},
	{step: "wipe", most: 300 * time.Millisecond, soil: "gpt"},
	{step: "partition", most: 400 * time.Millisecond, soil: "gpt"},
	{step: "encrypt", most: 1300 * time.Millisecond, luks: true},
	{step: "open", most: time.Second, luks: true},
	{step: "format-esp", most: 500 * time.Millisecond},
	{step: "format-nix", most: 2 * time.Second},
	{step: "mount", most: time.Second},
	{step: "configure", most: 200 * time.Millisecond},
	{step: "passwords", most: 800 * time.Millisecond},
	{step: "install", most: 1500 * time.Millisecond},
	{step: "handover", most: 30 * time.Millisecond},
	{step: "verify", most: 2500 * time.Millisecond},
	{step: "close", most: 1500 * time.Millisecond},
}

// blows are one kind of end at every step.
func blows(r *rand.Rand, kind string, luks bool) []fault {
	var list []fault
	for _, m := range moments {
		if m.luks && !luks {
			continue
		}
		list = append(list, fault{name: kind, at: m.step, luks: luks, soil: m.soil, when: time.Duration(r.Int64N(int64(m.most)))})
	}
	return list
}

// TestKills ends the root side, or both sides, at every step; whoever installs again succeeds.
func TestKills(t *testing.T) {
	whole(t)
	t.Parallel()
	seed := uint64(number("LETHE_VM_SEED", int(time.Now().UnixNano()%1e9)))
	for _, kind := range []string{"kill-root", "kill-both"} {
		for _, luks := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/luks=%t", kind, luks), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(seed, uint64(len(kind))))
				t.Logf("LETHE_VM_SEED=%d", seed)
				w := newWard(t, r, pick(r, virtio, nvme))
				w.judge(blows(r, kind, luks))
			})
		}
	}
}

// TestContinue ends the engine, or the power, in nixos-install and at every step after it; what was installed until then is gone on with.
func TestContinue(t *testing.T) {
	whole(t)
	t.Parallel()
	seed := uint64(number("LETHE_VM_SEED", int(time.Now().UnixNano()%1e9)))
	for _, luks := range []bool{false, true} {
		t.Run(fmt.Sprintf("luks=%t", luks), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 7))
			t.Logf("LETHE_VM_SEED=%d", seed)
			w := newWard(t, r, pick(r, virtio, nvme))
			var ended, cut []fault
			for _, f := range append(blows(r, "kill-root", luks), blows(r, "kill-both", luks)...) {
				if f.late() {
					f.goOn = true
					ended = append(ended, f)
				}
			}
			for _, f := range blows(r, "cut", luks) {
				if f.late() {
					f.goOn = true
					cut = append(cut, f)
				}
			}
			w.judge(append([][]fault{ended}, cuts(cut...)...)...)
		})
	}
}

// late tells that an installation can be continued when it ends in this step. When the last one has unmounted, it may be complete.
func (f fault) late() bool {
	return f.at == "install" || f.at == "handover" || f.at == "verify"
}

// TestPowerCuts cuts the power at every step; a machine that is started afterwards installs on the same disk.
func TestPowerCuts(t *testing.T) {
	whole(t)
	t.Parallel()
	seed := uint64(number("LETHE_VM_SEED", int(time.Now().UnixNano()%1e9)))
	for _, luks := range []bool{false, true} {
		for round := range 2 {
			t.Run(fmt.Sprintf("luks=%t/%d", luks, round), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(seed, uint64(round)))
				t.Logf("LETHE_VM_SEED=%d", seed)
				w := newWard(t, r, pick(r, virtio, nvme))
				w.judge(cuts(blows(r, "cut", luks)...)...)
			})
		}
	}
}

// cuts begin each start after a power cut with the installation that must succeed then.
func cuts(list ...fault) [][]fault {
	var boots [][]fault
	var again []fault
	for _, f := range list {
		cut := f
		cut.only, cut.goOn = true, false
		boots = append(boots, append(again, cut))
		again = []fault{{name: "after-" + f.name, luks: f.luks, at: f.at, code: "0", disk: "complete", only: true, goOn: f.goOn, full: f.full}}
	}
	return append(boots, again)
}

// whole leaves out what takes hours unless it is asked for.
func whole(t *testing.T) {
	t.Helper()
	if os.Getenv("LETHE_VM_FULL") == "" {
		t.Skip("only in make test-vm-full")
	}
}

// judge lets cases happen, a guest for each list, and compares each with what was promised.
func (w *ward) judge(boots ...[]fault) {
	w.Helper()
	for _, cases := range boots {
		if cases = selected(cases); len(cases) == 0 {
			continue
		}
		folder := w.run(cases...)
		for i, f := range cases {
			w.Run(f.String(), func(t *testing.T) {
				at := filepath.Join(folder, fmt.Sprintf("%02d-%s", i, f))
				if f.ends() {
					f.judgeBlow(t, at)
					return
				}
				f.judge(t, at)
			})
		}
		w.searchSecrets(folder)
	}
}

// ends tells that the engine is ended from outside.
func (f fault) ends() bool { return f.name == "cut" || strings.HasPrefix(f.name, "kill-") }

// judgeBlow wants the blow to have fallen in its step, or right after it, and a second attempt to succeed.
func (f fault) judgeBlow(t *testing.T, folder string) {
	t.Helper()
	first := attempt(t, folder, "first")
	last := ""
	for _, line := range first.lines("jsonl") {
		if _, rest, ok := strings.Cut(line, `"kind":"step-start","step":"`); ok {
			last, _, _ = strings.Cut(rest, `"`)
		}
	}
	t.Logf("ended in step %s, %s after %s began", last, f.when.Round(time.Millisecond), f.at)
	if last == "" || first.summary.OK && f.at != "close" {
		t.Errorf("the blow never fell: %s", first.said())
	}
	if f.name == "kill-window" {
		f.judgeHeadless(t, first)
	}
	if !f.only {
		judgeAgain(t, folder)
	}
	if f.goOn && !f.only {
		judgeContinued(t, folder, attempt(t, folder, "second"))
	}
}

// judgeHeadless wants that the root side alone finished nixos-install and what follows it, and ended anything else in order.
func (f fault) judgeHeadless(t *testing.T, first ending) {
	t.Helper()
	first.nothing("left", "left behind by the root side whose window is gone")
	want := `"kind":"run-cancelled"`
	if f.at == "install" {
		want = `"kind":"run-done"`
	}
	if journal := first.text("lethe/journal.jsonl"); !strings.Contains(journal, want) {
		t.Errorf("the journal does not say %s:\n%s", want, tail(journal))
	}
}
