package device

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Read makes the inventory of the machine. Without [WithProber] it needs no privilege, its grade is shown, and
// what is on the disks comes from udev's database as advice. With it, every disk is opened and read, and the
// grade is confirmed; so is what is inside of things that stand on a disk and could be taken down with it. A disk about which anything could not be read is refused, never left out; an error
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
	inventory := Inventory{Grade: Shown, Memory: memory, Firmware: readFirmware(o.root), Disks: []Disk{}}
	maker := maker{options: o, graph: g, live: g.liveDisks(mounts), links: readLinks(o.root)}
	targets := maker.targets(&inventory)
	maker.labels = readLabels(ctx, o.root, targets)
	maker.readings = make([]*reading, len(targets))
	err = each(ctx, len(targets), func(i int) { maker.readings[i] = maker.facts(targets[i]) })
	if err == nil {
		err = maker.confirmWanted(ctx)
	}
	if err != nil {
		return Inventory{}, fmt.Errorf("cannot read the disks of this machine: %w", err)
	}
	maker.judge()
	inventory.Grade = maker.grade()
	for _, r := range maker.readings {
		inventory.Disks = append(inventory.Disks, r.disk)
	}
	return inventory, nil
}

// maker turns the graph into disks.
type maker struct {
	options
	graph  *graph
	live   map[*block]bool
	links  map[string]map[string][]string
	labels map[string]label

	readings []*reading
	contents map[*block]Content // of every disk and partition in the readings, and of what stands on them
	groups   []VolumeGroup
	unasked  string // why LVM could not be asked, in a sentence
}

// reading is one disk while facts about it are gathered.
type reading struct {
	disk    Disk
	block   *block
	known   bool               // what is on it was read whole, or nothing can be
	busy    bool               // the kernel did not give it to us alone
	noticed []string           // sentences that speak against it
	inside  map[*block]Content // what is in the things that stand on it and carry nothing themselves
}

// grade is confirmed when every disk was read.
func (m *maker) grade() Grade {
	if m.prober == nil || slices.ContainsFunc(m.readings, func(r *reading) bool { return r.disk.Grade != Confirmed }) {
		return Shown
	}
	return Confirmed
}

// confirmWanted reads the disks themselves: all, or the one that was asked for with those that decide about it.
func (m *maker) confirmWanted(ctx context.Context) error {
	if m.prober == nil {
		return nil
	}
	wanted, rest := m.readings, []*reading(nil)
	if m.only != "" {
		only := m.graph.resolve(filepath.Clean(m.only))
		wanted = slices.DeleteFunc(slices.Clone(m.readings), func(r *reading) bool { return r.block != only })
		rest = slices.DeleteFunc(slices.Clone(m.readings), func(r *reading) bool { return r.block == only })
	}
	if err := each(ctx, len(wanted), func(i int) { m.confirm(ctx, wanted[i]) }); err != nil {
		return err
	}
	array := func(r *reading) bool {
		return slices.ContainsFunc(r.members(), func(p member) bool { return p.content.Type == typeMD })
	}
	if slices.ContainsFunc(wanted, array) {
		if err := each(ctx, len(rest), func(i int) { m.confirm(ctx, rest[i]) }); err != nil {
			return err
		}
	}
	m.askGroups(ctx)
	return ctx.Err()
}

// judge gives every disk its verdict, which may depend on what is on the others.
func (m *maker) judge() {
	m.contents = map[*block]Content{}
	for _, r := range m.readings {
		m.contents[r.block] = r.disk.Content
		for _, b := range r.block.parts {
			m.contents[b] = Content{} // what the table does not hold was not probed
		}
		for i := range r.disk.Partitions {
			if b := r.part(r.disk.Partitions[i].Number); b != nil {
				m.contents[b] = r.disk.Partitions[i].Content
			}
		}
		maps.Copy(m.contents, r.inside)
	}
	for _, r := range m.readings {
		r.disk.markPools()
		r.disk.judge(m.evidence(r))
		if r.disk.Verdict.State == Refused {
			r.disk.Release = nil // nothing will be written, so nothing must be taken down
		}
	}
}

// evidence gathers what the other disks, LVM and the things that stand on a disk say about it.
func (m *maker) evidence(r *reading) evidence {
	e := evidence{faults: r.block.allFaults(), doubts: m.graph.doubts, noticed: r.noticed}
	groups := m.groupsOn(r)
	e.members = m.judgeMembers(r, groups)
	r.disk.Release, e.free = m.releases(r, groups)
	for _, place := range r.members() {
		reason, judged := e.members[place.path]
		if !place.inside || judged {
			e.inside = append(e.inside, reason)
			continue
		}
		e.inside = append(e.inside, memberReason(place.path, *place.content))
	}
	for _, g := range groups {
		e.inside = append(e.inside, g.reason)
	}
	if m.unasked != "" && slices.ContainsFunc(r.members(), func(p member) bool { return p.content.Type == typeLVM }) {
		e.noticed = append(e.noticed, m.unasked)
	}
	if r.busy && len(e.free) == 0 {
		e.noticed = append(e.noticed, fmt.Sprintf("The kernel says that %s is busy: find what uses it with lsof or lsblk and stop that, or choose another disk.", r.disk.title()))
	}
	return e
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

// facts makes one disk from what everybody can read.
func (m *maker) facts(b *block) *reading {
	from := b.label(m.labels[b.name])
	topology := b.topology()
	d := Disk{
		Identity: b.identity(from, topology.Logical, m.links),
		Grade:    Shown, Name: b.name, Number: b.number, Vendor: from.vendor, Transport: b.transport(m.root), Topology: topology,
		Rotational: optional(b.dir, "queue/rotational") == "1", Zoned: optional(b.dir, "queue/zoned") == "host-managed", LiveMedium: m.live[b],
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
	r := &reading{disk: d, block: b, inside: map[*block]Content{}}
	for _, leaf := range r.leaves() {
		r.inside[leaf] = leaf.udev.content()
	}
	return r
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
