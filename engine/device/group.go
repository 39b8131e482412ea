package device

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// groupOn is a volume group that has a physical volume on a disk.
type groupOn struct {
	VolumeGroup
	here   []*block // its physical volumes on the disk
	reason string   // why it must not be taken down; empty when it may
}

// describe says for people what a physical volume belongs to.
func (g groupOn) describe() string {
	switch {
	case g.Name == "":
		return ""
	case len(g.LVs) == 0:
		return fmt.Sprintf("the LVM volume group %s, which is empty", Clean(g.Name))
	}
	return fmt.Sprintf("the LVM volume group %s with %s", Clean(g.Name), g.volumes())
}

// volumes lists the logical volumes, all of them: each is something that will be gone.
func (g groupOn) volumes() string {
	list := make([]string, len(g.LVs))
	for i, name := range g.LVs {
		list[i] = Clean(name)
	}
	return strings.Join(sorted(list), ", ")
}

// needGroups tells whether LVM must be asked about any disk that was read.
func (m *maker) needGroups() bool {
	return slices.ContainsFunc(m.readings, func(r *reading) bool {
		return r.disk.Grade == Confirmed && (slices.ContainsFunc(r.members(), func(p member) bool { return p.content.Type == typeLVM }) ||
			slices.ContainsFunc(r.above(), func(b *block) bool { return b.kind() == "lvm" }))
	})
}

// askGroups asks LVM. What it does not say leaves every disk with LVM on it refused.
func (m *maker) askGroups(ctx context.Context) {
	if m.volumes == nil || !m.needGroups() {
		return
	}
	groups, err := m.volumes.Groups(ctx)
	if err != nil {
		m.unasked = fmt.Sprintf("LVM does not say what belongs together (%s): install lvm2 and look again.", cause(err))
		return
	}
	m.groups = groups
}

// groupsOn gives the volume groups on a disk.
func (m *maker) groupsOn(r *reading) []groupOn {
	var list []groupOn
	for _, group := range m.groups {
		on := groupOn{VolumeGroup: group}
		var elsewhere []string
		for _, pv := range group.PVs {
			b := m.graph.byNumber[pv.Number]
			switch {
			case pv.Missing:
				elsewhere = append(elsewhere, "a disk that is missing")
				continue
			case b == nil:
				elsewhere = append(elsewhere, Clean(pv.Path))
				continue
			}
			disks := feet(b)
			if slices.Contains(disks, r.block) {
				on.here = append(on.here, b)
			}
			for _, disk := range disks {
				if disk != r.block {
					elsewhere = append(elsewhere, disk.path())
				}
			}
		}
		if len(on.here) == 0 {
			continue
		}
		if group.Name != "" {
			on.reason = m.groupReason(on, sorted(elsewhere))
		}
		list = append(list, on)
	}
	return list
}

// groupReason says why a group must not be taken down. LVM takes groups down by name, so the name must be its own.
func (m *maker) groupReason(on groupOn, elsewhere []string) string {
	path, name := on.here[0].path(), Clean(on.Name)
	same := 0
	for _, g := range m.groups {
		if g.Name == on.Name {
			same++
		}
	}
	switch {
	case len(elsewhere) > 0:
		return fmt.Sprintf("%s belongs to the LVM volume group %s, which also needs %s: take it out of the group with pvmove and vgreduce, or remove the group with vgremove, or choose another disk.",
			path, name, enumerate(elsewhere))
	case same > 1:
		return fmt.Sprintf("%s belongs to an LVM volume group that is not the only one with the name %s: give one of them another name with vgrename, or choose another disk.", path, name)
	case !plainName(on.Name):
		return fmt.Sprintf("%s belongs to an LVM volume group with a name that cannot be used safely, %s: give it another one with vgrename, or choose another disk.", path, name)
	}
	return ""
}

// id is the group's UUID as device-mapper writes it.
func (g groupOn) id() string { return strings.ReplaceAll(g.UUID, "-", "") }

// plainName tells whether a name can be given to a program as it is.
func plainName(name string) bool {
	return printable(name) && Clean(name) == name && name[0] != '-' && !strings.ContainsAny(name, `/\! `)
}
