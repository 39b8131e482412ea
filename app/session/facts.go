package session

import (
	"slices"

	"lethe/engine"
	"lethe/engine/device"
)

// UseFacts takes what the root side read in place of what was shown. The chosen disk stays chosen, also where the kernel now calls
// it by another name; where it is gone, refused, or not to be told from another, the choice is dropped, Notice says why, and the
// disk page opens.
func (s *State) UseFacts(f engine.Facts) {
	before := s.Shown
	s.Facts, s.Shown = &f, f.Inventory
	s.Plan, s.Consent = nil, ""
	if s.selected == nil {
		return
	}
	was := *s.selected
	s.selected = nil
	found := same(before, f.Inventory, was)
	switch {
	case len(found) == 0:
		s.Notice = say("The disk {{.Path}} is gone. Choose a disk again.", "Path", device.Clean(was.Path))
	case len(found) > 1:
		s.Notice = say("The disk {{.Path}} cannot be told from another one any more. Choose a disk again.", "Path", device.Clean(was.Path))
	case !selectable(found[0]):
		s.Notice = say("The disk {{.Path}} cannot be taken: {{.Reason}}", "Path", device.Clean(found[0].Path), "Reason", "").
			with("Reason", Phrased(found[0].Verdict.Reason))
	default:
		if found[0].Path != was.Path {
			s.Notice = say("The disk {{.Was}} is called {{.Is}} now.", "Was", device.Clean(was.Path), "Is", device.Clean(found[0].Path))
		}
		identity := found[0].Identity
		s.selected = &identity
		return
	}
	if !s.Rehearsal && s.Page.at() > PageDisk.at() && !s.locked() {
		s.Page = PageDisk
	}
}

// same gives the disks that may be the one that was chosen. Whatever is known on both sides must agree; of several that do, the
// kernel's own count of disks decides, and where there is none the path does. A name that another disk had before as well is none: it
// must not lead from a disk that is gone to its twin.
func same(before, now device.Inventory, was device.Identity) []device.Disk {
	alike := func(d device.Disk) bool { return agrees(was, d.Identity) && named(was, d.Identity) }
	twin := slices.ContainsFunc(before.Disks, func(d device.Disk) bool { return d.Path != was.Path && alike(d) })
	var found []device.Disk
	for _, d := range now.Disks {
		counted := d.DiskSeq != 0 && was.DiskSeq != 0
		samePlace := d.Path == was.Path && !counted || counted && d.DiskSeq == was.DiskSeq
		if samePlace && agrees(was, d.Identity) {
			return []device.Disk{d}
		}
		if alike(d) && !twin {
			found = append(found, d)
		}
	}
	return found
}

// agrees tells that nothing which is known of both disks differs. Root may see more than others do, so absence says nothing here;
// the plan compares absences too.
func agrees(a, b device.Identity) bool {
	differ := func(x, y string) bool { return x != "" && y != "" && x != y }
	return a.Kind == b.Kind && a.Bytes == b.Bytes && a.Logical == b.Logical &&
		!differ(a.Serial, b.Serial) && !differ(a.WWN, b.WWN) && !differ(device.Clean(a.Model), device.Clean(b.Model))
}

// named tells that two identities share a name that tells one disk from all others.
func named(a, b device.Identity) bool {
	if a.WWN != "" && a.WWN == b.WWN || a.Serial != "" && a.Serial == b.Serial && a.Model == b.Model {
		return true
	}
	return slices.ContainsFunc(a.ByID, func(name string) bool { return slices.Contains(b.ByID, name) })
}
