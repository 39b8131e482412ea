package engine

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"path/filepath"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
	"lethe/engine/condition"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/tool"
)

// Inventory reads the machine's disks as far as an ordinary user can. It never calls a real disk eligible.
func Inventory(ctx context.Context) (device.Inventory, error) { return device.Read(ctx) }

// Image reads an image file whole. sector 0 means: as its table says, else 512.
func Image(ctx context.Context, path string, sector quantity.SectorSize) (device.Disk, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return device.Disk{}, fmt.Errorf("cannot use image %s: %w", path, err)
	}
	return device.ReadImage(ctx, absolute, sector, tool.Blkid{Runner: tool.Exec{}})
}

// Request is what a plan is made of besides the disk.
type Request struct {
	Wishes  config.Config
	KDF     command.KDF
	Memory  quantity.Bytes // 0 means this machine's
	Entropy io.Reader      // nil means the kernel's random source
	// Firmware is the machine's; it matters for a real disk only.
	Firmware device.Firmware
	// Power and Clock are the machine's, see [Power] and [Clock]; zero where nobody looked. They matter for a real disk only.
	Power condition.Power
	Clock condition.Clock
	// Lock is a flake.lock to use, and no other; one that does not fit is refused.
	Lock []byte
	// Medium is the flake.lock of the live medium, see [ReadMediumLock]. It is used where it fits, and left aside where it does not; a Lock
	// goes before it, and it goes before LockInputs.
	Medium []byte
	// LockInputs asks for a new flake.lock; it needs Nix and a network.
	LockInputs bool
	// Machine is what is known of the machine that is installed on; the zero value is right for an image.
	Machine Machine
}

// Plan makes a plan for a disk. With wishes for a generated repository and without LockInputs it touches nothing outside;
// a repository of the user's own is cloned into a temporary folder.
func Plan(ctx context.Context, disk device.Disk, r Request) (plan.Plan, error) {
	if err := r.Wishes.Validate(); err != nil {
		return plan.Plan{}, err
	}
	r, err := r.measured()
	if err != nil {
		return plan.Plan{}, err
	}
	l, err := r.layout(disk)
	if err != nil {
		return plan.Plan{}, err
	}
	configuration, err := configure(ctx, disk, l, r)
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.Make(disk, plan.Input{
		Wishes: r.Wishes, Layout: l, KDF: r.KDF, Configuration: configuration, Memory: r.Memory, Firmware: r.Firmware,
		Power: r.Power, Clock: r.Clock,
	})
}

// measured fills in this machine's memory.
func (r Request) measured() (Request, error) {
	var err error
	if r.Memory == 0 {
		r.Memory, err = memory()
	}
	return r, err
}

// layout lays the wishes out on a disk.
func (r Request) layout(disk device.Disk) (layout.Layout, error) {
	if r.Entropy == nil {
		r.Entropy = rand.Reader
	}
	return layout.Build(disk, r.Memory, r.Wishes, r.Entropy)
}

// memory is this machine's.
func memory() (quantity.Bytes, error) {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 0, fmt.Errorf("cannot measure memory: %w", err)
	}
	return quantity.Bytes(info.Totalram) * quantity.Bytes(info.Unit), nil
}

// Imagined is a disk of that size that nobody has: for writing a configuration before there is a machine. Its grade is
// shown, so that no plan for it ever runs.
func Imagined(size quantity.Bytes) device.Disk {
	if size == 0 {
		size = defaultImageSize
	}
	const sector = 512
	return device.Disk{
		Identity:  device.Identity{Kind: device.KindImage, Path: "/imagined", Bytes: size, Logical: sector},
		Name:      "imagined",
		Grade:     device.Shown,
		Transport: "file",
		Topology:  device.Topology{Logical: sector, Physical: sector, Image: true},
		Table:     device.Table{Kind: device.TableNone},
		Verdict:   device.Verdict{State: device.Eligible},
	}
}
