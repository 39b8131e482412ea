package target

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// system is where the kernel and udev show disks.
type system struct {
	blocks   string        // folder of devices by number in sysfs
	uuids    string        // folder of links to partitions by PARTUUID
	patience time.Duration // how long to wait for others
}

var thisSystem = system{blocks: "/sys/dev/block", uuids: "/dev/disk/by-partuuid", patience: 10 * time.Second}

// kernelSector is the unit of start and size in sysfs, whatever the disk's own sectors are.
const kernelSector quantity.SectorSize = 512

// pause is the time between two looks.
const pause = 10 * time.Millisecond

// soon is the same with little patience.
func (s system) soon() system {
	s.patience /= 10
	return s
}

// retry calls try until it succeeds, says that it is not worth trying again, or patience or ctx ends. It gives the last error.
func (s system) retry(ctx context.Context, try func() (again bool, err error)) error {
	deadline := time.Now().Add(s.patience)
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		again, err := try()
		if err == nil || !again || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// readFacts asks the kernel about an open disk.
func readFacts(f *os.File, number string) (Facts, error) {
	size, err := get64(f, unix.BLKGETSIZE64)
	if err != nil {
		return Facts{}, fmt.Errorf("cannot read its size: %w", err)
	}
	sector, err := unix.IoctlGetUint32(int(f.Fd()), unix.BLKSSZGET)
	if err != nil {
		return Facts{}, fmt.Errorf("cannot read its sector size: %w", err)
	}
	sequence, err := get64(f, unix.BLKGETDISKSEQ)
	if err != nil && !errors.Is(err, unix.ENOTTY) && !errors.Is(err, unix.EINVAL) { // both mean a kernel before 5.15
		return Facts{}, fmt.Errorf("cannot read its disk sequence number: %w", err)
	}
	return Facts{Number: number, Bytes: quantity.Bytes(size), Logical: quantity.SectorSize(sector), DiskSeq: sequence}, nil
}

// get64 asks for a number of 64 bits. x/sys asks for an int, which has fewer on some processors.
func get64(f *os.File, request uint) (n uint64, err error) {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), uintptr(request), uintptr(unsafe.Pointer(&n))) //nolint:gosec // the kernel writes eight bytes to n
	if errno != 0 {
		return 0, errno
	}
	return n, nil
}

// wholeDisk makes sure that a device is no partition.
func (s system) wholeDisk(number string) error {
	folder := filepath.Join(s.blocks, number)
	if _, err := os.Stat(folder); err != nil {
		return fmt.Errorf("the kernel does not show it: %w", err)
	}
	_, err := os.Stat(folder + "/partition")
	switch {
	case err == nil:
		return errors.New("it is a partition; give the whole disk")
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	return nil
}

// gone tells that the kernel no longer shows a disk, or another one under its number.
func (s system) gone(disk Facts) bool {
	folder := filepath.Join(s.blocks, disk.Number)
	if _, err := os.Stat(folder); err != nil {
		return errors.Is(err, os.ErrNotExist)
	}
	sequence, err := value(folder + "/diskseq")
	return err == nil && disk.DiskSeq != 0 && sequence != disk.DiskSeq
}

// link is the path of a partition by its PARTUUID.
func (s system) link(p layout.Partition) string {
	return filepath.Join(s.uuids, strings.ToLower(p.PartUUID))
}

// child is a partition as the kernel shows it.
type child struct {
	index, start, size uint64 // start and size in 512-byte sectors
	number             string
}

// children lists the partitions of a disk by the kernel's own parent link: they are folders in the disk's folder.
func (s system) children(disk string) ([]child, error) {
	folder := filepath.Join(s.blocks, disk)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var list []child
	for _, e := range entries {
		dir := filepath.Join(folder, e.Name())
		index, err := value(dir + "/partition")
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ENOTDIR) {
			continue
		}
		start, errStart := value(dir + "/start")
		size, errSize := value(dir + "/size")
		number, errNumber := os.ReadFile(dir + "/dev")
		if err := errors.Join(err, errStart, errSize, errNumber); err != nil {
			return nil, err
		}
		list = append(list, child{index, start, size, strings.TrimSpace(string(number))})
	}
	slices.SortFunc(list, func(a, b child) int { return int(a.index) - int(b.index) })
	return list, nil
}

// value reads a number from sysfs.
func value(path string) (uint64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimSpace(string(text)), 10, 63)
}

// linked makes sure that udev has made the links of partitions, wherever they lead.
func (s system) linked(parts []layout.Partition) error {
	for _, p := range parts {
		if _, err := os.Lstat(s.link(p)); err != nil {
			return fmt.Errorf("partition %d is not there by its PARTUUID: %w", p.Number, err)
		}
	}
	return nil
}

// shows makes sure that the kernel shows exactly the given partitions, and udev their links.
func (s system) shows(disk Facts, parts []layout.Partition) error {
	list, err := s.children(disk.Number)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := s.matches(disk, p, list); err != nil {
			return err
		}
	}
	for _, c := range list {
		if !slices.ContainsFunc(parts, func(p layout.Partition) bool { return uint64(p.Number) == c.index }) {
			return fmt.Errorf("the kernel also shows partition %d, which the table should not have", c.index)
		}
	}
	return nil
}

// partition finds one partition and gives its number as "major:minor".
func (s system) partition(disk Facts, p layout.Partition) (string, error) {
	list, err := s.children(disk.Number)
	if err != nil {
		return "", err
	}
	if err := s.matches(disk, p, list); err != nil {
		return "", err
	}
	return list[slices.IndexFunc(list, func(c child) bool { return c.index == uint64(p.Number) })].number, nil
}

// matches compares a partition with what the kernel shows, and follows its PARTUUID to the very same device.
func (s system) matches(disk Facts, p layout.Partition, list []child) error {
	start, size := uint64(kernelSector.Floor(disk.Logical.Of(p.First))), uint64(kernelSector.Floor(disk.Logical.Of(p.Sectors())))
	at := slices.IndexFunc(list, func(c child) bool { return c.index == uint64(p.Number) })
	if at < 0 {
		return fmt.Errorf("the kernel shows no partition %d", p.Number)
	}
	is := list[at]
	if is.start != start || is.size != size {
		return fmt.Errorf("partition %d begins at %d and has %d sectors of 512 bytes, and should begin at %d and have %d", p.Number, is.start, is.size, start, size)
	}
	if p.PartUUID == "" || filepath.Base(p.PartUUID) != p.PartUUID {
		return fmt.Errorf("partition %d has the PARTUUID %q, which is none", p.Number, p.PartUUID)
	}
	number, err := blockNumber(s.link(p))
	if err != nil {
		return fmt.Errorf("partition %d is not there by its PARTUUID: %w", p.Number, err)
	}
	if number != is.number {
		return fmt.Errorf("the PARTUUID of partition %d, %s, leads to device %s and not %s", p.Number, p.PartUUID, number, is.number)
	}
	return nil
}
