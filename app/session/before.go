package session

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// Before is a disk as it is. It can only be looked at.
func Before(disk device.Disk) Map {
	t := disk.Topology
	t.Image = t.Image || disk.Kind == device.KindImage
	m := Map{Disk: disk.Path, SectorSize: t.SectorSize(), Topology: t}
	if disk.Kind == device.KindImage {
		m.Disk = ""
	}
	grain, err := layout.NewGrain(t)
	if err != nil {
		m.Problem = Phrased(err.Error())
		return m
	}
	m.Grain, m.Sectors = grain, m.SectorSize.Floor(disk.Bytes)
	if m.Sectors == 0 {
		m.Problem = say("The disk has no medium.")
		return m
	}
	m.fill(disk)
	return m
}

// fill makes the blocks and boundaries.
func (m *Map) fill(disk device.Disk) {
	if disk.Table.Problem != "" {
		m.Problem = Phrased(device.Clean(disk.Table.Problem))
	}
	if len(disk.Partitions) == 0 {
		m.Blocks = []Block{m.whole(disk)}
		return
	}
	parts := slices.DeleteFunc(slices.Clone(disk.Partitions), container)
	slices.SortFunc(parts, func(a, b device.Partition) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Number, b.Number))
	})
	next := quantity.Sectors(0)
	for _, p := range parts {
		b := m.existing(p)
		if b.First >= m.Sectors || b.First < next {
			continue // a table that says so is damaged, and Problem tells it
		}
		if b.First > next {
			m.Blocks = append(m.Blocks, m.between(next, b.First-1))
		}
		b.Last = min(b.Last, m.Sectors-1)
		m.Blocks = append(m.Blocks, b)
		m.edge(b)
		next = b.Last + 1
	}
	if next < m.Sectors {
		m.Blocks = append(m.Blocks, m.between(next, m.Sectors-1))
	}
}

// container tells that a partition of an MBR is only the room of the logical ones.
func container(p device.Partition) bool { return p.Type == "05" || p.Type == "0f" || p.Type == "85" }

// between is unpartitioned room; at the ends of the disk a little of it is never free.
func (m *Map) between(first, last quantity.Sectors) Block {
	if (first == 0 || last == m.Sectors-1) && m.SectorSize.Of(last-first+1) <= 2*quantity.MiB {
		return m.gap(BlockTable, first, last)
	}
	return m.gap(BlockFree, first, last)
}

// edge adds the boundaries of a block, each sector once.
func (m *Map) edge(b Block) {
	for _, sector := range []quantity.Sectors{b.First, b.Last + 1} {
		if n := len(m.Boundaries); n > 0 && m.Boundaries[n-1].Sector == sector {
			m.Boundaries[n-1].Right = b.Number
			continue
		}
		a := m.Grain.Check(sector)
		e := Boundary{Index: len(m.Boundaries), Sector: sector, Level: a.Level, Why: a.Why}
		if sector == b.First {
			e.Right = b.Number
		} else {
			e.Left = b.Number
		}
		m.Boundaries = append(m.Boundaries, e)
	}
}

// whole is a disk without partitions.
func (m *Map) whole(disk device.Disk) Block {
	b := m.gap(BlockFree, 0, m.Sectors-1)
	b.Used = use(disk.Content, disk.Use)
	switch {
	case disk.Content.Type != "":
		b.Kind, b.Title = BlockOther, quote(device.Clean(disk.Content.Type))
		b.Label, b.Filesystem, b.UUID = device.Clean(disk.Content.Label), disk.Content.Type, disk.Content.UUID
		b.Encrypted = encrypted(disk.Content.Type)
	case disk.Grade != device.Confirmed:
		b.Kind, b.Title = BlockUnknown, say("Not read yet")
	case disk.Table.Kind == device.TableUnreadable || disk.Table.Kind == device.TableDamaged:
		b.Kind, b.Title = BlockUnknown, say("Unreadable")
	}
	return b
}

// existing is a partition as it is.
func (m *Map) existing(p device.Partition) Block {
	first, length := m.SectorSize.Floor(p.Start), m.SectorSize.Ceil(p.Size)
	b := Block{
		Kind: BlockOther, Number: p.Number, Name: device.Clean(p.Name), First: first, Last: first + max(1, length) - 1,
		Size: p.Size.Human(), Label: cmp.Or(device.Clean(p.Content.Label), device.Clean(p.Label)), Used: use(p.Content, p.Use),
		Encrypted: encrypted(p.Content.Type), Filesystem: device.Clean(p.Content.Type), UUID: device.Clean(p.Content.UUID), PartUUID: p.PartUUID,
	}
	if b.Name == "" {
		b.Name = fmt.Sprint(p.Number)
	}
	switch {
	case strings.EqualFold(p.Type, layout.TypeESP) || p.Type == "ef":
		b.Kind, b.Title = BlockESP, say("EFI system partition")
	case p.Content.Type == "swap" || strings.EqualFold(p.Type, layout.TypeSwap):
		b.Kind, b.Title = BlockSwap, say("Swap")
	case b.Filesystem != "":
		b.Title = quote(b.Filesystem)
	default:
		b.Title = say("Unknown content")
	}
	return b
}

// encrypted tells that blkid's type is an encrypted one.
func encrypted(kind string) bool { return kind == "crypto_LUKS" || kind == "BitLocker" }

// use says what uses a disk or partition now.
func use(content device.Content, u device.Use) Text {
	var parts []string
	if member := device.Clean(content.Member); member != "" {
		parts = append(parts, member)
	}
	for _, m := range u.Mounts {
		parts = append(parts, device.Clean(m))
	}
	if u.Swap {
		parts = append(parts, "swap")
	}
	for _, h := range u.Holders {
		parts = append(parts, device.Clean(h.Kind+" "+h.Says))
	}
	if len(parts) == 0 {
		return Text{}
	}
	return say("Used by {{.What}}", "What", strings.Join(parts, ", "))
}
