package engine

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"path/filepath"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
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
}

// Plan makes a plan for a disk. It is pure but for the randomness and the memory size, which Request can give.
func Plan(disk device.Disk, r Request) (plan.Plan, error) {
	if err := r.Wishes.Validate(); err != nil {
		return plan.Plan{}, err
	}
	if r.Entropy == nil {
		r.Entropy = rand.Reader
	}
	if r.Memory == 0 {
		memory, err := memory()
		if err != nil {
			return plan.Plan{}, err
		}
		r.Memory = memory
	}
	l, err := layout.Build(disk, r.Memory, r.Wishes, r.Entropy)
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.Make(disk, r.Wishes, l, r.KDF)
}

// memory is this machine's.
func memory() (quantity.Bytes, error) {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 0, fmt.Errorf("cannot measure memory: %w", err)
	}
	return quantity.Bytes(info.Totalram) * quantity.Bytes(info.Unit), nil
}
