//go:build vm

package vmtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/engine/config"
	"lethe/engine/quantity"
)

const (
	againWord    = "look at the disks again"
	eio          = "(?i)input/output error|I/O error|EIO|medium error"
	noSpace      = "(?i)no space left"
	goneWord     = "the disk is no longer there: it was unplugged"
	continueWord = "(?i)continue"
	overWord     = "Run it again to start over|start over"
)

// faults are the representative ones, and what was promised of each: a guest's worth in each list.
func faults() map[string][][]fault {
	return map[string][][]fault{
		"writing": {{
			{name: "table-eio-once", soil: "gpt", code: "1", disk: "restored", step: "Remove old signatures", says: []string{eio}},
			{name: "nix-eio", soil: "lvm", code: "1", disk: "incomplete", step: "Format the nix partition", says: []string{eio, overWord}},
			{name: "luks-eio", luks: true, code: "1", disk: "incomplete", step: "Encrypt the nix partition", says: []string{eio, overWord}},
			{name: "unplug-install", code: "1", disk: "prepared", step: "Install NixOS", says: []string{goneWord, againWord}},
			{name: "esp-full", code: "1", disk: "prepared", step: "Install NixOS", says: []string{noSpace, continueWord}},
			{name: "target-full", luks: true, code: "1", disk: "prepared", step: "Install NixOS", says: []string{noSpace, continueWord}},
			{name: "kill-root", at: "format-nix", luks: true, code: "1", when: 400 * time.Millisecond, says: []string{"root side"}},
		}},
		"refusing": beforeCut([]fault{
			{name: "read-only", code: "2", says: []string{"read-only: remove its write protection"}},
			{name: "lvm-elsewhere", code: "2", says: []string{"volume group old, which also needs /dev/[vn]", "vgremove|choose another disk"}},
			{name: "mounted-part", code: "2", says: []string{"mounted at /run/media: unmount it"}},
			{name: "swapped", code: "2", says: []string{"The system swaps on .*swapoff"}},
			{name: "run-full", code: "2", disk: "untouched", says: []string{noSpace, "remove what you do not need"}},
			{name: "run-fills", luks: true, code: "1", disk: "incomplete", says: []string{noSpace, "remove what you do not need"}},
			{name: "other-disk", luks: true, code: "2", disk: "untouched", says: []string{"not the disk that was confirmed", againWord}},
			{name: "memory", luks: true, code: "0", disk: "complete", only: true},
			{name: "array", soil: "md", code: "0", disk: "complete", only: true, told: "mdadm --stop"},
			{name: "opened", soil: "crypt", code: "0", disk: "complete", only: true, told: "cryptsetup close old-secret"},
			{name: "nvram", luks: true, code: "0", disk: "complete", only: true, told: "boots by the fallback path"},
		}, fault{name: "cut", at: "format-nix", luks: true, when: 500 * time.Millisecond}),
	}
}

// beforeCut lets cases happen before a power cut.
func beforeCut(before []fault, cut fault) [][]fault {
	boots := cuts(cut)
	boots[0] = append(before, boots[0]...)
	return boots
}

// TestFaults lets everything go wrong that can, and looks at how it ends and whether a second attempt works.
func TestFaults(t *testing.T) {
	t.Parallel()
	seed := uint64(number("LETHE_VM_SEED", int(time.Now().UnixNano()%1e9)))
	for name, cases := range faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Logf("LETHE_VM_SEED=%d", seed)
			w := newWard(t, rand.New(rand.NewPCG(seed, uint64(len(name)))), virtio)
			w.judge(cases...)
		})
	}
}

