package device

import (
	"fmt"
	"slices"
	"strings"
)

// member is a place on a disk, or in something that stands on it, which by its content belongs to something larger.
type member struct {
	block   *block // nil for a partition that the kernel does not know
	path    string
	content *Content
	inside  bool // not on the disk itself, but in an opened container or the like
}

// members gives what belongs to something larger. In a shown reading that is udev's belief.
func (r *reading) members() []member {
	var list []member
	if r.disk.Content.isMember() {
		list = append(list, member{block: r.block, path: r.disk.title(), content: &r.disk.Content})
	}
	for i := range r.disk.Partitions {
		if p := &r.disk.Partitions[i]; p.Content.isMember() {
			list = append(list, member{block: r.part(p.Number), path: p.path(&r.disk), content: &p.Content})
		}
	}
	for _, b := range r.leaves() {
		if content := r.inside[b]; content.isMember() {
			list = append(list, member{block: b, path: b.path(), content: &content, inside: true})
		}
	}
	return list
}

// part gives the kernel's partition with a number, or nil.
func (r *reading) part(number int) *block {
	for _, b := range r.block.parts {
		if b.index == number {
			return b
		}
	}
	return nil
}

func (c Content) isMember() bool {
	return c.Type == "bcache" || strings.HasSuffix(c.Type, "_member")
}

// leaves gives what stands on a disk and carries nothing itself: the places where data may be.
func (r *reading) leaves() []*block {
	var list []*block
	for _, up := range r.above() {
		if len(up.above) == 0 && len(up.parts) == 0 {
			list = append(list, up)
		}
	}
	return list
}

// above gives everything that stands on a disk or its partitions, each once, nearest first.
func (r *reading) above() []*block {
	var list []*block
	for _, from := range append([]*block{r.block}, r.block.parts...) {
		for _, up := range climb(from)[1:] {
			if !slices.Contains(list, up) {
				list = append(list, up)
			}
		}
	}
	return list
}

// judgeMembers says of each LVM and RAID member what stands in the way: nothing if all that belongs to it lies on this disk.
// Other members are left out and refused.
func (m *maker) judgeMembers(r *reading, groups []groupOn) map[string]string {
	judged := map[string]string{}
	for _, place := range r.members() {
		switch {
		case place.content.Type == typeMD && place.content.UUID != "":
			judged[place.path] = m.arrayReason(r, place)
			if r.disk.Grade == Confirmed {
				place.content.Member = "the RAID array " + first(place.content.Label, place.content.UUID)
			}
		case place.content.Type == typeLVM && r.disk.Grade == Shown:
			judged[place.path] = "" // what the group needs is not known without privilege
		case place.content.Type == typeLVM:
			at := slices.IndexFunc(groups, func(g groupOn) bool { return slices.Contains(g.here, place.block) })
			if at >= 0 {
				judged[place.path] = groups[at].reason
				place.content.Member = groups[at].describe()
			}
		}
	}
	return judged
}

// arrayReason looks for other members of a RAID array in this machine. Those that are in no machine, or in another, cannot be
// found; the array could not be assembled here without them, so nothing that works is lost.
func (m *maker) arrayReason(r *reading, place member) string {
	var others, unread []string
	for _, other := range m.readings {
		if other != r && r.disk.Grade == Confirmed && !other.known {
			unread = append(unread, other.disk.title())
		}
	}
	for _, b := range m.graph.byName {
		content, read := m.contents[b]
		if !read {
			content = b.udev.content()
		}
		if content.Type != typeMD || content.UUID != place.content.UUID {
			continue
		}
		for _, disk := range feet(b) {
			if disk != r.block {
				others = append(others, disk.path())
			}
		}
	}
	name := first(place.content.Label, place.content.UUID)
	switch {
	case len(others) > 0:
		return fmt.Sprintf("%s is a member of the RAID array %s, which also needs %s: take it out of the array with mdadm --fail and --remove, clear it with mdadm --zero-superblock, or choose another disk.",
			place.path, name, enumerate(sorted(others)))
	case len(unread) > 0:
		return fmt.Sprintf("%s is a member of the RAID array %s, and it is not known whether that also needs %s, which could not be read: clear the member with mdadm --zero-superblock, or choose another disk.",
			place.path, name, enumerate(sorted(unread)))
	}
	return ""
}

// memberReason says why a member that nothing more is known about must not be overwritten; empty for what is no member.
func memberReason(path string, content Content) string {
	switch {
	case content.Type == typeLVM:
		return fmt.Sprintf("%s is an LVM physical volume: remove it from its volume group with vgreduce or vgremove, then run pvremove on it, or choose another disk.", path)
	case content.Type == typeMD:
		return fmt.Sprintf("%s is a member of a RAID array: clear it with mdadm --zero-superblock, or choose another disk.", path)
	case content.isMember():
		return fmt.Sprintf("%s is a member of something larger (%s): take it out of that and clear it with wipefs -a, or choose another disk.", path, Clean(content.Type))
	}
	return ""
}
