//go:build vm

package vmtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lethe/engine/config"
	"lethe/engine/quantity"
)

// fault is something that happens to an installation, and the promised ending.
type fault struct {
	name string // of the guest's functions in guest/faults.sh
	luks bool
	soil string // what is on the disk before
	code string // the exit code
	// disk is the state that the run ends in. It is empty where the fault is found before the run: then nothing is written.
	disk string
	// step is the title of the step that fails, or a pattern of it.
	step string
	says []string // the cause, and what to do next; each is a regular expression
	told string   // a regular expression of what the events tell on the way
	full bool     // the whole stand-in for nixos-install, and not the quick one
	only bool     // no second attempt
	goOn bool     // what comes after it continues, and formats nothing
	at   string   // the step at which something is to happen
	when time.Duration
}

func (f fault) String() string {
	name := f.name
	if f.at != "" {
		name += "-" + f.at
	}
	if f.luks {
		return name + "-luks"
	}
	return name
}

// faultTime is the most that a guest may take for its cases.
func faultTime(cases int) time.Duration { return 4*time.Minute + time.Duration(cases)*3*time.Minute }

// ward is a guest to which things happen, one after the other, on one disk.
type ward struct {
	*testing.T
	tree   *tree
	random *rand.Rand
	folder string
	target drive
	spare  drive
	decoy  drive
	wish   wish
	memory int
	boots  int
}

// newWard makes the disks and draws the wishes.
func newWard(t *testing.T, r *rand.Rand, k kind) *ward {
	t.Helper()
	made, err := madeTree()
	must(t, err)
	folder := t.TempDir()
	w := &ward{T: t, tree: made, random: r, folder: folder, memory: 3328}
	w.target = blank(t, folder, k, fmt.Sprintf("TARGET%08d", r.IntN(1e8)), 12<<30+r.Int64N(1<<30)/4096*4096)
	w.spare = blank(t, folder, virtio, fmt.Sprintf("SPARE%08d", r.IntN(1e8)), 1<<30)
	w.decoy = decoy(t, folder, pick(r, virtio, nvme), r)
	w.wish = newWish(r, variant{disk: k, swap: pick(r, config.SwapNone, config.SwapPlain, config.SwapRandomKey)})
	w.wish.Users, w.wish.passwords = w.wish.Users[:1], map[string]string{w.wish.owner(): canaryPassword}
	w.wish.passphrase, w.wish.Disk.ESP = canaryPassphrase, 260*quantity.MiB
	return w
}

// run lets the cases happen in one guest; it gives the folder in which each left what it saw.
func (w *ward) run(cases ...fault) string {
	w.Helper()
	w.boots++
	share, out := newShare(w.T, filepath.Join(w.folder, fmt.Sprintf("boot%d", w.boots))), newOut(w.T, w.folder, fmt.Sprintf("boot%d-out", w.boots))
	copyInto(w.T, share, huntBinary(w.T))
	for i, f := range cases {
		w.write(filepath.Join(share, "cases", fmt.Sprintf("%02d-%s", i, f)), f)
	}
	before := w.decoy.digest(w.T)
	m := machine{
		memory: w.memory, vars: variables(w.T, w.folder, fmt.Sprintf("vars%d", w.boots)), live: w.tree, script: "fault", share: share, out: out,
		drives: []drive{w.tree.medium(), w.decoy, w.spare}, host: newHost(w.T, out, w.target),
	}
	m.run(w.T, fmt.Sprintf("boot%d", w.boots), faultTime(len(cases)), nil, "")
	keepFolder(w.T, fmt.Sprintf("boot%d-out", w.boots), out)
	if w.decoy.digest(w.T) != before {
		w.Errorf("the decoy disk %s changed", w.decoy.id())
	}
	return filepath.Join(out, "cases")
}

// wishes are what is wished for in a case.
func (w *ward) wishes(luks bool) wish {
	wishes := w.wish
	wishes.Encryption.Enable, wishes.luks = luks, luks
	wishes.Swap.KeepPlain = luks && wishes.Swap.Mode == config.SwapPlain
	return wishes
}

