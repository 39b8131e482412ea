package session

import (
	"slices"
	"strings"

	"lethe/engine/device"
	"lethe/engine/plan"
)

// Card is one disk to choose from.
type Card struct {
	Path      string // "/dev/nvme0n1"
	Title     string // vendor and model, cleaned; the path where there is none
	Serial    string
	Size      string
	Bus       string // "NVMe", "USB", …; empty when unknown
	Removable bool
	// Contents says what is on it, a line for each thing.
	Contents []Text
	State    device.State
	// Reason says why it is refused, or what is not known yet.
	Reason Text
	// LookAlikes are the paths of disks that nobody could tell from this one by name; Place is then where this one is plugged in.
	LookAlikes []string
	Place      string
	Selectable bool
	Selected   bool
}

// Cards lists the disks of the machine: those that can be chosen first.
func (s *State) Cards() []Card {
	var list []Card
	chosen, _ := s.Selected()
	for _, d := range s.Shown.Disks {
		c := s.card(d)
		c.Selected = chosen.Path == d.Path && c.Selectable
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b Card) int {
		switch {
		case a.Selectable == b.Selectable:
			return 0
		case a.Selectable:
			return -1
		}
		return 1
	})
	return list
}

func (s *State) card(d device.Disk) Card {
	c := Card{
		Path: d.Path, Title: title(d), Serial: device.Clean(d.Serial), Size: d.Bytes.Human(), Bus: bus(d.Transport),
		Removable: d.Removable, Contents: contents(d), State: d.Verdict.State, Selectable: selectable(d), Reason: Phrased(d.Verdict.Reason),
	}
	if d.Verdict.State == device.Unchecked {
		c.Reason = say("What is on this disk is read when it is chosen; that needs root's permission.")
	}
	for _, other := range device.LookAlikes(s.Shown, d) {
		c.LookAlikes = append(c.LookAlikes, other.Path)
	}
	if len(c.LookAlikes) > 0 && len(d.ByPath) > 0 {
		c.Place = device.Clean(d.ByPath[0])
	}
	return c
}

// selectable tells whether a disk may be chosen. One that is not checked may: the root side then reads it.
func selectable(d device.Disk) bool {
	return d.Verdict.State == device.Eligible || d.Verdict.State == device.Unchecked
}

func title(d device.Disk) string {
	vendor, model := device.Clean(d.Vendor), device.Clean(d.Model)
	switch {
	case model == "":
		return d.Path
	case vendor == "" || strings.Contains(strings.ToLower(model), strings.ToLower(vendor)):
		return model
	}
	return device.Clean(vendor + " " + model)
}

// bus is the name of a transport as people write it.
func bus(transport string) string {
	names := map[string]string{"nvme": "NVMe", "virtio": "VirtIO", "iscsi": "iSCSI", "fc": "Fibre Channel", "xen": "Xen", "file": ""}
	if name, ok := names[transport]; ok {
		return name
	}
	return strings.ToUpper(device.Clean(transport))
}

// contents says what is on a disk.
func contents(d device.Disk) []Text {
	var list []Text
	if d.LiveMedium {
		list = append(list, say("The live session runs from this disk."))
	}
	for _, l := range plan.Losses(d) {
		if l.Used != "" {
			list = append(list, Text{Form: "{{.What}}: {{.Used}}", Parts: map[string]Text{"What": Phrase(l.What), "Used": Phrase(l.Used)}})
			continue
		}
		list = append(list, Phrase(l.What))
	}
	switch {
	case len(list) > 0:
		return list
	case d.Grade != device.Confirmed:
		return []Text{say("What is on it is not known yet.")}
	}
	return []Text{say("Nothing is on it.")}
}

// Select chooses a disk by its path and tells whether that was possible.
func (s *State) Select(path string) bool {
	for _, d := range s.Shown.Disks {
		if d.Path == path && selectable(d) {
			identity := d.Identity
			s.selected, s.Consent = &identity, ""
			return true
		}
	}
	return false
}

// Selected is the chosen disk.
func (s *State) Selected() (device.Disk, bool) {
	if s.selected == nil {
		return device.Disk{}, false
	}
	for _, d := range s.Shown.Disks {
		if d.Path == s.selected.Path && selectable(d) {
			return d, true
		}
	}
	return device.Disk{}, false
}

// diskProblems is what keeps the disk page.
func (s *State) diskProblems() []Problem {
	if s.Rehearsal {
		if _, typed := s.Draft.Sizes[FieldImage]; typed {
			return nil // it is said already
		}
		return imageProblem(s.Draft.Image)
	}
	disk, ok := s.Selected()
	switch {
	case !ok && !slices.ContainsFunc(s.Shown.Disks, selectable):
		return []Problem{{FieldDisk, say("No disk of this machine can be installed on."), true}}
	case !ok:
		return []Problem{{FieldDisk, say("Choose a disk."), true}}
	case s.Facts != nil && disk.Verdict.State != device.Eligible:
		return []Problem{{FieldDisk, say("This disk could not be read. Choose another one."), true}}
	}
	if alike := device.LookAlikes(s.Shown, disk); len(alike) > 0 {
		return []Problem{{FieldDisk, say("Another disk looks just like this one ({{.Path}}). Make sure that it is the right one.", "Path", alike[0].Path), false}}
	}
	return nil
}
