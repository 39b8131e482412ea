package engine

import (
	"strings"

	"lethe/engine/device"
	"lethe/engine/helper"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/run"
	"lethe/engine/step"
)

// unfinished lists the installations that can be continued: the one that was begun since this machine was started, by its journal, and
// what looks like one on a disk. The latter are not looked into: whether such an installation came to its end [Local.Recall] finds out.
func (l Local) unfinished(inventory device.Inventory) []helper.Unfinished {
	list := []helper.Unfinished{}
	last, history, err := run.Remembered(l.folder())
	remembered := err == nil
	for _, d := range inventory.Disks {
		found := helper.Unfinished{Disk: d.Path, Title: titleOfDisk(d)}
		if remembered && strings.EqualFold(d.Table.GUID, last.Layout.DiskGUID) {
			if continuable(last, history) && step.Recognise(last, d) == nil {
				found.Step, found.Stopped, found.Encrypted = history.Step, history.Stopped, last.Layout.LUKS != nil
				list = append(list, found)
			}
			continue
		}
		if d.Verdict.State != device.Eligible || len(d.Release) > 0 {
			continue
		}
		if _, encrypted, made := layout.Made(d); made {
			found.Encrypted = encrypted
			list = append(list, found)
		}
	}
	return list
}

// continuable tells whether a run got as far as nixos-install, and no further than its end, where only starting over helps.
func continuable(p plan.Plan, h run.History) bool {
	return !h.Done && !h.Unclean && (p.Continues || h.Installing)
}

// titleOfDisk is a disk for people.
func titleOfDisk(d device.Disk) string {
	parts := []string{d.Path, d.Bytes.Human()}
	for _, text := range []string{d.Model, d.Serial} {
		if text = device.Clean(text); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " · ")
}
