package device

import (
	"slices"
	"strings"
)

// holdersOf lists everything that the kernel has built on a device, at any height.
func (g *graph) holdersOf(b *block) []Holder {
	list := []Holder{}
	for _, up := range climb(b)[1:] {
		if up.disk == nil {
			list = append(list, Holder{Name: up.name, Kind: up.kind(), Says: up.says(), Elsewhere: g.elsewhere(up, b)})
		}
	}
	return list
}

// zfsHolder stands for a pool: ZFS shows no holder in sysfs, so membership on disk has to count as use.
func zfsHolder(found Content) Holder { return Holder{Name: "zfs", Kind: "zfs", Says: found.Label} }

// climb gives a device and all that stands on it, each once, nearest first. The partitions of what stands
// on it count, its own do not.
func climb(from *block) []*block {
	return walk(from, func(b *block) []*block {
		if b == from {
			return b.above
		}
		return append(slices.Clone(b.above), b.parts...)
	})
}

// descend gives a device and all that it stands on, each once.
func descend(b *block) []*block { return walk(b, func(b *block) []*block { return b.below }) }

func walk(from *block, next func(*block) []*block) []*block {
	order := []*block{from}
	seen := map[*block]bool{from: true}
	for i := 0; i < len(order); i++ {
		for _, b := range next(order[i]) {
			if !seen[b] {
				seen[b] = true
				order = append(order, b)
			}
		}
	}
	return order
}

// whole gives the disk of a partition, or the device itself.
func (b *block) whole() *block {
	if b.disk != nil {
		return b.disk
	}
	return b
}

// feet gives the disks at the bottom of a device.
func feet(b *block) []*block {
	var disks []*block
	for _, down := range descend(b) {
		whole := down.whole()
		switch {
		case len(down.below) > 0 || slices.Contains(disks, whole):
		case len(whole.below) > 0: // a partition of an array
			disks = append(disks, feet(whole)...)
		default:
			disks = append(disks, whole)
		}
	}
	return disks
}

// elsewhere names the other disks that a holder needs. A volume group's logical volumes count as one.
func (g *graph) elsewhere(holder, asked *block) []string {
	var list []string
	for _, sibling := range g.group(holder) {
		for _, disk := range feet(sibling) {
			if disk != asked.whole() {
				list = append(list, disk.name)
			}
		}
	}
	return sorted(list)
}

// group gives all logical volumes of a holder's volume group, or just the holder.
func (g *graph) group(holder *block) []*block {
	group, ok := volumeGroup(holder)
	if !ok {
		return []*block{holder}
	}
	var all []*block
	for _, b := range g.disks {
		if other, ok := volumeGroup(b); ok && other == group {
			all = append(all, b)
		}
	}
	return all
}

// volumeGroup gives the UUID of the volume group, the first half of what follows LVM- in dm/uuid.
func volumeGroup(b *block) (string, bool) {
	ids, ok := strings.CutPrefix(b.mapper.uuid, "LVM-")
	if !ok || len(ids) < 32 {
		return "", false
	}
	return ids[:32], true
}

// kind says what a stacked device is, in the words of [Holder].
func (b *block) kind() string {
	switch {
	case exists(b.dir + "/dm"):
		return mapperKind(b.mapper.uuid)
	case exists(b.dir + "/md"):
		return "md"
	case exists(b.dir + "/bcache"):
		return "bcache"
	case exists(b.dir + "/loop"):
		return "loop"
	}
	return "other"
}

func mapperKind(uuid string) string {
	switch {
	case strings.HasPrefix(uuid, "LVM-"):
		return "lvm"
	case strings.HasPrefix(uuid, "CRYPT-"):
		return "crypt"
	case strings.Contains(uuid, "mpath-"): // and part1-mpath-, kpartx's partitions of it
		return "multipath"
	}
	return "dm"
}

func (b *block) says() string {
	return Clean(first(b.mapper.name, b.udev.properties["MD_DEVNAME"], b.udev.properties["MD_NAME"], b.file, b.name))
}

// uses gives how the running system uses a device, through whatever is stacked on it.
func (g *graph) uses(b *block) Use {
	use := Use{Mounts: []string{}, Holders: g.holdersOf(b)}
	for _, up := range climb(b) {
		use.Mounts = append(use.Mounts, up.use.mounts...)
		use.Swap = use.Swap || up.use.swap
	}
	use.Mounts = sorted(use.Mounts)
	return use
}
