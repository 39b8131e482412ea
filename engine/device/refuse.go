package device

import (
	"fmt"
	"slices"
	"strings"

	"lethe/engine/quantity"
)

// blkid's names for what makes a disk a member of something larger.
const (
	typeZFS = "zfs_member"
	typeLVM = "LVM2_member"
	typeMD  = "linux_raid_member"
)

// evidence is what was learned about a disk beyond its own facts.
type evidence struct {
	faults  []error
	doubts  []string          // sentences that speak against every disk
	noticed []string          // sentences that speak against this one
	free    map[string]bool   // kernel names of the devices on it that can be taken down
	members map[string]string // by path: what stands in the way of overwriting a member; empty when nothing does
	inside  []string          // the same for what is in an opened container or the like
}

// judge gives the verdict, the most important reason first.
func (d *Disk) judge(e evidence) {
	d.Reasons = nil
	d.refuseFaults(e.faults)
	d.refuseLive()
	d.refuseUse(e)
	d.refuseMembers(e)
	d.refuse(e.doubts...)
	d.refuseHardware(len(e.faults) > 0)
	d.refuseTable()
	d.refuse(e.noticed...)
	switch {
	case len(d.Reasons) > 0:
		d.Verdict = Verdict{Refused, d.Reasons[0]}
	case d.Grade == Shown:
		d.Verdict = Verdict{Unchecked, fmt.Sprintf("What is on %s has not been read yet: choose it and let it be checked before anything is written.", d.title())}
	default:
		d.Verdict = Verdict{State: Eligible}
	}
}

// title is the path as it may be shown; an image may lie in a folder with any name.
func (d *Disk) title() string { return strip(d.Path) }

func (d *Disk) refuse(reasons ...string) { d.Reasons = append(d.Reasons, reasons...) }

func (d *Disk) refuseFaults(faults []error) {
	for _, err := range faults {
		d.refuse(fmt.Sprintf("The kernel's facts about %s are incomplete (%s): check the drive and its cable, then look again.", d.title(), err))
	}
}

func (d *Disk) refuseLive() {
	if d.LiveMedium {
		d.refuse(fmt.Sprintf("%s carries the live system that is running: choose another disk.", d.title()))
	}
}

// part is a disk or one of its partitions, as far as use and content go.
type part struct {
	path    string
	use     Use
	content Content
}

func (d *Disk) eachPart() []part {
	parts := []part{{d.title(), d.Use, d.Content}}
	for _, p := range d.Partitions {
		parts = append(parts, part{p.path(d), p.Use, p.Content})
	}
	return parts
}

// path is what a partition is called; in an image it has no path.
func (p Partition) path(d *Disk) string {
	if p.Name == "" {
		return fmt.Sprintf("partition %d of %s", p.Number, d.title())
	}
	return "/dev/" + strings.ReplaceAll(p.Name, "!", "/")
}

func (d *Disk) refuseUse(e evidence) {
	parts := d.eachPart()
	for _, p := range parts {
		if slices.Contains(p.use.Mounts, "/") {
			d.refuse(fmt.Sprintf("The running system is on %s: choose another disk, or start the computer from a live medium.", p.path))
		}
	}
	for _, p := range parts {
		if len(p.use.Mounts) > 0 && !slices.Contains(p.use.Mounts, "/") {
			d.refuse(fmt.Sprintf("%s is mounted at %s: unmount it with umount, or choose another disk.", p.path, enumerate(p.use.Mounts)))
		}
	}
	for _, p := range parts {
		if p.use.Swap {
			d.refuse(fmt.Sprintf("The system swaps on %s: turn that off with swapoff, or choose another disk.", p.path))
		}
	}
	for _, p := range parts {
		for _, h := range p.use.Holders {
			switch {
			case e.free[h.Name]:
			case h.Kind == "lvm" && e.members[p.path] != "": // it names the group's other disks
				d.refuse(e.members[p.path])
			default:
				d.refuse(h.reason(p.path))
			}
		}
	}
}

// enumerate joins names and does not let a hundred of them make a sentence endless.
func enumerate(list []string) string {
	const most = 3
	if len(list) > most {
		return fmt.Sprintf("%s and %d other places", strings.Join(list[:most], ", "), len(list)-most)
	}
	return strings.Join(list, ", ")
}

