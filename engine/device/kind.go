package device

import (
	"fmt"
	"strings"

	"lethe/engine/quantity"
)

// notADisk says why a block device is not a disk to install on, or "". A disk that merely cannot be used now is
// one all the same and gets a verdict instead.
func (b *block) notADisk(root string) string {
	major, _, _ := strings.Cut(b.number, ":")
	switch {
	case b.inside != "":
		return fmt.Sprintf("It is a hardware area of %s, such as an eMMC boot area, which holds firmware: give the disk itself.", b.inside)
	case optional(b.dir, "hidden") == "1":
		return "It is one path to a disk that the kernel shows under another name: give that disk."
	case major == "11":
		return "It is an optical drive, which cannot be installed on: choose a disk."
	case major == "2":
		return "It is a floppy drive, which cannot be installed on: choose a disk."
	case major == "31":
		return "It is raw flash memory, which needs its own file systems: choose a disk."
	}
	return b.virtual(root, major)
}

// virtual says why a device that the kernel made up is not a disk. NVMe disks with several paths and network
// block devices are virtual in sysfs and disks all the same.
func (b *block) virtual(root, major string) string {
	switch kind := b.kind(); {
	case kind == "loop" || major == "7":
		return "It is a loop device, which is a file of another file system: give the path of the file as an image instead."
	case kind == "md":
		return "It is a software RAID array, which Lethe cannot install on: choose a single disk."
	case kind == "bcache":
		return "It is a bcache device, which Lethe cannot install on: choose a single disk."
	case kind != "other":
		return "It is a device-mapper device, such as a logical volume, an opened encrypted partition or a multipath disk, which Lethe cannot install on: choose a single disk."
	case major == "1":
		return "It is a RAM disk, which forgets everything at power-off: choose a disk."
	case major == "43":
		return b.network()
	case exists(b.dir+"/disksize") && exists(b.dir+"/comp_algorithm"):
		return "It is a compressed RAM disk (zram), which forgets everything at power-off: choose a disk."
	case strings.HasPrefix(b.dir, root+"/sys/devices/virtual/block/"):
		return "It is a virtual device of the kernel and not a disk: choose a disk."
	}
	return ""
}

func (b *block) network() string {
	if b.size == 0 {
		return "It is a network block device that is not connected: connect it with nbd-client, or choose a disk."
	}
	return ""
}

// transports pairs a part of the path in sysfs with the transport that it means; the first found wins.
var transports = []struct{ part, name string }{
	{"/usb", "usb"},
	{"/nvme", "nvme"},
	{"/ata", "sata"},
	{"/mmc_host/", "mmc"},
	{"/session", "iscsi"},
	{"/rport-", "fc"},
	{"/end_device-", "sas"},
	{"/target", "scsi"},
	{"/virtio", "virtio"},
	{"/vbd-", "xen"},
	{"/ndbus", "nvdimm"},
	{"/VMBUS:", "scsi"},
	{"/virtual/block/nbd", "nbd"},
}

// transport tells how the disk is attached, by where the kernel put it in the device tree.
func (b *block) transport(root string) string {
	path := strings.TrimPrefix(b.dir, root)
	for _, t := range transports {
		if strings.Contains(path, t.part) {
			return t.name
		}
	}
	return ""
}

// mostLimit bounds every queue limit; the kernel keeps them in 32 bits.
const mostLimit = 1<<32 - 1

// topology reads the queue limits; any that is missing is a fault.
func (b *block) topology() Topology {
	var t Topology
	for name, to := range map[string]*quantity.Bytes{
		"logical_block_size": &t.Logical, "physical_block_size": &t.Physical, "minimum_io_size": &t.MinIO, "optimal_io_size": &t.OptIO,
	} {
		n, err := attribute(b.dir, "queue/"+name, mostLimit)
		b.fault(err)
		*to = quantity.Bytes(n)
	}
	t.AlignmentOffset = -1
	if optional(b.dir, "alignment_offset") != "-1" {
		n, err := attribute(b.dir, "alignment_offset", mostLimit)
		b.fault(err)
		t.AlignmentOffset = int64(n)
	}
	return t
}
