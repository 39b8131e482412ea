package device

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"lethe/engine/quantity"
)

// ErrImage is wrapped by every error of [ReadImage].
var ErrImage = errors.New("not an image that can be installed on")

// ReadImage reads an image file as a target. The path is absolute; links are followed. A sector size of 0
// takes that of a GPT in the image, or 512. With a prober the grade is confirmed; without one (nil) the contents are
// unknown and the verdict is "not yet checked" at best. It writes nothing.
//
// A path that cannot be an image is an error. An image that must not be written to now, because a loop device
// or swap uses it or its table cannot be trusted, is a disk with a refusal. [WithChroot] chooses the machine
// whose loop devices are looked at; [WithProber] has no effect.
func ReadImage(ctx context.Context, path string, sector quantity.SectorSize, p Prober, opts ...Option) (Disk, error) {
	if sector != 0 && !usableSector(sector) {
		return Disk{}, imageError(path, fmt.Errorf("a sector size of %d bytes: use 512 or 4096", sector))
	}
	file, info, err := openImage(path)
	if err != nil {
		return Disk{}, imageError(path, err)
	}
	defer file.Close()
	if sector == 0 {
		sector = guessSector(file, info.Size())
	}
	if info.Size()%int64(sector) != 0 {
		return Disk{}, imageError(path, fmt.Errorf("it has %d bytes, which is not a whole number of sectors of %d: make it larger with truncate", info.Size(), sector))
	}
	d := newImage(file.Name(), info, sector)
	if err := d.readTable(file); err != nil {
		return Disk{}, imageError(path, err)
	}
	var noticed []string
	if p != nil {
		d.Grade = Confirmed
		if err := d.probe(ctx, p, d.Path); err != nil {
			noticed = []string{unreadable(d.title(), err)}
		}
	}
	d.markPools()
	d.judge(evidence{doubts: imageUses(gather(opts).root, info), noticed: noticed})
	return d, nil
}

func imageError(path string, err error) error {
	return fmt.Errorf("cannot use image %s: %w: %w", strip(path), ErrImage, err)
}

// openImage opens a regular file for reading and, to learn now whether that works, for writing.
func openImage(path string) (*os.File, fs.FileInfo, error) {
	if !filepath.IsAbs(path) {
		return nil, nil, errors.New("the path is not absolute: begin it with /")
	}
	path, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: make the folder and the file first", unwrapPath(err))
	}
	if err != nil {
		return nil, nil, unwrapPath(err)
	}
	if err := regular(os.Lstat(path)); err != nil {
		return nil, nil, err
	}
	// Non-blocking, because the file may have become a FIFO in between.
	file, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: choose a file that you may read and write", unwrapPath(err))
	}
	info, err := file.Stat()
	if err := regular(info, err); err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, info, nil
}

// regular refuses whatever is not a regular file with bytes in it.
func regular(info fs.FileInfo, err error) error {
	switch {
	case err != nil:
		return unwrapPath(err)
	case info.IsDir():
		return errors.New("it is a directory: give a file")
	case info.Mode()&fs.ModeDevice != 0:
		return errors.New("it is a device: choose it as a disk instead")
	case !info.Mode().IsRegular():
		return errors.New("it is no regular file: give a file")
	case info.Size() == 0:
		return errors.New("it has 0 bytes: make it as large as the disk should be with truncate")
	}
	return nil
}

// guessSector looks where a GPT header lies.
func guessSector(file *os.File, size int64) quantity.SectorSize {
	for _, sector := range []quantity.SectorSize{512, 4096} {
		mark := make([]byte, len(gptSignature))
		if int64(sector) >= size {
			break
		}
		if _, err := file.ReadAt(mark, int64(sector)); err == nil && string(mark) == string(gptSignature) {
			return sector
		}
	}
	return 512
}

func newImage(path string, info fs.FileInfo, sector quantity.SectorSize) Disk {
	size := quantity.Bytes(sector)
	return Disk{
		Identity: Identity{
			Kind: KindImage, Path: path, ByID: []string{}, ByPath: []string{},
			Bytes: quantity.Bytes(info.Size()), Logical: size, Inode: inode(info),
		},
		Grade: Shown, Name: filepath.Base(path), Transport: "file",
		Topology: Topology{Logical: size, Physical: size, Image: true},
		Table:    Table{Kind: TableUnreadable}, Partitions: []Partition{}, Use: unused(),
	}
}

func inode(info fs.FileInfo) string {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d:%d", stat.Dev, stat.Ino)
}

// imageUses says who uses the file behind an image: loop devices and swap. A name may have changed since, so
// the files are compared and not their paths.
func imageUses(root string, image fs.FileInfo) []string {
	var uses []string
	same := func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && os.SameFile(info, image)
	}
	list, err := names(root + "/sys/block")
	if err != nil {
		return []string{fmt.Sprintf("It is not known whether a loop device uses the image (%s): mount /sys and look again.", cause(err))}
	}
	for _, name := range list {
		file := backingFile(root + "/sys/block/" + name)
		if file != "" && same(file) {
			uses = append(uses, fmt.Sprintf("The image is attached as /dev/%s: detach it with losetup -d /dev/%s.", name, name))
		}
	}
	swaps, err := readSwapLines(root)
	if err != nil {
		return append(uses, fmt.Sprintf("It is not known whether the system swaps on the image (%s): mount /proc and look again.", cause(err)))
	}
	for _, line := range swaps {
		if same(line.path) {
			uses = append(uses, "The system swaps on the image: turn that off with swapoff.")
		}
	}
	return uses
}
