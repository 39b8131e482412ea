package session

import (
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// BlockKind is what a block of the partition map is, for its colour and pattern.
type BlockKind string

// The kinds of blocks.
const (
	BlockESP     BlockKind = "esp"
	BlockSwap    BlockKind = "swap"
	BlockNix     BlockKind = "nix"
	BlockOther   BlockKind = "other"   // any other partition or file system
	BlockFree    BlockKind = "free"    // unpartitioned
	BlockTable   BlockKind = "table"   // the partition table itself and what alignment leaves at the ends; a map may leave it out
	BlockUnknown BlockKind = "unknown" // nobody could read it
)

// Block is one piece of a disk, from First to Last.
type Block struct {
	Kind BlockKind
	// Role is set for the partitions that will be made.
	Role   layout.Role
	Number int    // of the partition, 0 for none
	Name   string // "ESP", "nvme0n1p2"; empty where there is none
	Title  Text   // for people: "EFI system partition", "ext4", "Free space"
	Size   string // "512 MiB"
	First  quantity.Sectors
	Last   quantity.Sectors // inclusive
	Label  string
	Used   Text // what uses it now
	// Encrypted draws the lock; for swap with a new key at every boot too.
	Encrypted  bool
	Filesystem string
	UUID       string
	PartUUID   string
}

// Sectors is the length of the block.
func (b Block) Sectors() quantity.Sectors { return b.Last - b.First + 1 }

// Boundary is where a partition begins or ends, or where the content of an encrypted one begins.
type Boundary struct {
	Index  int // for [State.MoveBoundary]
	Sector quantity.Sectors
	Level  layout.Level
	Why    string
	// Left and Right are the numbers of the partitions that meet here, 0 for none.
	Left, Right int
	// Payload tells that this is no edge of a partition, but the first sector of what is encrypted in it.
	Payload bool
	// Movable boundaries go from Least to Most in steps of Map.Grain; Least and Most lie on the grain.
	Movable     bool
	Least, Most quantity.Sectors
}

// Map is a disk as it is or will be.
type Map struct {
	Disk       string // "/dev/nvme0n1", or empty for a virtual disk
	Sectors    quantity.Sectors
	SectorSize quantity.SectorSize
	Topology   device.Topology
	// Grain is the step of boundaries; its Source and Disagrees explain an unusual one.
	Grain      layout.Grain
	Blocks     []Block
	Boundaries []Boundary
	// Layout is what the map shows; only [State.After] sets it.
	Layout layout.Layout
	// Problem says why there is nothing to show, such as a damaged table.
	Problem Text
}

// Bytes gives the size of a number of sectors, for people.
func (m Map) Bytes(n quantity.Sectors) string { return m.SectorSize.Of(n).Human() }

// After is the disk as it will be. The blocks cover it without gaps; the boundaries are those of the partitions, in order, and
// after them the start of the encrypted payload.
func (s *State) After() (Map, error) {
	l, err := s.Preview()
	if err != nil {
		return Map{}, err
	}
	m := After(l)
	if disk, ok := s.Selected(); ok && !s.Rehearsal {
		m.Disk = disk.Path
	}
	return m, nil
}

// After is the map of a layout, such as the one of a plan.
func After(l layout.Layout) Map {
	m := Map{Sectors: l.DiskSectors, SectorSize: l.SectorSize, Topology: l.Topology, Grain: l.Grain, Layout: l}
	if len(l.Partitions) == 0 || l.DiskSectors == 0 {
		return m
	}
	next := quantity.Sectors(0)
	for _, p := range l.Partitions {
		if p.First > next {
			m.Blocks = append(m.Blocks, m.gap(BlockTable, next, p.First-1))
		}
		m.Blocks = append(m.Blocks, m.planned(l, p))
		next = p.Last + 1
	}
	if next < m.Sectors {
		m.Blocks = append(m.Blocks, m.gap(BlockTable, next, m.Sectors-1))
	}
	m.Boundaries = boundaries(l)
	return m
}

// gap is a block without a partition.
func (m Map) gap(kind BlockKind, first, last quantity.Sectors) Block {
	b := Block{Kind: kind, First: first, Last: last, Size: m.Bytes(last - first + 1), Title: say("Free space")}
	if kind == BlockTable {
		b.Title = say("Partition table and alignment")
	}
	return b
}

// planned is a partition that will be made.
func (m Map) planned(l layout.Layout, p layout.Partition) Block {
	b := Block{
		Role: p.Role, Number: p.Number, Name: p.Name, First: p.First, Last: p.Last, Size: m.Bytes(p.Sectors()),
		Label: p.Label, Filesystem: p.Filesystem, UUID: p.UUID, PartUUID: p.PartUUID,
	}
	switch p.Role {
	case layout.ESP:
		b.Kind, b.Title = BlockESP, say("EFI system partition (ESP): the firmware starts the system from it")
	case layout.Swap:
		b.Kind, b.Title, b.Encrypted = BlockSwap, say("Swap"), p.Filesystem == ""
	case layout.Nix:
		b.Kind, b.Title, b.Encrypted = BlockNix, say("System and everything that is kept"), l.LUKS != nil
	}
	return b
}

// boundaries are the edges of the partitions of a layout.
func boundaries(l layout.Layout) []Boundary {
	var list []Boundary
	add := func(a layout.Alignment, left, right int) {
		list = append(list, Boundary{Index: len(list), Sector: a.Sector, Level: a.Level, Why: a.Why, Left: left, Right: right})
	}
	left := 0
	for _, p := range l.Partitions {
		add(p.Start, left, p.Number)
		left = p.Number
	}
	add(l.Partitions[len(l.Partitions)-1].End, left, 0)
	for i, b := range list {
		if span, ok := movable(l)[b.Left]; ok && b.Right != 0 {
			list[i].Movable, list[i].Least, list[i].Most = true, span.least, span.most
		}
	}
	if l.LUKS != nil {
		add(l.LUKS.Payload, left, left)
		list[len(list)-1].Payload = true
	}
	return list
}
