package layout

import (
	"fmt"
	"io"
	"math"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/quantity"
)

// Build plans a disk: ESP, then swap unless there is none, then nix to the end. The disk must be eligible,
// or not yet checked, in which case the layout is only a preview. Memory is the machine's, 0 when unknown.
//
// The identifiers are read from entropy in this order: the disk GUID, the PARTUUID of each partition in
// order, four bytes for the ESP's volume ID, the UUID of swap when it is plain, the UUID of ext4 and, with
// encryption, the UUID of the LUKS container. The same arguments and entropy give the same layout. Every error
// comes before anything could be written. The result has passed [Layout.Check].
func Build(disk device.Disk, memory quantity.Bytes, cfg config.Config, entropy io.Reader) (Layout, error) {
	l, err := frame(disk)
	if err != nil {
		return Layout{}, err
	}
	w, err := resolve(cfg, disk.Bytes, memory)
	if err != nil {
		return Layout{}, err
	}
	if err := l.place(w); err != nil {
		return Layout{}, err
	}
	if w.encrypt {
		l.LUKS = container(l, w.discards)
	}
	if err := l.identify(entropy); err != nil {
		return Layout{}, err
	}
	l.SwapMode, l.Tmpfs = w.mode, w.tmpfs
	l.Hibernate = w.mode == config.SwapPlain && memory > 0 && w.swap >= memory
	l.Notes = notes(l, w, disk, memory)
	if err := l.Check(); err != nil {
		return Layout{}, fmt.Errorf("cannot trust the planned layout, please report this: %w", err)
	}
	return l, nil
}

// frame is the layout of a disk before any partition.
func frame(disk device.Disk) (Layout, error) {
	if err := admit(disk); err != nil {
		return Layout{}, err
	}
	t := disk.Topology
	t.Image = t.Image || disk.Kind == device.KindImage
	grain, err := NewGrain(t)
	if err != nil {
		return Layout{}, fmt.Errorf("cannot plan %q: %w", disk.Path, err)
	}
	l := Layout{Topology: t, SectorSize: t.SectorSize(), Grain: grain}
	l.DiskSectors = l.SectorSize.Floor(disk.Bytes)
	l.FirstUsable, l.LastUsable, _ = usable(l.DiskSectors, l.SectorSize)
	return l, nil
}

// admit refuses a disk that is no target.
func admit(disk device.Disk) error {
	switch disk.Verdict.State {
	case device.Eligible, device.Unchecked:
	case device.Refused:
		return fmt.Errorf("cannot plan %q: %s", disk.Path, disk.Verdict.Reason)
	default:
		return fmt.Errorf("cannot plan %q: nobody has judged this disk (state %q): read the inventory again", disk.Path, disk.Verdict.State)
	}
	if disk.Bytes < LeastDisk {
		return fmt.Errorf("cannot plan %q: it holds %s and at least %s are needed: choose a larger disk", disk.Path, disk.Bytes.Human(), LeastDisk.Human())
	}
	if disk.Logical != 0 && disk.Logical != disk.Topology.Logical {
		return fmt.Errorf("cannot plan %q: its logical sector size is told as both %d and %d bytes: read the inventory again",
			disk.Path, uint64(disk.Logical), uint64(disk.Topology.Logical))
	}
	return nil
}

// place lays the partitions end to end. No sum can wrap: a wish of 2⁶⁴ bytes is at most 2⁵⁵ sectors.
func (l *Layout) place(w wish) error {
	next := l.Grain.first(l.FirstUsable, l.SectorSize)
	start := next
	add := func(p Partition, size quantity.Bytes) {
		p.First, p.Wished = next, size
		next = l.Grain.up(next + l.SectorSize.Ceil(size))
		p.Last = next - 1
		l.append(p)
	}
	add(espPartition(), w.esp)
	if w.mode != config.SwapNone {
		add(swapPartition(w.mode), w.swap)
	}
	last := l.Grain.last(l.LastUsable)
	if need := next + l.SectorSize.Ceil(LeastNix); last < need {
		return tooMuch(w, need+l.Grain.Optimal+(l.DiskSectors-l.LastUsable), l.SectorSize, next-start)
	}
	nix := nixPartition(w.encrypt)
	nix.First, nix.Last = next, last
	nix.Wished = l.SectorSize.Of(nix.Sectors())
	l.append(nix)
	return nil
}

// append numbers a partition and judges its boundaries.
func (l *Layout) append(p Partition) {
	p.Number = len(l.Partitions) + 1
	p.Start, p.End = l.Grain.Check(p.First), l.Grain.Check(p.Last+1)
	l.Partitions = append(l.Partitions, p)
}

// tooMuch says by how much the wishes miss the disk.
func tooMuch(w wish, need quantity.Sectors, size quantity.SectorSize, taken quantity.Sectors) error {
	what := "the ESP"
	if w.mode != config.SwapNone {
		what = "the ESP and swap"
	}
	if need > math.MaxUint64/quantity.Sectors(size) {
		return fmt.Errorf("cannot fit %s on the disk: no disk is that large: wish for less", what)
	}
	return fmt.Errorf("cannot fit %s on the disk: they take %s, and the system needs at least %s more: wish for less, or choose a disk of at least %s",
		what, size.Of(taken).Human(), LeastNix.Human(), size.Of(need).Human())
}

func espPartition() Partition {
	return Partition{Role: ESP, Name: "ESP", Type: TypeESP, Filesystem: "vfat", Label: "BOOT"}
}

func swapPartition(mode config.SwapMode) Partition {
	p := Partition{Role: Swap, Name: "swap", Type: TypeSwap}
	if mode == config.SwapRandomKey {
		p.Attributes = AttributeNoAuto
		return p
	}
	p.Filesystem, p.Label = "swap", "swap"
	return p
}

func nixPartition(encrypt bool) Partition {
	p := Partition{Role: Nix, Name: "nix", Type: TypeLinux, Filesystem: "ext4", Label: "nixos"}
	if encrypt {
		p.Type = TypeLUKS
	}
	return p
}
