package device

import (
	"fmt"
	"slices"
	"strings"
)

// unit is one thing to take down, with the devices that go with it.
type unit struct {
	Release
	blocks []*block
}

// free tells whether a device can be taken down: nothing of it, and of all that stands on it or belongs to the same volume
// group, is in use or lies on another disk, and every kind among them is known.
func (m *maker) free(r *reading, device *block, groups []groupOn) bool {
	together := walk(device, func(b *block) []*block {
		next := append(slices.Clone(b.above), b.parts...)
		if b.kind() == "lvm" {
			next = append(next, m.graph.group(b)...)
		}
		return next
	})
	for _, b := range together {
		if len(b.use.mounts) > 0 || b.use.swap || b.disk == nil && !m.releasable(r, b, groups) {
			return false
		}
	}
	return true
}

// releasable tells whether this device alone, whatever stands on it, is of a kind that can be taken down by name, and lies
// on the disk wholly.
func (m *maker) releasable(r *reading, b *block, groups []groupOn) bool {
	if slices.ContainsFunc(feet(b), func(disk *block) bool { return disk != r.block }) || optional(b.dir, "dm/suspended") == "1" {
		return false
	}
	switch b.kind() {
	case "md":
		return plainName(b.name)
	case "crypt", "dm":
		return plainName(b.mapper.name)
	case "lvm":
		id, known := volumeGroup(b)
		if !known {
			return false
		}
		if r.disk.Grade == Shown {
			return plainName(b.groupName())
		}
		return slices.ContainsFunc(groups, func(g groupOn) bool { return g.Name != "" && g.id() == id && g.reason == "" })
	}
	return false
}

// groupName is the volume group's name out of device-mapper's, in which a hyphen of a name is doubled.
func (b *block) groupName() string {
	group, _ := splitVolume(b.mapper.name)
	return group
}

func splitVolume(name string) (group, volume string) {
	const hyphen = "\x00"
	group, volume, _ = strings.Cut(strings.ReplaceAll(name, "--", hyphen), "-")
	return strings.ReplaceAll(group, hyphen, "-"), strings.ReplaceAll(volume, hyphen, "-")
}

// releases gives what must be taken down, topmost first, and the kernel names of the devices that go with it.
func (m *maker) releases(r *reading, groups []groupOn) ([]Release, map[string]bool) {
	var units []*unit
	free := map[string]bool{}
	for _, b := range r.above() {
		if b.disk != nil || !m.free(r, b, groups) {
			continue
		}
		free[b.name] = true
		if b.kind() != "lvm" {
			units = append(units, m.unitOf(r, b))
			continue
		}
		if !slices.ContainsFunc(units, func(u *unit) bool { return slices.Contains(u.blocks, b) }) {
			units = append(units, m.unitOfGroup(b, groups))
		}
	}
	var list []Release
	for _, u := range topmostFirst(units) {
		list = append(list, u.Release)
	}
	return append(inactive(list, groups), list...), free
}

// inactive gives the groups on the disk of which nothing is active. They stand in the list all the same: they may be
// activated at any moment, and to deactivate an inactive group does no harm.
func inactive(active []Release, groups []groupOn) []Release {
	var list []Release
	for _, g := range groups {
		named := slices.ContainsFunc(active, func(r Release) bool { return r.Kind == "lvm" && r.Name == g.Name })
		if g.Name != "" && g.reason == "" && !g.Exported && !named {
			list = append(list, Release{Kind: "lvm", Name: g.Name, Says: phrase("volume group "+g.Name, g.volumes())})
		}
	}
	return list
}

// unitOf is an array or a mapping by itself.
func (m *maker) unitOf(r *reading, b *block) *unit {
	holds := r.inside[b].says()
	release := Release{Kind: b.kind(), Name: b.mapper.name}
	switch release.Kind {
	case "md":
		release.Name, release.Says = b.name, phrase("RAID array "+b.says(), holds)
	case "crypt":
		release.Says = phrase("opened container "+b.mapper.name, holds)
	default:
		release.Says = phrase("mapping "+b.mapper.name, holds)
	}
	return &unit{release, []*block{b}}
}

// unitOfGroup is the volume group of a logical volume.
func (m *maker) unitOfGroup(b *block, groups []groupOn) *unit {
	id, _ := volumeGroup(b)
	blocks := m.graph.group(b)
	if at := slices.IndexFunc(groups, func(g groupOn) bool { return g.id() == id }); at >= 0 {
		g := groups[at]
		return &unit{Release{"lvm", g.Name, phrase("volume group "+g.Name, g.volumes())}, blocks}
	}
	var names []string
	for _, volume := range blocks {
		_, name := splitVolume(volume.mapper.name)
		names = append(names, Clean(name))
	}
	name := b.groupName()
	return &unit{Release{"lvm", name, phrase("volume group "+name, strings.Join(sorted(names), ", "))}, blocks}
}

// phrase is "what (holds)". Names in it were found plain before.
func phrase(what, holds string) string {
	if holds == "" {
		return what
	}
	return what + " (" + holds + ")"
}

// topmostFirst orders units so that each comes before all that it stands on.
func topmostFirst(units []*unit) []*unit {
	var order []*unit
	for len(units) > 0 {
		at := slices.IndexFunc(units, func(u *unit) bool {
			return !slices.ContainsFunc(units, func(other *unit) bool { return other != u && other.standsOn(u) })
		})
		at = max(at, 0) // a ring of groups that hold each other's volumes cannot be ordered; taking it down then fails, by name
		order = append(order, units[at])
		units = slices.Delete(slices.Clone(units), at, at+1)
	}
	return order
}

func (u *unit) standsOn(other *unit) bool {
	return slices.ContainsFunc(other.blocks, func(b *block) bool {
		return slices.ContainsFunc(climb(b)[1:], func(up *block) bool { return slices.Contains(u.blocks, up) })
	})
}

// says is a content for people: "ext4 “backup”".
func (c Content) says() string {
	if c.Label == "" || c.Type == "" {
		return Clean(c.Type)
	}
	return fmt.Sprintf("%s “%s”", Clean(c.Type), Clean(c.Label))
}

// Active tells whether something that is to be taken down is there: it may have gone together with what stood on it, as the
// second half of some mappings does. [WithChroot] chooses the machine.
func (r Release) Active(opts ...Option) (bool, error) {
	folder := gather(opts).root + "/sys/block"
	list, err := names(folder)
	if err != nil {
		return false, fmt.Errorf("cannot tell whether %s is active: %w", Clean(r.Name), err)
	}
	return slices.ContainsFunc(list, func(name string) bool {
		mapped := optional(folder+"/"+name, "dm/name")
		switch r.Kind {
		case "md":
			return name == r.Name
		case "lvm":
			group, _ := splitVolume(mapped)
			return group == r.Name && strings.HasPrefix(optional(folder+"/"+name, "dm/uuid"), "LVM-")
		}
		return mapped != "" && mapped == r.Name
	}), nil
}
