// Package plantest makes images and plans for tests: real sparse files, read with the real blkid, planned with
// repeatable randomness.
package plantest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/tool"
)

// Passphrase is what tests encrypt with.
const Passphrase = "hunter2-correct-horse"

// Size of images: the least disk that can be planned for.
const Size = layout.LeastDisk

// Quick is a key derivation that takes no time. It is for tests only.
var Quick = command.KDF{Iterations: 4, MemoryKiB: 32, Lanes: 1}

// Blank makes an empty sparse image of [Size].
func Blank(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk.img")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, int64(Size))); err != nil {
		t.Fatal(err)
	}
	return path
}

// Wishes is the part of a configuration that shapes the disk.
func Wishes(encrypt bool, swap config.SwapMode) config.Config {
	c := config.Config{
		Version: config.Version, Disk: config.Disk{ESP: 260 * quantity.MiB},
		Encryption: config.Encryption{Enable: encrypt}, Swap: config.Swap{Mode: swap, Size: 64 * quantity.MiB},
	}
	if swap == config.SwapNone {
		c.Swap.Size = 0
	}
	return c
}

// Read reads an image as a target.
func Read(t testing.TB, path string, sector quantity.SectorSize) device.Disk {
	t.Helper()
	disk, err := device.ReadImage(t.Context(), path, sector, tool.Blkid{Runner: tool.Exec{}})
	if err != nil {
		t.Fatal(err)
	}
	return disk
}

// Plan plans for an image. The same image gives the same identifiers.
func Plan(t testing.TB, path string, sector quantity.SectorSize, wishes config.Config) plan.Plan {
	t.Helper()
	return For(t, Read(t, path, sector), wishes)
}

// For plans for a disk.
func For(t testing.TB, disk device.Disk, wishes config.Config) plan.Plan {
	t.Helper()
	l, err := layout.Build(disk, 8*quantity.GiB, wishes, rand.New(rand.NewSource(1)))
	if err != nil {
		t.Fatal(err)
	}
	repo, err := flake.Render(flake.Input{Layout: l, Config: wishes})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Make(disk, plan.Input{
		Wishes: wishes, Layout: l, KDF: Quick, Configuration: plan.Configuration{Files: repo},
		Memory: 4 * quantity.GiB, Firmware: device.Firmware{UEFI: true, Bits: 64},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Run runs a real program that must succeed.
func Run(t testing.TB, c command.Command) string {
	t.Helper()
	result, err := tool.Exec{}.Run(t.Context(), tool.Call{Command: c})
	if err != nil {
		t.Fatal(err)
	}
	return string(result.Stdout)
}

// Digest is a hash of all bytes of a sparse file, quick because holes and zeros are skipped. Two files of one length with the
// same digest have the same content.
func Digest(t testing.TB, path string) [sha256.Size]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const block = 4096
	h, buffer, zeros := sha256.New(), make([]byte, block), make([]byte, block)
	for at := int64(0); ; at += block {
		data, err := unix.Seek(int(f.Fd()), at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			return [sha256.Size]byte(h.Sum(nil))
		}
		if err != nil {
			t.Fatal(err)
		}
		at = data - data%block
		n, err := f.ReadAt(buffer, at)
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if !bytes.Equal(buffer[:n], zeros[:n]) {
			h.Write(binary.BigEndian.AppendUint64(nil, uint64(at)))
			h.Write(buffer[:n])
		}
	}
}
