package layout

import (
	"fmt"
	"math"
	"unicode/utf16"

	"lethe/engine/config"
	"lethe/engine/quantity"
)

// Check proves the invariants of a layout, whoever made it: usable sectors, order, no overlap, alignment,
// types, names, identifiers, and that the LUKS container fits. It shares no arithmetic with [Build] but the
// grain rule, and it is total: any value, however hostile, gives nil or an error. Sentences for people (Why,
// Source, Notes) are not checked.
func (l Layout) Check() error {
	for _, check := range []func() error{
		l.checkFrame, l.checkOrder, l.checkPartitions, l.checkSwap, l.checkLUKS, l.checkIdentifiers, l.checkTmpfs,
	} {
		if err := check(); err != nil {
			return fmt.Errorf("cannot accept the layout: %w", err)
		}
	}
	return nil
}

// checkFrame proves the disk's own figures; the later checks rely on them, above all that sectors times
// sector size cannot wrap.
func (l Layout) checkFrame() error {
	want, err := NewGrain(l.Topology)
	switch {
	case err != nil:
		return err
	case quantity.Bytes(l.SectorSize) != l.Topology.Logical:
		return fmt.Errorf("the sector size is told as both %d and %d bytes", l.SectorSize, uint64(l.Topology.Logical))
	case l.DiskSectors > math.MaxUint64/quantity.Sectors(l.SectorSize):
		return fmt.Errorf("a disk of %d sectors cannot be", l.DiskSectors)
	case l.SectorSize.Of(l.DiskSectors) < LeastDisk-quantity.Bytes(l.SectorSize):
		return fmt.Errorf("the disk holds %s, less than %s", l.SectorSize.Of(l.DiskSectors).Human(), LeastDisk.Human())
	case !sameGrain(l.Grain, want):
		return fmt.Errorf("the grain is not the one of the disk's topology (%d sectors, offset %d)", want.Optimal, want.Offset)
	}
	if first, last, ok := usable(l.DiskSectors, l.SectorSize); !ok || l.FirstUsable != first || l.LastUsable != last {
		return fmt.Errorf("the usable sectors must be %d to %d", first, last)
	}
	return nil
}

func sameGrain(a, b Grain) bool {
	return a.Optimal == b.Optimal && a.Offset == b.Offset && a.Minimum == b.Minimum && a.MinimumOffset == b.MinimumOffset
}

// checkOrder proves which partitions there are.
func (l Layout) checkOrder() error {
	want := []Role{ESP, Swap, Nix}
	if l.SwapMode == config.SwapNone {
		want = []Role{ESP, Nix}
	}
	if len(l.Partitions) != len(want) {
		return fmt.Errorf("there are %d partitions where %d belong", len(l.Partitions), len(want))
	}
	for i, p := range l.Partitions {
		if p.Role != want[i] || p.Number != i+1 {
			return fmt.Errorf("partition %d is number %d with role %.32q; it must be %q", i+1, p.Number, p.Role, want[i])
		}
	}
	return nil
}

func (l Layout) checkPartitions() error {
	free := max(l.FirstUsable, quantity.Sectors(quantity.MiB)/quantity.Sectors(l.SectorSize))
	for _, p := range l.Partitions {
		if p.First < free || p.Last < p.First || p.Last > l.LastUsable {
			return fmt.Errorf("partition %d spans sectors %d to %d, outside of the free ones from %d to %d", p.Number, p.First, p.Last, free, l.LastUsable)
		}
		free = p.Last + 1
		if err := l.checkAlignment(p); err != nil {
			return err
		}
		if err := l.checkSize(p); err != nil {
			return err
		}
		if err := l.checkKind(p); err != nil {
			return err
		}
	}
	return nil
}

func (l Layout) checkAlignment(p Partition) error {
	for _, boundary := range []struct {
		sector  quantity.Sectors
		verdict Alignment
	}{{p.First, p.Start}, {p.Last + 1, p.End}} {
		if boundary.sector%l.Grain.Optimal != l.Grain.Offset {
			return fmt.Errorf("partition %d has a boundary at sector %d, off the grain of %d sectors, offset %d", p.Number, boundary.sector, l.Grain.Optimal, l.Grain.Offset)
		}
		if boundary.verdict.Sector != boundary.sector || boundary.verdict.Level != Aligned {
			return fmt.Errorf("partition %d carries a verdict on sector %d that is not about sector %d", p.Number, boundary.verdict.Sector, boundary.sector)
		}
	}
	return nil
}

// checkSize proves that a partition is as large as wished, and by less than a grain larger.
func (l Layout) checkSize(p Partition) error {
	size := quantity.Bytes(p.Last-p.First+1) * quantity.Bytes(l.SectorSize)
	grain := quantity.Bytes(l.Grain.Optimal) * quantity.Bytes(l.SectorSize)
	if p.Wished > size || size-p.Wished >= grain {
		return fmt.Errorf("partition %d holds %s where %s were wished for", p.Number, size, p.Wished)
	}
	least, most := LeastSwap, quantity.Bytes(math.MaxUint64)
	switch p.Role {
	case ESP:
		least, most = LeastESP, MostESP
	case Nix:
		least = LeastNix
	}
	if p.Wished < least || p.Wished > most {
		return fmt.Errorf("partition %d (%s) of %s is out of bounds", p.Number, p.Role, p.Wished)
	}
	return nil
}

// checkKind proves what a partition says it is.
func (l Layout) checkKind(p Partition) error {
	want := Partition{Name: "ESP", Type: TypeESP, Filesystem: "vfat", Label: "BOOT"}
	switch {
	case p.Role == Nix && l.LUKS != nil:
		want = Partition{Name: "nix", Type: TypeLUKS, Filesystem: "ext4", Label: "nixos"}
	case p.Role == Nix:
		want = Partition{Name: "nix", Type: TypeLinux, Filesystem: "ext4", Label: "nixos"}
	case p.Role == Swap && l.SwapMode == config.SwapRandomKey:
		want = Partition{Name: "swap", Type: TypeSwap, Attributes: AttributeNoAuto}
	case p.Role == Swap:
		want = Partition{Name: "swap", Type: TypeSwap, Filesystem: "swap", Label: "swap"}
	}
	if n := len(utf16.Encode([]rune(p.Name))); n > 36 {
		return fmt.Errorf("the name of partition %d has %d UTF-16 units; GPT holds 36", p.Number, n)
	}
	if p.Name != want.Name || p.Type != want.Type || p.Attributes != want.Attributes || p.Filesystem != want.Filesystem || p.Label != want.Label {
		return fmt.Errorf("partition %d (%s) has name %.40q, type %.40q, attributes %#x, file system %.16q and label %.16q; they must be %q, %q, %#x, %q and %q",
			p.Number, p.Role, p.Name, p.Type, p.Attributes, p.Filesystem, p.Label, want.Name, want.Type, want.Attributes, want.Filesystem, want.Label)
	}
	return nil
}
