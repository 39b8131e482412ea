package layout

import (
	"fmt"

	"lethe/engine/device"
	"lethe/engine/quantity"
)

// usual is the alignment that every tool agrees on when nothing speaks against it.
const usual = quantity.MiB

// mostGrain is the largest I/O size that is believed. Real arrays stay below it; firmware that reports more
// reports nonsense, and following it would waste whole gigabytes.
const mostGrain = 64 * quantity.MiB

// controllerError is 65535 sectors of 512 bytes, which USB bridges and SAS controllers report for "unlimited".
const controllerError = 33553920

// NewGrain applies libparted's rule to a topology: 1 MiB when that is a multiple of the reported I/O sizes,
// otherwise the optimal I/O size itself (or the minimum one, when only that is reported), shifted by the
// alignment offset. An I/O size that cannot be true falls back to 1 MiB, and the grain then says in
// Disagrees what parted will make of that. A negative alignment offset counts as 0 and one inside a sector is
// rounded down, both as parted does it. It fails on logical sectors other than 512, 1024, 2048 or 4096 bytes
// and on values that no kernel reports.
func NewGrain(t device.Topology) (Grain, error) {
	if err := checkTopology(t); err != nil {
		return Grain{}, err
	}
	size := t.SectorSize()
	if t.Image {
		return Grain{
			Optimal: size.Floor(usual), Minimum: 1,
			Source: "an image file has no topology, so the usual grain of 1 MiB applies",
		}, nil
	}
	io, source := libparted(t)
	g := Grain{Optimal: size.Floor(io), Source: source}
	if doubt := distrust(io, t); doubt != "" {
		g = fallback(t, io, doubt)
	}
	g.Minimum = minimum(t)
	offset, remark := alignmentOffset(t)
	g.Offset, g.MinimumOffset = offset%g.Optimal, offset%g.Minimum
	g.Source += remark
	return g, nil
}

// libparted gives the grain in bytes that libparted's linux_get_optimum_alignment chooses, and why.
func libparted(t device.Topology) (quantity.Bytes, string) {
	divides := func(io quantity.Bytes) bool { return io == 0 || usual%io == 0 }
	switch {
	case t.OptIO == 0 && t.MinIO == 0:
		return usual, "the disk reports no I/O sizes, so the usual grain of 1 MiB applies"
	case divides(t.OptIO) && divides(t.MinIO):
		return usual, fmt.Sprintf("1 MiB is a multiple of the I/O sizes that the disk reports (minimum %d, optimal %d bytes)",
			uint64(t.MinIO), uint64(t.OptIO))
	case t.OptIO != 0:
		return t.OptIO, fmt.Sprintf("the disk reports an optimal I/O size of %d bytes", uint64(t.OptIO))
	default:
		return t.MinIO, fmt.Sprintf("the disk reports a minimum I/O size of %d bytes and no optimal one", uint64(t.MinIO))
	}
}

// distrust says why an I/O size cannot be followed, or "" when it can.
func distrust(io quantity.Bytes, t device.Topology) string {
	switch {
	case io == controllerError:
		return "33553920 bytes (65535 sectors) is a known controller error"
	case io%physical(t) != 0:
		return fmt.Sprintf("it is not a multiple of the physical sector size of %d bytes", uint64(physical(t)))
	case io > mostGrain:
		return "it is above 64 MiB, more than disks and arrays really have"
	}
	return ""
}

// fallback is the usual grain, with the reason, and what parted will say when it believes io.
func fallback(t device.Topology, io quantity.Bytes, doubt string) Grain {
	g := Grain{
		Optimal: t.SectorSize().Floor(usual),
		Source:  fmt.Sprintf("1 MiB is used in place of the reported I/O size of %d bytes: %s", uint64(io), doubt),
	}
	theirs := t.SectorSize().Floor(io)
	if theirs == 0 || g.Optimal%theirs != 0 {
		g.Disagrees = fmt.Sprintf("`parted align-check optimal` will call partitions on this disk misaligned, because parted "+
			"believes the reported I/O size of %d bytes; Lethe does not: %s", uint64(io), doubt)
	}
	return g
}

// minimum is the grain of `parted align-check minimal`, in sectors, never 0.
func minimum(t device.Topology) quantity.Sectors {
	io := t.MinIO
	if io == 0 {
		io = physical(t)
	}
	return max(1, t.SectorSize().Floor(io))
}

// alignmentOffset gives the offset in sectors and a remark to end the sentence about the grain with.
func alignmentOffset(t device.Topology) (quantity.Sectors, string) {
	if t.AlignmentOffset < 0 {
		return 0, "; the kernel cannot tell the alignment offset (-1), so it counts as 0"
	}
	offset := quantity.Bytes(t.AlignmentOffset)
	sectors := t.SectorSize().Floor(offset)
	switch {
	case offset == 0:
		return 0, ""
	case offset%t.Logical != 0:
		return sectors, fmt.Sprintf("; the alignment offset of %d bytes is not a whole number of sectors and is rounded down to %d",
			uint64(offset), uint64(sectors))
	}
	return sectors, fmt.Sprintf("; it is shifted by the alignment offset of %d bytes (%d sectors)", uint64(offset), uint64(sectors))
}
