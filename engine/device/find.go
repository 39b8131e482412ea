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
	ErrAmbiguous = errors.New("more than one disk has this name")
)

// Folders of names that udev gives: by what a disk says of itself, and by the place where it is plugged in.
const (
	byIDFolder   = "/dev/disk/by-id/"
	byPathFolder = "/dev/disk/by-path/"
)

// Find gives the disk that a path names: /dev/sda, or a link in /dev/disk/by-id or by-path. Links of other
// kinds are followed on this machine if they exist. A partition, a device that is no disk and an unknown path are
// errors that say what to give instead, and so is a name that more than one disk has: where its link leads is chance, and another
// disk's tomorrow. Find looks at names only; whether the disk may be taken is its verdict.
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

// OwnNames gives the names of a disk in /dev/disk/by-id and /dev/disk/by-path that no other disk of the inventory has, in neither folder,
// and no partition of one.
func OwnNames(inventory Inventory, d Identity) (byID, byPath []string) {
	shared := func(name string) bool {
		owner := func(o owner) bool { return o.disk.Path != d.Path || o.partition }
		return slices.ContainsFunc(inventory.owners(byIDFolder+name), owner) || slices.ContainsFunc(inventory.owners(byPathFolder+name), owner)
	}
	return slices.DeleteFunc(slices.Clone(d.ByID), shared), slices.DeleteFunc(slices.Clone(d.ByPath), shared)
}

// owner is a disk that answers to a path, by itself or by one of its partitions.
type owner struct {
	disk      Disk
	partition bool
}

// owners gives everything that answers to a path: udev's database names each disk that claims a name, and the link leads to one of them.
func (i Inventory) owners(path string) []owner {
	var found []owner
	for _, d := range i.Disks {
		if d.answersTo(path) {
			found = append(found, owner{d, false})
		} else if slices.ContainsFunc(d.Partitions, func(p Partition) bool { return p.answersTo(path, d) }) {
			found = append(found, owner{d, true})
		}
	}
	return found
}

// named finds a path without following links.
func (i Inventory) named(path string) (Disk, error) {
	owners := i.owners(path)
	switch {
	case len(owners) > 1:
		return Disk{}, findError(path, ErrAmbiguous, "give a name that only the one has: "+enumerate(i.apart(owners)))
	case len(owners) == 1 && owners[0].partition:
		return Disk{}, findError(path, ErrPartition, fmt.Sprintf("it is a partition of %s, give the disk", owners[0].disk.Path))
	case len(owners) == 1:
		return owners[0].disk, nil
	}
	for _, other := range i.Others {
		if path == "/dev/"+strings.ReplaceAll(other.Name, "!", "/") {
			return Disk{}, findError(path, ErrNotADisk, other.Reason)
		}
	}
	return Disk{}, findError(path, ErrNotFound, "list the disks and choose one of them")
}

// apart gives for each disk a path that leads to no other.
func (i Inventory) apart(owners []owner) []string {
	var paths []string
	for _, o := range owners {
		byID, byPath := OwnNames(i, o.disk.Identity)
		switch {
		case len(byID) > 0:
			paths = append(paths, fmt.Sprintf("%s%s (%s)", byIDFolder, byID[0], o.disk.Path))
		case len(byPath) > 0:
			paths = append(paths, fmt.Sprintf("%s%s (%s)", byPathFolder, byPath[0], o.disk.Path))
		default:
			paths = append(paths, o.disk.Path)
		}
	}
	return paths
}

// answersTo tells whether a path is one of the names of this disk.
func (d Disk) answersTo(path string) bool {
	folder, name := filepath.Split(path)
	switch folder {
	case byIDFolder:
		return slices.Contains(d.ByID, name)
	case byPathFolder:
		return slices.Contains(d.ByPath, name)
	}
	return path == d.Path
}

// answersTo tells whether a path is one of the names of this partition of a disk.
func (p Partition) answersTo(path string, d Disk) bool {
	return p.Name != "" && path == p.path(&d) || d.answersTo(strings.TrimSuffix(path, fmt.Sprintf("-part%d", p.Number)))
}
