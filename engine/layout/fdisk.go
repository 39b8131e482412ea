package layout

import (
	"fmt"

	"lethe/engine/quantity"
)

// fdisker holds libfdisk's view of a disk, in bytes like libfdisk's own context, so that the code can be read
// beside its alignment.c and gpt.c. Sizes are bytes below 2³³; total, first and last are sectors.
//
// Measured with fdisk 2.38.1: image files of 512 and 4096 bytes a sector as they are, and, since a file has no
// topology, odd topologies with libblkid's answers replaced; testdata/fdisk.txt holds all of them.
type fdisker struct {
	sector, physical, minIO, io, offset, grain uint64
	topology                                   bool // the disk says something unusual
	total, first, last                         uint64
	doubted                                    bool
}

// fdisk reproduces the default answers of fdisk to "first sector" and "last sector".
func (r Report) fdisk() Choice {
	c := Choice{Tool: ToolFdisk, Command: "printf 'g\\nn\\n\\n\\n\\nw\\n' | fdisk DISK"}
	f := newFdisker(r)
	first := f.inRange(f.first, f.first, f.last)
	end := f.inRange(f.last, first, f.last)
	if end <= first || first < uint64(r.FirstUsable) { // an offset that is no whole sector can move it before what is usable
		c.Why = "finds no place on a disk this small"
		return c
	}
	c.First, c.Last = quantity.Sectors(first), quantity.Sectors(end-1)
	c.Why = fmt.Sprintf("aligns on %d sectors, the I/O size but at least 1 MiB", f.grain/f.sector)
	if f.doubted {
		c.Why += ", having no faith in the reported I/O size"
	}
	if f.offset != 0 {
		c.Why += ", moved back so that physical sectors stay whole"
	}
	c.Why += "; it ends one sector before the last grain point below the last usable sector, which can waste a whole grain"
	return c
}

func newFdisker(r Report) fdisker {
	t := r.Topology
	f := fdisker{sector: uint64(r.SectorSize), total: uint64(r.DiskSectors), last: uint64(r.LastUsable)}
	if !t.Image {
		f.physical, f.minIO, f.io = uint64(t.Physical), uint64(t.MinIO), uint64(t.OptIO)
		f.offset = uint64(max(0, t.AlignmentOffset))
		f.topology = f.io != 0 || f.offset != 0 || f.minIO&(f.minIO-1) != 0
		f.believe()
	}
	for _, field := range []*uint64{&f.physical, &f.minIO, &f.io} {
		if *field == 0 {
			*field = f.sector
		}
	}
	f.setGrain()
	f.setFirst(uint64(r.FirstUsable))
	return f
}

// believe settles the I/O size (fdisk_discover_topology).
func (f *fdisker) believe() {
	if f.io == 0 {
		f.io = f.minIO
	}
	if f.io != 0 && f.physical != 0 && (f.io == controllerError || f.io%f.physical != 0) {
		f.io, f.doubted = f.physical, true
	}
}

// setGrain is topology_get_grain.
func (f *fdisker) setGrain() {
	f.grain = max(f.io, uint64(usual))
	if f.total <= f.grain*4/f.sector {
		f.grain = f.physical
	}
}

// setFirst is topology_get_first_lba, then count_first_last_lba.
func (f *fdisker) setFirst(usable uint64) {
	start := uint64(usual)
	switch {
	case f.topology && f.offset != 0:
		start = f.offset
	case f.topology && f.io > start:
		start = f.io
	}
	first := start / f.sector
	if f.total <= first*4 {
		first = f.physical / f.sector
	}
	f.first = usable
	if usable < first && first < f.last {
		f.first = first
	}
}

// aligned is lba_is_aligned.
func (f *fdisker) aligned(s uint64) bool {
	granularity := max(f.physical, f.minIO, f.grain)
	return (granularity+f.offset-s*f.sector%granularity)%granularity == 0
}

// Directions of align.
const (
	upwards = iota
	downwards
	nearest
)

// align is fdisk_align_lba.
func (f *fdisker) align(s uint64, direction int) uint64 {
	unit := max(1, f.grain/f.sector)
	var to uint64
	switch {
	case f.aligned(s):
		return s
	case s < f.first:
		return f.first
	case direction == upwards:
		to = (s + unit) / unit * unit
	case direction == downwards:
		to = s / unit * unit
	default:
		to = (s + unit/2) / unit * unit
	}
	if f.offset == 0 || f.aligned(to) || to <= f.offset/f.sector {
		return to
	}
	// The physical sectors begin before LBA 0, so step back to the start of one. libfdisk subtracts unsigned
	// numbers here; with an offset above the granularity, which no disk has, they would wrap.
	to -= (max(f.physical, f.minIO, f.offset) - f.offset) / f.sector
	if direction == upwards && to < s {
		to += unit
	}
	return to
}

// inRange is fdisk_align_lba_in_range.
func (f *fdisker) inRange(s, start, stop uint64) uint64 {
	unit := f.grain / f.sector
	if start+unit <= stop {
		start, stop = f.align(start, upwards), f.align(stop, downwards)
	}
	if start+unit > stop {
		return s
	}
	return min(max(f.align(s, nearest), start), stop)
}
