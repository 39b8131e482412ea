package engine

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/helper"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/run"
	"lethe/engine/step"
)

// formatted is a disk as a plan made it.
func formatted(p plan.Plan) device.Disk {
	d := device.Disk{
		Identity: p.Target, Table: device.Table{Kind: device.TableGPT, GUID: p.Layout.DiskGUID}, Verdict: device.Verdict{State: device.Eligible},
	}
	d.TableHash = "another"
	for _, part := range p.Layout.Partitions {
		content := device.Content{Type: part.Filesystem, Label: part.Label, UUID: part.UUID}
		if part.Role == layout.Nix && p.Layout.LUKS != nil {
			content = device.Content{Type: "crypto_LUKS", UUID: p.Layout.LUKS.UUID}
		}
		d.Partitions = append(d.Partitions, device.Partition{
			Number: part.Number, Start: p.Layout.SectorSize.Of(part.First), Size: p.Layout.SectorSize.Of(part.Sectors()), Type: part.Type,
			PartUUID: part.PartUUID, Label: part.Name, Content: content,
		})
	}
	return d
}

func TestUnfinished(t *testing.T) {
	blank := device.Disk{
		Identity: device.Identity{Kind: device.KindDisk, Path: "/dev/x", Serial: "S1", Bytes: plantest.Size, Logical: 512, ByID: []string{}, ByPath: []string{}},
		Grade:    device.Confirmed, Topology: device.Topology{Logical: 512, Physical: 512}, Table: device.Table{Kind: device.TableNone},
		Verdict: device.Verdict{State: device.Eligible},
	}
	wishes := plantest.Wishes(true, "")
	wishes.Desktop.Environment = "none"
	p := plantest.For(t, blank, wishes)
	onward, err := p.Continue()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	known := helper.Unfinished{Disk: "/dev/x", Title: "/dev/x · 40 GiB · S1", Step: "Step install", Stopped: at, Encrypted: true}
	known.Title = titleOfDisk(blank)
	unknown := helper.Unfinished{Disk: "/dev/x", Title: known.Title, Encrypted: true}
	for name, row := range map[string]struct {
		plan  *plan.Plan // of the last run since the start
		steps []string   // that it began
		last  event.Kind
		state step.DiskState
		disk  func(d *device.Disk)
		want  []helper.Unfinished
	}{
		"nothing known, a blank disk":     {disk: func(d *device.Disk) { *d = blank }},
		"after a restart":                 {want: []helper.Unfinished{unknown}},
		"in use by the running system":    {disk: func(d *device.Disk) { d.Verdict.State = device.Refused }},
		"opened by somebody":              {disk: func(d *device.Disk) { d.Release = []device.Release{{Kind: "crypt", Name: "x"}} }},
		"stopped in nixos-install":        {plan: &p, steps: []string{"check", "install"}, last: event.RunFailed, want: []helper.Unfinished{known}},
		"killed in it":                    {plan: &p, steps: []string{"check", "install"}, want: []helper.Unfinished{known}},
		"still mounted by it":             {plan: &p, steps: []string{"check", "install"}, disk: func(d *device.Disk) { d.Verdict.State = device.Refused }, want: []helper.Unfinished{known}},
		"stopped before":                  {plan: &p, steps: []string{"check", "format-nix"}, last: event.RunFailed},
		"a file system is not clean":      {plan: &p, steps: []string{"install", "close"}, last: event.RunFailed, state: step.Unclean},
		"came to its end":                 {plan: &p, steps: []string{"install", "close"}, last: event.RunDone},
		"continued, and stopped at once":  {plan: &onward, steps: []string{"install"}, last: event.RunFailed, want: []helper.Unfinished{known}},
		"another disk of the same layout": {plan: &p, steps: []string{"install"}, last: event.RunFailed, disk: func(d *device.Disk) { d.Serial = "S2" }},
		"the run was about another disk": {plan: &p, steps: []string{"install"}, last: event.RunFailed, disk: func(d *device.Disk) {
			d.Table.GUID = "11111111-2222-4333-8444-555555555555"
		}, want: []helper.Unfinished{unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if row.plan != nil {
				remember(t, folder, *row.plan, at, row.steps, row.last, row.state)
			}
			d := formatted(p)
			if row.disk != nil {
				row.disk(&d)
			}
			got := Local{Folder: folder}.unfinished(device.Inventory{Disks: []device.Disk{d, blank}})
			if len(got) != len(row.want) || len(got) == 1 && got[0] != row.want[0] {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
}

// remember writes what a run keeps.
func remember(t *testing.T, folder string, p plan.Plan, at time.Time, steps []string, last event.Kind, state step.DiskState) {
	t.Helper()
	text, err := p.JSON()
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, run.PlanFile), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	j, err := run.OpenJournal(filepath.Join(folder, run.JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range steps {
		j.Event(event.Event{Seq: uint64(i + 1), Time: at, Kind: event.StepStart, Step: id, Title: "Step " + id})
	}
	if last != "" {
		j.Event(event.Event{Seq: 99, Time: at, Kind: last, Text: "the end", Disk: string(state)})
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}
