// Package target is a disk that is open for writing: an image file, or a block device of this machine.
//
// It guarantees that a tool that works on a partition gets a path that holds exactly that partition, and that what the
// tool wrote is on the disk when the call returns. One engine at a time holds an image (flock). An image needs no
// privilege: a partition is a sparse file beside it while a tool works, copied into place afterwards.
//
// A device is locked only while it is written, because udev, which keeps to the same lock, must look at it in between. A
// partition of a device is found by the kernel's own parent link, its number, its sectors and its PARTUUID, all of which
// must agree, and never by the order or the spelling of names.
package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

// ErrBusy tells that another engine holds the target.
var ErrBusy = errors.New("another Lethe is working on it")

// Access is what a tool wants to do with a partition.
type Access int

// Reading gives the tool what is on the disk. Making gives it an empty partition and keeps what it wrote.
const (
	Reading Access = iota
	Making
)

// Target is an open disk.
type Target interface {
	// Disk is the whole disk, open for reading and writing.
	Disk() *os.File
	// Path is what tools call the whole disk.
	Path() string
	// Image tells whether tools must be told the sector size.
	Image() bool
	// Exclusive runs do while no other program that keeps to the rules, udev among them, looks at the disk.
	Exclusive(ctx context.Context, do func() error) error
	// Reread makes the system see the table as it is now, and makes sure that every given partition is there, at its sectors.
	Reread(ctx context.Context, parts []layout.Partition) error
	// Partition calls do with a path that holds the partition.
	Partition(ctx context.Context, p layout.Partition, access Access, do func(path string) error) error
	// Settle waits until the system has looked at what was made.
	Settle(ctx context.Context) error
	// Release frees the target: everything written is on stable storage unless the error says otherwise.
	Release() error
}

// Image is an image file that is held.
type Image struct {
	file   *os.File
	path   string
	sector int64
	work   string // folder for partition files
	own    bool   // work is a temporary folder of our own
}

// OpenImage takes hold of an image for writing. The state folder beside it is made if need be, and leftovers of a
// killed run in it are removed.
func OpenImage(path string, sector quantity.SectorSize) (*Image, error) {
	image, err := hold(path, os.O_RDWR, unix.LOCK_EX, sector)
	if err != nil {
		return nil, err
	}
	image.work = plan.StateDir(path)
	if err := image.prepare(); err != nil {
		return nil, errors.Join(err, image.let())
	}
	return image, nil
}

// ReadImage takes hold of an image for reading only. Partition files lie in a temporary folder until Release.
func ReadImage(path string, sector quantity.SectorSize) (*Image, error) {
	image, err := hold(path, os.O_RDONLY, unix.LOCK_SH, sector)
	if err != nil {
		return nil, err
	}
	image.own = true
	image.work, err = os.MkdirTemp("", "lethe-")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot make temporary folder: %w", err), image.let())
	}
	return image, nil
}

// Free tells whether nobody holds the image; the error is [ErrBusy] when somebody does.
func Free(path string) error {
	image, err := hold(path, os.O_RDONLY, unix.LOCK_SH, 0)
	if err != nil {
		return err
	}
	return image.let()
}

// hold opens and locks an image.
func hold(path string, flag, lock int, sector quantity.SectorSize) (*Image, error) {
	f, err := os.OpenFile(path, flag|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0) // a FIFO would block
	if err != nil {
		return nil, fmt.Errorf("cannot open image: %w", err)
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("cannot open image %s: it is no regular file", path), err, f.Close())
	}
	if err := unix.Flock(int(f.Fd()), lock|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = fmt.Errorf("%w; wait for it to end", ErrBusy)
		}
		return nil, errors.Join(fmt.Errorf("cannot take image %s: %w", path, err), f.Close())
	}
	return &Image{file: f, path: path, sector: int64(sector)}, nil
}

// prepare makes the state folder and removes partition files of a run that was killed.
func (i *Image) prepare() error {
	if err := os.MkdirAll(i.work, 0o700); err != nil {
		return fmt.Errorf("cannot make state folder: %w", err)
	}
	for _, role := range []layout.Role{layout.ESP, layout.Swap, layout.Nix} {
		if err := os.Remove(i.partitionFile(role)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("cannot remove leftover: %w", err)
		}
	}
	return nil
}

// partitionFile is where a partition lies while a tool works on it.
func (i *Image) partitionFile(role layout.Role) string {
	return filepath.Join(i.work, filepath.Base(plan.PartitionFile(i.path, role)))
}

// Disk is the open image.
func (i *Image) Disk() *os.File { return i.file }

