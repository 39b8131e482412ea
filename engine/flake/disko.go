package flake

import (
	"strings"

	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// DiskoFile is the usual name of what [Disko] writes. It is no part of a repository.
const DiskoFile = "disko.nix"

// anyDisk stands where the wishes name no block device; no such disk exists, so disko stops there.
const anyDisk = "/dev/disk/by-id/NAME-THE-DISK"

type diskoView struct {
	view
	Device     string
	SectorSize quantity.SectorSize
	Partitions []layout.Partition
}

// Disko writes the layout for disko, with explicit first and last sectors. It is an alternative to disks.nix, for
// installing the same on other machines; the two must not be imported together. Identifiers are left to disko,
// since those of the layout belong to one disk.
func Disko(in Input) ([]byte, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	v, err := newView(in)
	if err != nil {
		return nil, err
	}
	device := in.Config.Disk.Target
	if !strings.HasPrefix(device, "/dev/") {
		device = anyDisk
	}
	return execute(DiskoFile+".tmpl", diskoView{v, device, in.Layout.SectorSize, in.Layout.Partitions})
}
