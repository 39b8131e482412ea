//go:build vm

package vmtest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// kind is how a disk is attached and what it says of itself.
type kind struct {
	name   string
	device string // QEMU's device with its options
	byID   string // what udev puts before the serial number
	sector int
	lies   bool // its optimal I/O size is no alignment, so parted's check of that is not asked
}

// The kinds of target disks. The odd ones report I/O sizes of a RAID and of a controller that lies.
var (
	virtio  = kind{name: "virtio512", device: "virtio-blk-pci", byID: "virtio-", sector: 512}
	nvme    = kind{name: "nvme512", device: "nvme", byID: "nvme-QEMU_NVMe_Ctrl_", sector: 512}
	nvme4Kn = kind{name: "nvme4Kn", device: "nvme,logical_block_size=4096,physical_block_size=4096", byID: "nvme-QEMU_NVMe_Ctrl_", sector: 4096}
	odd     = kind{name: "odd3MiB", device: "virtio-blk-pci,min_io_size=1048576,opt_io_size=3145728,physical_block_size=4096", byID: "virtio-", sector: 512}
	oddLie  = kind{name: "odd32MiB", device: "virtio-blk-pci,opt_io_size=33553920", byID: "virtio-", sector: 512, lies: true}
)

// drive is a disk of a machine.
type drive struct {
	kind
	path     string
	serial   string
	readOnly bool
}

// id is the drive's name in /dev/disk/by-id.
func (d drive) id() string { return d.byID + d.serial }

func (d drive) arguments(id string) []string {
	file := fmt.Sprintf("if=none,id=%s,format=raw,cache=unsafe,discard=unmap,file=%s", id, d.path)
	if d.readOnly {
		file += ",readonly=on"
	}
	return []string{"-drive", file, "-device", fmt.Sprintf("%s,drive=%s,serial=%s", d.device, id, d.serial)}
}

// blank makes a sparse disk.
func blank(t *testing.T, folder string, k kind, serial string, bytes int64) drive {
	t.Helper()
	path := filepath.Join(folder, serial+".img")
	f, err := os.Create(path)
	must(t, err)
	must(t, f.Truncate(bytes))
	must(t, f.Close())
	return drive{kind: k, path: path, serial: serial}
}

const decoyBytes = 64 << 20

// decoy makes a disk full of a pattern; nothing may change on it.
func decoy(t *testing.T, folder string, k kind, r *rand.Rand) drive {
	t.Helper()
	d := blank(t, folder, k, fmt.Sprintf("DECOY%08d", r.IntN(1e8)), 0)
	f, err := os.OpenFile(d.path, os.O_WRONLY, 0)
	must(t, err)
	var seed [32]byte
	for i := range seed {
		seed[i] = byte(r.Uint32())
	}
	_, err = io.CopyN(f, rand.NewChaCha8(seed), decoyBytes)
	must(t, err)
	must(t, f.Close())
	return d
}

// digest is the SHA-256 of a drive's whole content.
func (d drive) digest(t *testing.T) [sha256.Size]byte {
	t.Helper()
	f, err := os.Open(d.path)
	must(t, err)
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	must(t, err)
	return [sha256.Size]byte(h.Sum(nil))
}
