//go:build vm

package vmtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// TestInstallAndBoot installs onto every kind of disk, boots each twice, and looks.
func TestInstallAndBoot(t *testing.T) {
	t.Parallel()
	seed := uint64(number("LETHE_VM_SEED", int(time.Now().UnixNano()%1e9)))
	made, err := madeTree()
	must(t, err)
	for i, variants := range cycles() {
		name := variants[0].String()
		for _, v := range variants[1:] {
			name += "+" + v.String()
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Logf("LETHE_VM_SEED=%d", seed)
			c := &cycle{T: t, random: rand.New(rand.NewPCG(seed, uint64(i))), tree: made, memory: []int{3072, 6400}[i%2], folder: t.TempDir()}
			c.prepare(variants)
			c.install()
			for n := range c.wishes {
				c.boots(n)
			}
			if i == 0 {
				c.misses(0)
			}
		})
	}
}

// cycle is one guest's installations and what becomes of them.
type cycle struct {
	*testing.T
	random  *rand.Rand
	tree    *tree
	memory  int // MiB of the live system: less than 6 GiB is stretched by the installer
	folder  string
	wishes  []wish
	targets []drive
	decoy   drive
	drives  []drive // all, in the order in which the guest finds them
	vars    string
	out     string
}

// prepare makes the disks and draws the wishes.
func (c *cycle) prepare(variants []variant) {
	c.Helper()
	for _, v := range variants {
		w := newWish(c.random, v)
		bytes := 12<<30 + c.random.Int64N(3<<30)/4096*4096
		d := blank(c.T, c.folder, v.disk, fmt.Sprintf("TARGET%08d", c.random.IntN(1e8)), bytes)
		c.wishes, c.targets = append(c.wishes, w), append(c.targets, d)
		c.Logf("%s on %d bytes, before: %s, passphrase %q\n%s", v, bytes, w.soil, w.passphrase, w.file(c.T))
	}
	c.decoy = decoy(c.T, c.folder, pick(c.random, virtio, nvme), c.random)
	c.drives = append([]drive{c.tree.medium(), c.decoy}, c.targets...)
	c.random.Shuffle(len(c.drives), func(i, j int) { c.drives[i], c.drives[j] = c.drives[j], c.drives[i] })
	c.vars = variables(c.T, c.folder, "vars")
}

// install runs the live system on all disks.
func (c *cycle) install() {
	c.Helper()
	share := newShare(c.T, c.folder)
	for n, w := range c.wishes {
		w.write(c.T, share, c.targets[n])
	}
	c.out = newOut(c.T, c.folder, "out")
	before := c.decoy.digest(c.T)
	m := machine{memory: c.memory, vars: c.vars, drives: c.drives, share: share, out: c.out, live: c.tree, script: "install"}
	m.run(c.T, "install", installTime, nil, "")
	keepFolder(c.T, "install-out", c.out)
	for n, w := range c.wishes {
		w.judgeInstall(c.T, installed(c.T, c.out, c.targets[n]), c.targets[n])
	}
	c.spared(before)
}

// boots starts a disk twice: as the firmware remembers it, then as one that it never saw, or the other way round.
func (c *cycle) boots(n int) {
	c.Helper()
	w, target := c.wishes[n], c.targets[n]
	before := c.decoy.digest(c.T)
	drives := pick(c.random, []drive{c.decoy, target}, []drive{target, c.decoy})
	fallback := c.random.IntN(2)
	marker := ""
	for turn := range 2 {
		vars := c.vars
		if turn == fallback {
			vars = variables(c.T, c.folder, fmt.Sprintf("fresh-%d", n))
		}
		said, f := w.start(c.T, c.folder, fmt.Sprintf("%s-boot%d", target.serial, turn+1), turn == 0, c.tree, vars, drives...)
		if !wellStarted(said) {
			c.Fatalf("start %d of %s went wrong:\n%s", turn+1, w, tail(said))
		}
		w.judgeBoot(c.T, f, installed(c.T, c.out, target), turn == 0, turn == fallback)
		w.judgeMarkers(c.T, f, marker)
		marker = f.text("boot-id")
	}
	c.spared(before)
}

// misses gives the EFI system partition another identifier than the configuration has: the same system must now fail to start.
// This is what makes the other starts worth something.
func (c *cycle) misses(n int) {
	c.Helper()
	w, target := c.wishes[n], c.targets[n]
	f, err := os.OpenFile(target.path, os.O_RDWR, 0)
	must(c.T, err)
	const volumeID = 67 // in the boot sector of FAT32
	table := installed(c.T, c.out, target).table()
	_, err = f.WriteAt([]byte{1, 2, 3, 4}, table.Partitions[0].Start*table.SectorSize+volumeID)
	must(c.T, errors.Join(err, f.Close()))
	said, _ := w.start(c.T, c.folder, target.serial+"-misses", false, c.tree, c.vars, target)
	if wellStarted(said) || !strings.Contains(said, "BOOT FAILED") {
		c.Errorf("a wrong identifier did not keep %s from starting well:\n%s", w, tail(said))
	}
}

// spared fails when the decoy changed.
func (c *cycle) spared(before [32]byte) {
	c.Helper()
	if c.decoy.digest(c.T) != before {
		c.Errorf("the decoy disk %s changed", c.decoy.id())
	}
}