// Path is the image's path.
func (i *Image) Path() string { return i.path }

// Image is true.
func (*Image) Image() bool { return true }

// Exclusive calls do: the image is held already.
func (*Image) Exclusive(_ context.Context, do func() error) error { return do() }

// Reread has nothing to tell: the system knows nothing of partitions in an image.
func (*Image) Reread(context.Context, []layout.Partition) error { return nil }

// Settle has nothing to wait for: nobody but the one who holds an image looks at it.
func (*Image) Settle(context.Context) error { return nil }

// Partition makes the partition's file, lets do work on it, and for [Making] copies it into the image.
func (i *Image) Partition(ctx context.Context, p layout.Partition, access Access, do func(path string) error) (err error) {
	path := i.partitionFile(p.Role)
	part, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("cannot make partition file: %w", err)
	}
	defer func() {
		err = errors.Join(err, part.Close(), os.Remove(path))
	}()
	start, size := int64(p.First)*i.sector, int64(p.Sectors())*i.sector
	if err := part.Truncate(size); err != nil {
		return fmt.Errorf("cannot size partition file %s: %w", path, err)
	}
	if access == Reading {
		if err := copySparse(ctx, part, 0, i.file, start, size); err != nil {
			return err
		}
	}
	if err := do(path); err != nil {
		return err
	}
	if access == Reading {
		return nil
	}
	if err := punch(i.file, start, size); err != nil {
		return fmt.Errorf("cannot clear partition %s in %s: %w", p.Name, i.path, err)
	}
	return copySparse(ctx, i.file, start, part, 0, size)
}

// Release writes everything out and lets go of the lock.
func (i *Image) Release() error {
	if i.own {
		return errors.Join(os.RemoveAll(i.work), i.let())
	}
	return errors.Join(i.file.Sync(), i.let())
}

// let unlocks and closes the image. Closing alone is not enough: a program that is being started at this moment has the
// descriptor too, until it is under way, and the lock with it.
func (i *Image) let() error {
	return errors.Join(unix.Flock(int(i.file.Fd()), unix.LOCK_UN), i.file.Close())
}

// mostCopied is how much is copied between two looks at the context.
const mostCopied = 32 << 20

// copySparse copies the data of [from, from+size) and leaves holes out: the destination must read as zeros there.
func copySparse(ctx context.Context, to *os.File, at int64, from *os.File, start, size int64) error {
	end := start + size
	for position := start; position < end; {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		data, err := unix.Seek(int(from.Fd()), position, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) || (err == nil && data >= end) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("cannot find data in %s: %w", from.Name(), err)
		}
		hole, err := unix.Seek(int(from.Fd()), data, unix.SEEK_HOLE)
		if err != nil {
			return fmt.Errorf("cannot find holes in %s: %w", from.Name(), err)
		}
		hole = min(hole, end, data+mostCopied)
		if err := copyRange(to, at+data-start, from, data, hole-data); err != nil {
			return fmt.Errorf("cannot copy to %s: %w", to.Name(), err)
		}
		position = hole
	}
	return nil
}

// copyRange lets the kernel copy, which saves the way through this process, where it can.
func copyRange(to *os.File, at int64, from *os.File, start, size int64) error {
	for size > 0 {
		n, err := unix.CopyFileRange(int(from.Fd()), &start, int(to.Fd()), &at, int(size), 0)
		if err != nil || n == 0 { // between file systems, or of an old kernel
			_, err := io.Copy(io.NewOffsetWriter(to, at), io.NewSectionReader(from, start, size))
			return err
		}
		size -= int64(n)
	}
	return nil
}

// punch makes a range read as zeros. A device gets zeros written: what it makes of a hole depends on the drive.
func punch(f *os.File, start, size int64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	how := uint32(unix.FALLOC_FL_PUNCH_HOLE)
	if !info.Mode().IsRegular() {
		how = unix.FALLOC_FL_ZERO_RANGE // the kernel has the disk do it, or writes zeros itself, and forgets what it had in memory
	}
	err = unix.Fallocate(int(f.Fd()), how|unix.FALLOC_FL_KEEP_SIZE, start, size)
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.EINVAL) { // a device wants whole sectors
		return zero(f, start, size)
	}
	return err
}

// zero writes zeros where neither a hole nor a range of zeros can be had.
func zero(f *os.File, start, size int64) error {
	block := make([]byte, 1<<20)
	for done := int64(0); done < size; {
		n, err := f.WriteAt(block[:min(int64(len(block)), size-done)], start+done)
		if err != nil {
			return err
		}
		done += int64(n)
	}
	return nil
}