// everything is all that can happen besides an end from outside.
func everything(luks bool) []fault {
	const wipe, esp, nix, install = "Remove old signatures", "Format the EFI system partition", "Format the nix partition", "Install NixOS"
	list := []fault{
		{name: "table-eio", code: "1", disk: "incomplete", step: wipe, says: []string{eio, overWord}},
		{name: "table-eio-once", soil: "gpt", code: "1", disk: "restored", step: wipe, says: []string{eio}},
		{name: "partition-eio", soil: "gpt", code: "1", disk: "incomplete", says: []string{eio, overWord}},
		{name: "esp-eio", code: "1", disk: "incomplete", step: esp, says: []string{eio, overWord}},
		{name: "swap-eio", code: "1", disk: "incomplete", step: "Format the swap", says: []string{eio, overWord}},
		{name: "nix-eio", soil: "lvm", code: "1", disk: "incomplete", step: nix, says: []string{eio, overWord}},
		{name: "install-eio", code: "1", disk: "prepared", step: install, says: []string{continueWord}},
		{name: "unplug-mkfs", code: "1", disk: "incomplete", step: nix, says: []string{goneWord, againWord}},
		{name: "unplug-install", code: "1", disk: "prepared", step: install, says: []string{goneWord, againWord}},
		{name: "read-only", code: "2", says: []string{"read-only: remove its write protection"}},
		{name: "lvm-elsewhere", code: "2", says: []string{"volume group old, which also needs /dev/[vns]", "vgremove|choose another disk"}},
		{name: "mounted", code: "2", says: []string{"mounted at /run/media: unmount it"}},
		{name: "mounted-part", code: "2", says: []string{"mounted at /run/media: unmount it"}},
		{name: "swapped", code: "2", says: []string{"The system swaps on .*swapoff"}},
		{name: "esp-full", code: "1", disk: "prepared", step: install, says: []string{noSpace, continueWord}},
		{name: "target-full", code: "1", disk: "prepared", step: install, says: []string{noSpace, continueWord}},
		{name: "run-full", code: "2", disk: "untouched", says: []string{noSpace, "remove what you do not need"}},
		{name: "run-fills", code: "1", disk: "incomplete", says: []string{noSpace, "remove what you do not need"}},
		{name: "array", soil: "md", code: "0", disk: "complete", only: true, told: "mdadm --stop"},
		{name: "opened", soil: "crypt", code: "0", disk: "complete", only: true, told: "cryptsetup close old-secret"},
		{name: "mapped", soil: "dm", code: "0", disk: "complete", only: true, told: "dmsetup remove old-data"},
		{name: "nvram", code: "0", disk: "complete", only: true, told: "boots by the fallback path"},
		{name: "kill-window", at: "format-nix", when: 300 * time.Millisecond},
		{name: "kill-window", at: "install", when: 300 * time.Millisecond},
	}
	for i := range list {
		list[i].luks = luks
	}
	if luks {
		list = append(list,
			fault{name: "luks-eio", luks: true, code: "1", disk: "incomplete", step: "Encrypt the nix partition", says: []string{eio, overWord}},
			fault{name: "other-disk", luks: true, code: "2", disk: "untouched", says: []string{"not the disk that was confirmed|no longer there, or has another name", againWord}},
			fault{name: "memory", luks: true, code: "0", disk: "complete", only: true})
	}
	return list
}

// cannot tells what does not happen to such a disk: Linux writes to an NVMe disk again where that fails once, and QEMU's does not say
// that it is read-only.
func (k kind) cannot(f fault) bool {
	return k == nvme && (f.name == "table-eio-once" || f.name == "read-only")
}

// TestEveryFault is TestFaults with all that can happen, with and without LUKS, on disks of two kinds.
func TestEveryFault(t *testing.T) {
	whole(t)
	t.Parallel()
	seed := uint64(number("LETHE_VM_SEED", int(time.Now().UnixNano()%1e9)))
	for i, k := range []kind{virtio, nvme} {
		for _, luks := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/luks=%t", k.name, luks), func(t *testing.T) {
				t.Parallel()
				t.Logf("LETHE_VM_SEED=%d", seed)
				w := newWard(t, rand.New(rand.NewPCG(seed, uint64(i))), k)
				w.wish.Swap.Mode, w.wish.Swap.Size = config.SwapPlain, quantity.GiB
				w.judge(slices.DeleteFunc(everything(luks), k.cannot))
			})
		}
	}
}

// TestContinueAfterPowerCut cuts the power in the middle of nixos-install, continues after the next start, and boots what came of it.
func TestContinueAfterPowerCut(t *testing.T) {
	t.Parallel()
	seed := uint64(number("LETHE_VM_SEED", int(time.Now().UnixNano()%1e9)))
	t.Logf("LETHE_VM_SEED=%d", seed)
	w := newWard(t, rand.New(rand.NewPCG(seed, 3)), virtio)
	w.judge(cuts(fault{name: "cut", at: "install", luks: true, when: 6 * time.Second, full: true, goOn: true})...)
	wishes := w.wishes(true)
	said, f := wishes.start(w.T, w.folder, "boot", false, w.tree, variables(w.T, w.folder, "fresh"), w.decoy, w.target)
	if !wellStarted(said) {
		t.Fatalf("what was continued does not start:\n%s", tail(said))
	}
	wishes.judgeRoot(t, f)
	wishes.judgeKept(t, f)
	wishes.judgeEncryption(t, f)
	wishes.judgeSwap(t, f)
	wishes.judgeRepository(t, f)
}

// selected are the cases that LETHE_VM_FAULT names, else all.
func selected(cases []fault) []fault {
	only := os.Getenv("LETHE_VM_FAULT")
	if only == "" {
		return cases
	}
	var list []fault
	for _, f := range cases {
		if named := "," + only + ","; strings.Contains(named, ","+f.name+",") || strings.Contains(named, ","+f.String()+",") {
			list = append(list, f)
		}
	}
	return list
}
