package device

import (
	"context"
	"fmt"
	"strings"
)

// Read makes the inventory of the machine. Without [WithProber] it needs no privilege, its grade is shown, and
// what is on the disks comes from udev's database as advice. With it, every disk is opened and read, and the
// grade is confirmed. A disk about which anything could not be read is refused, never left out; an error
// means that there is no inventory at all.
//
// It sees mounts of its own namespace and of process 1. A confirmed read opens each disk exclusively, which
// also finds users that sysfs does not show, such as other namespaces and external journals.
func Read(ctx context.Context, opts ...Option) (Inventory, error) {
	o := gather(opts)
	memory, err := readMemory(o.root)
	if err != nil {
		return Inventory{}, fmt.Errorf("cannot read the machine: %w", err)
	}
	g, err := readGraph(ctx, o.root)
	if err != nil {
		return Inventory{}, fmt.Errorf("cannot read the disks of this machine: %w", err)
	}
	g.joinLoops()
	mounts := g.readMounts()
	g.readSwaps(mounts)
	inventory := Inventory{Grade: Shown, Memory: memory, Disks: []Disk{}}
	if o.prober != nil {
		inventory.Grade = Confirmed
	}
	maker := maker{options: o, graph: g, live: g.liveDisks(mounts), links: readLinks(o.root)}
	targets := maker.targets(&inventory)
	maker.labels, maker.unnamed = readLabels(ctx, o.root, targets)
	inventory.Disks = make([]Disk, len(targets))
	err = each(ctx, len(targets), func(i int) { inventory.Disks[i] = maker.disk(ctx, targets[i]) })
	if err != nil {
		return Inventory{}, fmt.Errorf("cannot read the disks of this machine: %w", err)
	}
	return inventory, nil
}

// maker turns the graph into disks.
type maker struct {
	options
	graph   *graph
	live    map[*block]bool
	links   map[string]map[string][]string
	labels  map[string]label
	unnamed error // names are for people, so their lack stops nothing
}

// targets splits the disks from other devices.
func (m *maker) targets(inventory *Inventory) []*block {
	var targets []*block
	for _, b := range m.graph.disks {
		if reason := b.notADisk(m.root); reason != "" {
			inventory.Others = append(inventory.Others, Other{Clean(b.name), b.number, reason})
			continue
		}
		targets = append(targets, b)
	}
	return targets
}

// disk makes one disk and its verdict.
func (m *maker) disk(ctx context.Context, b *block) Disk {
	from := b.label(m.labels[b.name])
	topology := b.topology()
	d := Disk{
		Identity: b.identity(from, topology.Logical, m.links),
		Grade:    Shown, Name: b.name, Number: b.number, Vendor: from.vendor, Transport: b.transport(m.root), Topology: topology,
		Rotational: optional(b.dir, "queue/rotational") == "1", LiveMedium: m.live[b],
		Table: b.table(), Content: b.udev.content(), Use: m.graph.uses(b),
	}
	var err error
	d.ReadOnly, err = flag(b.dir, "ro")
	b.fault(err)
	d.Removable, err = flag(b.dir, "removable")
	b.fault(err)
	d.Partitions = make([]Partition, len(b.parts))
	for i, part := range b.parts {
		d.Partitions[i] = m.partition(part)
	}
	var noticed []string
	if m.prober != nil {
		noticed = m.confirm(ctx, b, &d)
	}
	d.markPools()
	d.judge(b.allFaults(), m.graph.doubts, noticed)
	return d
}

// allFaults gives the faults of a disk, its partitions and whatever stands on them.
func (b *block) allFaults() []error {
	var faults []error
	seen := map[*block]bool{}
	for _, from := range append([]*block{b}, b.parts...) {
		for _, up := range climb(from) {
			if !seen[up] {
				seen[up] = true
				faults = append(faults, up.faults...)
			}
		}
	}
	return faults
}

func (m *maker) partition(b *block) Partition {
	get := func(key string) string { return strings.ToLower(b.udev.text(key)) }
	return Partition{
		Number: b.index, Name: b.name, Start: b.start, Size: b.size,
		Type: partitionType(get("ID_PART_ENTRY_TYPE")), PartUUID: get("ID_PART_ENTRY_UUID"),
		Label: b.udev.text("ID_PART_ENTRY_NAME"), Content: b.udev.content(), Use: m.graph.uses(b),
	}
}

// partitionType turns udev's 0xc into 0c; a GUID stays.
func partitionType(s string) string {
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		return strings.Repeat("0", max(0, 2-len(digits))) + digits
	}
	return s
}

// table is what udev believes; without a belief, nobody has read it.
func (b *block) table() Table {
	switch kind := TableKind(b.udev.properties["ID_PART_TABLE_TYPE"]); kind {
	case TableGPT, TableMBR:
		return Table{Kind: kind, GUID: strings.ToLower(b.udev.text("ID_PART_TABLE_UUID"))}
	}
	return Table{Kind: TableUnreadable}
}

// markPools adds the ZFS pools that content tells of to the uses.
func (d *Disk) markPools() {
	if d.Content.Type == typeZFS {
		d.Use.Holders = append(d.Use.Holders, zfsHolder(d.Content))
	}
	for i := range d.Partitions {
		if p := &d.Partitions[i]; p.Content.Type == typeZFS {
			p.Use.Holders = append(p.Use.Holders, zfsHolder(p.Content))
		}
	}
}