// reason says who holds a device and how to let go.
func (h Holder) reason(path string) string {
	var what string
	switch h.Kind {
	case "lvm":
		what = fmt.Sprintf("%s belongs to the LVM volume %s: deactivate its volume group with vgchange -an and remove the physical volume with pvremove", path, h.Says)
	case "crypt":
		what = fmt.Sprintf("%s is open as the encrypted device %s: close it with cryptsetup close %s", path, h.Says, h.Says)
	case "md":
		what = fmt.Sprintf("%s belongs to the RAID array %s: stop it with mdadm --stop /dev/%s and clear the member with mdadm --zero-superblock", path, h.Says, h.Name)
	case "multipath":
		what = fmt.Sprintf("%s is one path of the multipath disk %s: flush it with multipath -f %s", path, h.Says, h.Says)
	case "bcache":
		what = fmt.Sprintf("%s belongs to the bcache device %s: stop it through /sys/block/%s/bcache/stop", path, h.Name, h.Name)
	case "zfs":
		what = fmt.Sprintf("%s belongs to %s: export the pool with zpool export and clear the member with zpool labelclear", path, pool(h.Says))
	case "loop":
		what = fmt.Sprintf("%s is used through %s: detach it with losetup -d /dev/%s", path, h.Name, h.Name)
	case "dm":
		what = fmt.Sprintf("%s is used by the device-mapper device %s: remove it with dmsetup remove %s", path, h.Says, h.Says)
	default:
		what = fmt.Sprintf("%s is used by %s: stop that", path, h.Name)
	}
	if len(h.Elsewhere) > 0 {
		what += fmt.Sprintf(" (it also needs %s, whose data may be lost too)", enumerate(h.Elsewhere))
	}
	return what + ", or choose another disk."
}

func pool(name string) string {
	if name == "" {
		return "a ZFS pool"
	}
	return "the ZFS pool " + name
}

// refuseMembers refuses what is a member by its content, unless it is known that all it belongs to lies on this disk: the
// rest of the volume group, array or pool may lie on disks that must not be harmed.
func (d *Disk) refuseMembers(e evidence) {
	var reasons []string
	for _, p := range d.eachPart() {
		reason, judged := e.members[p.path]
		held := slices.ContainsFunc(p.use.Holders, func(h Holder) bool { return !e.free[h.Name] })
		switch {
		case judged:
			reasons = append(reasons, reason)
		case !held: // else it was said already, and better
			reasons = append(reasons, memberReason(p.path, p.content))
		}
	}
	for _, reason := range append(reasons, e.inside...) {
		if reason != "" && !slices.Contains(d.Reasons, reason) {
			d.refuse(reason)
		}
	}
}

// refuseHardware refuses what the drive itself forbids. After a fault, zeros mean nothing and are not explained.
func (d *Disk) refuseHardware(faulty bool) {
	if d.ReadOnly {
		d.refuse(fmt.Sprintf("%s is read-only: remove its write protection, or choose another disk.", d.title()))
	}
	if d.Zoned { // a host-aware one takes any write
		d.refuse(fmt.Sprintf("%s is a host-managed zoned drive, on which ordinary file systems cannot be written: choose another disk.", d.title()))
	}
	if faulty {
		return
	}
	sector := quantity.SectorSize(d.Topology.Logical)
	switch {
	case d.Bytes == 0:
		d.refuse(fmt.Sprintf("%s has no size, so there is no medium in it: insert one and look again.", d.title()))
	case !usableSector(sector):
		d.refuse(fmt.Sprintf("%s has sectors of %d bytes, and Lethe knows 512 and 4096: choose another disk.", d.title(), sector))
	case d.Bytes%d.Topology.Logical != 0:
		d.refuse(fmt.Sprintf("%s has a size of %d bytes, which is not a whole number of its sectors: choose another disk.", d.title(), uint64(d.Bytes)))
	}
}

func usableSector(s quantity.SectorSize) bool { return s == 512 || s == 4096 }

func (d *Disk) refuseTable() {
	if d.Grade == Confirmed && d.Table.Problem != "" {
		d.refuse(fmt.Sprintf("The partition table of %s cannot be trusted, so what would be lost cannot be named. %s", d.title(), d.Table.Problem))
	}
}
