package device

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Errors of [Find], to tell the cases apart.
var (
	ErrNotFound  = errors.New("no such disk")
	ErrPartition = errors.New("not a whole disk")
	ErrNotADisk  = errors.New("not a disk to install on")
)

// Find gives the disk that a path names: /dev/sda, or a link in /dev/disk/by-id or by-path. Links of other
// kinds are followed on this machine if they exist. A partition, a device that is no disk and an unknown path are
// errors that say what to give instead. Find looks at names only; whether the disk may be taken is its verdict.
func Find(inventory Inventory, path string) (Disk, error) {
	if !strings.HasPrefix(path, "/dev/") {
		return Disk{}, findError(path, ErrNotFound, "give a path below /dev, or an image by its own path")
	}
	d, err := inventory.named(filepath.Clean(path))
	if !errors.Is(err, ErrNotFound) {
		return d, err
	}
	target, linkErr := filepath.EvalSymlinks(path)
	if linkErr != nil || target == filepath.Clean(path) {
		return Disk{}, err
	}
	return inventory.named(target)
}

func findError(path string, kind error, advice string) error {
	return fmt.Errorf("cannot take %s: %w: %s", strip(path), kind, advice)
}

// named finds a path without following links.
func (i Inventory) named(path string) (Disk, error) {
	for _, d := range i.Disks {
		if d.answersTo(path) {
			return d, nil
		}
		for _, p := range d.Partitions {
			if p.Name != "" && path == "/dev/"+strings.ReplaceAll(p.Name, "!", "/") || d.answersTo(strings.TrimSuffix(path, fmt.Sprintf("-part%d", p.Number))) {
				return Disk{}, findError(path, ErrPartition, fmt.Sprintf("it is a partition of %s, give the disk", d.Path))
			}
		}
	}
	for _, other := range i.Others {
		if path == "/dev/"+strings.ReplaceAll(other.Name, "!", "/") {
			return Disk{}, findError(path, ErrNotADisk, other.Reason)
		}
	}
	return Disk{}, findError(path, ErrNotFound, "list the disks and choose one of them")
}

// answersTo tells whether a path is one of the names of this disk.
func (d Disk) answersTo(path string) bool {
	folder, name := filepath.Split(path)
	switch folder {
	case "/dev/disk/by-id/":
		return slices.Contains(d.ByID, name)
	case "/dev/disk/by-path/":
		return slices.Contains(d.ByPath, name)
	}
	return path == d.Path
}
