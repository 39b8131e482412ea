package step

import (
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/plan"
)

// Programs lists the outside programs that a plan needs.
func Programs(p plan.Plan) []string {
	names := []string{"blkid", "sfdisk", "sgdisk", "parted", "mkfs.fat", "fsck.vfat"}
	if p.Layout.SectorSize != 512 && p.Target.Kind == device.KindImage {
		names = append(names, "partx")
	}
	if swap, ok := p.Layout.Find(layout.Swap); ok && swap.Filesystem != "" {
		names = append(names, "mkswap")
	}
	if p.Layout.LUKS != nil {
		names = append(names, "cryptsetup")
	}
	if p.Layout.LUKS == nil || p.Target.Kind == device.KindDisk {
		names = append(names, "mkfs.ext4", "e2fsck")
	}
	if p.Target.Kind == device.KindDisk {
		names = append(names, "udevadm", "mount", "umount", "sync", "nix", "nixos-install")
	}
	for _, r := range p.Release {
		switch r.Kind {
		case "lvm":
			names = append(names, "vgchange")
		case "md":
			names = append(names, "mdadm")
		case "crypt":
			names = append(names, "cryptsetup")
		default:
			names = append(names, "dmsetup")
		}
	}
	return names
}
