package layout

import (
	"fmt"

	"lethe/engine/device"
	"lethe/engine/quantity"
)

// mostReported is the largest value that the kernel can report: its queue limits are 32-bit.
const mostReported = 1<<32 - 1

// checkTopology refuses what no kernel reports. Odd but possible values pass; [NewGrain] judges those.
func checkTopology(t device.Topology) error {
	if !validSectorSize(t.Logical) {
		return fmt.Errorf("cannot align on a logical sector size of %d bytes: it must be 512, 1024, 2048 or 4096: "+
			"reformat the disk to 512 or 4096, or choose another one", uint64(t.Logical))
	}
	if t.Image {
		return nil
	}
	for _, limit := range []struct {
		name  string
		value quantity.Bytes
	}{
		{"physical sector size", t.Physical}, {"minimum I/O size", t.MinIO}, {"optimal I/O size", t.OptIO},
	} {
		if limit.value > mostReported {
			return fmt.Errorf("cannot align on a %s of %d bytes: the kernel never reports more than %d: give the value that "+
				"the kernel shows below /sys/block", limit.name, uint64(limit.value), uint64(mostReported))
		}
	}
	if t.AlignmentOffset > mostReported {
		return fmt.Errorf("cannot align on an alignment offset of %d bytes: the kernel never reports more than %d: give the "+
			"value that the kernel shows below /sys/block", t.AlignmentOffset, uint64(mostReported))
	}
	return nil
}

// validSectorSize knows the powers of two from 512 to 4096. Disks of 520 or 528 bytes, as some arrays use,
// must be reformatted before Linux can partition them.
func validSectorSize(size quantity.Bytes) bool {
	return size == 512 || size == 1024 || size == 2048 || size == 4096
}

// physical is the physical sector size in bytes, never below the logical one. A value that is no multiple of
// the logical size cannot be true and is ignored.
func physical(t device.Topology) quantity.Bytes {
	if t.Image || t.Physical == 0 || t.Physical%t.Logical != 0 {
		return t.Logical
	}
	return t.Physical
}

// usable gives the first and last LBA that a GPT with 128 entries of 128 bytes leaves for partitions, and
// whether there are any: the primary table follows LBA 0 and 1, the backup precedes the last LBA.
func usable(sectors quantity.Sectors, size quantity.SectorSize) (first, last quantity.Sectors, ok bool) {
	entries := size.Ceil(128 * 128)
	if sectors < 2*entries+4 {
		return 0, 0, false
	}
	return 2 + entries, sectors - 2 - entries, true
}