// write puts what a case needs into its folder of the share.
func (w *ward) write(folder string, f fault) {
	w.Helper()
	wishes := w.wishes(f.luks)
	put(w.T, wishes.file(w.T), folder, "wishes.toml")
	put(w.T, wishes.passphrase, folder, "passphrase")
	put(w.T, fakeLock(w.T), folder, "flake.lock")
	put(w.T, canaryPassword, folder, "passwords", w.wish.owner())
	soil := f.soil
	if soil == "" {
		soil = "none"
	}
	first, second := "install", "install"
	switch {
	case f.goOn && f.only:
		first, second = "continue", "none"
	case f.goOn:
		second = "continue"
	case f.only:
		second = "none"
	}
	put(w.T, fmt.Sprintf("id=%s\nserial=%s\nspare=%s\nluks=%t\nusers=(%s)\nsoil=%s\nfault=%s\nstep=%s\ndelay=%.3f\nfirst=%s\nsecond=%s\nfull=%t\n",
		w.target.id(), w.target.serial, w.spare.id(), f.luks, w.wish.owner(), soil, f.name, f.at, f.when.Seconds(), first, second, f.full), folder, "env")
}

// ending is what an attempt said and left.
type ending struct {
	facts
	summary struct {
		OK          bool
		Error, Disk string
	}
}

// attempt reads what an attempt of a case left.
func attempt(t *testing.T, folder, name string) ending {
	t.Helper()
	e := ending{facts: facts{t, filepath.Join(folder, name)}}
	for _, line := range e.lines("jsonl") {
		if strings.Contains(line, `"kind":"summary"`) {
			must(t, json.Unmarshal([]byte(line), &e.summary))
		}
	}
	return e
}

// said is everything that it complained of.
func (e ending) said() string { return e.summary.Error + "\n" + e.text("err") }

// sentence is what each state of the disk is called for people.
var sentence = map[string]string{
	"": "", "untouched": "Nothing was written to the disk", "restored": "the disk is as it was before",
	"incomplete": "The old content of the disk is gone", "prepared": "The disk is formatted and holds the configuration", "complete": "",
}

// judge compares what became of a case with what was promised.
func (f fault) judge(t *testing.T, folder string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(folder, "whole")); err == nil {
		t.Fatalf("the fault could not be made, so nothing is proven:\n%s", facts{t, folder}.text("break.log"))
	}
	first := attempt(t, folder, "first")
	said := first.said()
	if code := first.text("code"); code != f.code || first.summary.Disk != f.disk {
		t.Errorf("it exits with %s and leaves the disk %q; promised were %s and %q:\n%s", code, first.summary.Disk, f.code, f.disk, said)
	}
	for _, want := range append([]string{sentence[f.disk]}, f.says...) {
		if !regexp.MustCompile(want).MatchString(said) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	if f.step != "" && !regexp.MustCompile(`step “`+f.step).MatchString(said) {
		t.Errorf("it does not name the step %q:\n%s", f.step, said)
	}
	if !regexp.MustCompile(f.told).MatchString(first.text("jsonl")) {
		t.Errorf("it never told %q:\n%s", f.told, tail(first.text("jsonl")))
	}
	if !strings.HasPrefix(f.name, "mounted") && !strings.HasPrefix(f.name, "swapped") && f.name != "lvm-elsewhere" {
		first.nothing("left", "left behind after "+f.String())
	}
	before, _ := os.ReadFile(filepath.Join(folder, "before"))
	after, err := os.ReadFile(filepath.Join(folder, "after"))
	if untouched := f.disk == "" || f.disk == "untouched" || f.disk == "restored"; err == nil && untouched && string(before) != string(after) {
		t.Errorf("the disk should be as before, and is not: %s", said)
	}
	if f.goOn && f.only {
		judgeContinued(t, folder, first)
	}
	if f.disk != "" && f.code != "0" {
		if report := first.text("report"); !strings.Contains(report, strings.TrimSpace(strings.Split(first.summary.Error, "\n")[0])) {
			t.Errorf("the report does not hold the error:\n%s", report)
		}
	}
	if !f.only {
		judgeAgain(t, folder)
	}
}

// judgeAgain wants the second attempt to be as if nothing had been.
func judgeAgain(t *testing.T, folder string) {
	t.Helper()
	second := attempt(t, folder, "second")
	if second.text("code") != "0" || !second.summary.OK || second.summary.Disk != "complete" {
		t.Errorf("the second attempt exits with %s: %s", second.text("code"), second.said())
		return
	}
	second.nothing("left", "left behind after the second attempt")
}

// judgeContinued wants that nothing was written anew but what nixos-install writes.
func judgeContinued(t *testing.T, folder string, e ending) {
	t.Helper()
	for _, line := range e.lines("jsonl") {
		for _, step := range []string{"wipe", "partition", "encrypt", "format-esp", "format-nix", "format-swap", "configure", "passwords"} {
			if strings.Contains(line, `"kind":"step-start","step":"`+step+`"`) {
				t.Errorf("it did the step %s anew", step)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "survivor")); err != nil {
		t.Errorf("what was on the disk when it stopped is gone: %v", err)
	}
}
