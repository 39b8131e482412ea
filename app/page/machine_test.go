package page_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

// strong is a secret that was typed twice.
var strong = session.Typed{First: true, Second: true, Same: true, Score: 4}

// checks is a machine with nothing to say about, but how it was started.
func checks(live session.Answer) session.Checks {
	return session.Checks{
		Arch: "x86_64", Power: session.Power{Known: true, Mains: true, Percent: -1}, Network: session.Yes,
		Now: now, Earliest: now.AddDate(0, -1, 0), Synchronized: session.Yes, Live: live,
	}
}

// inventory is a machine with a disk that holds another system, and more drives of one kind.
func inventory(more int) device.Inventory {
	drive := func(path, model string, size quantity.Bytes) device.Disk {
		return device.Disk{
			Identity: device.Identity{
				Kind: device.KindDisk, Path: path, Model: model, Serial: "S5GX" + path[5:], WWN: "eui." + path[5:], ByID: []string{"nvme-" + path[5:]},
				ByPath: []string{"pci-0000:01:00.0-" + path[5:]}, Bytes: size, Logical: 512, DiskSeq: 7, TableHash: "ab",
			},
			Grade: device.Confirmed, Name: path[5:], Number: "259:0", Transport: "nvme",
			Topology: device.Topology{Logical: 512, Physical: 4096, MinIO: 4096}, Table: device.Table{Kind: device.TableGPT},
			Verdict: device.Verdict{State: device.Eligible},
		}
	}
	first := drive("/dev/nvme0n1", "Samsung SSD 980 PRO 1TB", 1000204886016)
	first.Partitions = []device.Partition{
		{Number: 1, Name: "nvme0n1p1", Start: quantity.MiB, Size: 100 * quantity.MiB, Type: layout.TypeESP, Label: "EFI system partition", Content: device.Content{Type: "vfat"}},
		{Number: 2, Name: "nvme0n1p2", Start: 101 * quantity.MiB, Size: 600 * quantity.GiB, Label: "Basic data partition", Content: device.Content{Type: "ntfs", Label: "Windows"}},
		{Number: 3, Name: "nvme0n1p3", Start: 101*quantity.MiB + 600*quantity.GiB, Size: 300 * quantity.GiB, Content: device.Content{Type: "ext4", Label: "home"}},
	}
	all := device.Inventory{
		Grade: device.Confirmed, Memory: 16 * quantity.GiB, Firmware: device.Firmware{UEFI: true, Bits: 64, SecureBoot: "off", Writable: true},
		Disks: []device.Disk{first},
	}
	for i := range more {
		d := drive(fmt.Sprintf("/dev/sd%c", 'a'+i), "HGST Ultrastar He12 HUH721212ALE604", 12000138625024)
		d.Transport, d.Table = "sata", device.Table{Kind: device.TableNone}
		if i%3 == 1 {
			d.Verdict = device.Verdict{State: device.Refused, Reason: "the md array md0 on it has members on other disks, which would be lost too; take the array down first"}
		}
		all.Disks = append(all.Disks, d)
	}
	return all
}

// rehearsal is a session on an installed system with everything filled in, at a page.
func rehearsal(t *testing.T, at session.Page) *session.State {
	t.Helper()
	s := session.New(session.Options{Seed: [32]byte{1}, Checks: checks(session.No), Shown: inventory(0)})
	fill(s)
	return to(t, s, at)
}

// onDisk is a session on a live medium, with the first disk chosen.
func onDisk(t *testing.T, more int, at session.Page) *session.State {
	t.Helper()
	s := session.New(session.Options{Seed: [32]byte{1}, Checks: checks(session.Yes), Shown: inventory(more)})
	fill(s)
	if !s.Select("/dev/nvme0n1") {
		t.Fatal("the disk cannot be chosen")
	}
	s.UseFacts(engine.Facts{Inventory: inventory(more)})
	return to(t, s, at)
}

func fill(s *session.State) {
	s.Draft.Wishes.Users[0].Name = "ada"
	s.Draft.Accounts[0].Password = strong
	s.Draft.Passphrase = strong
	s.Draft.Wishes.Encryption.Enable = true
}

// to goes on to a page, and makes the plan where there has to be one.
func to(t *testing.T, s *session.State, at session.Page) *session.State {
	t.Helper()
	for s.Page != at {
		if s.Page == session.PageReview {
			s.SetPlan(planned(t, s))
			if !s.Rehearsal {
				s.Consent = session.EraseName(*s.Plan)
			}
			if !s.Begin() {
				t.Fatal("the run does not begin")
			}
		}
		if s.Page == session.PageInstall {
			run(s, nil)
		}
		if !s.Next() {
			t.Fatalf("%s cannot be left: %v", s.Page, s.Problems(s.Page))
		}
	}
	if at == session.PageReview {
		s.SetPlan(planned(t, s))
	}
	return s
}

func planned(t *testing.T, s *session.State) plan.Plan {
	t.Helper()
	target, ok := s.Target()
	if !ok {
		t.Fatal("there is no target")
	}
	if s.Rehearsal {
		target.Grade, target.Path = device.Confirmed, "/tmp/lethe-rehearsal-3846332600/disk.img" // as it is once it is made
	}
	p, err := engine.Plan(context.Background(), target, s.Request())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run tells what a run of the plan tells; it stops in the middle of the step that until names, or when it is nil at the end.
func run(s *session.State, until func(plan.Step) bool) {
	seq, clock, weight := uint64(0), now.Add(-time.Minute), 0
	tell := func(e event.Event) {
		seq++
		clock = clock.Add(700 * time.Millisecond)
		e.Seq, e.Time = seq, clock
		s.Run.Apply(e)
	}
	total := float64(s.Plan.Weight())
	tell(event.Event{Kind: event.RunStart, Title: s.Plan.Describe()})
	for _, step := range s.Plan.Steps {
		tell(event.Event{Kind: event.StepStart, Step: step.ID, Title: step.Title, Done: float64(weight) / total})
		if step.NotRehearsed != "" {
			tell(event.Event{Kind: event.StepDone, Step: step.ID, Title: step.Title, Status: "not rehearsed", Text: step.NotRehearsed})
			continue
		}
		for _, c := range step.Commands {
			tell(event.Event{Kind: event.Log, Step: step.ID, Text: "$ " + c.Shell()})
		}
		if until != nil && until(step) {
			tell(event.Event{Kind: event.Progress, Step: step.ID, Title: step.Title, Done: (float64(weight) + float64(step.Weight)/2) / total})
			return
		}
		if step.Kind == plan.Verify {
			for _, c := range verified {
				tell(event.Event{Kind: event.Checked, Step: step.ID, Title: c[0], Status: c[1], Text: c[2]})
			}
		}
		weight += step.Weight
		tell(event.Event{Kind: event.StepDone, Step: step.ID, Title: step.Title, Done: float64(weight) / total, Millis: int64(step.Weight) * 100})
	}
	tell(event.Event{Kind: event.RunDone, Done: 1, Disk: "complete", Millis: 23100})
}

// verified is what a rehearsal's verification said once, in the order in which it came.
var verified = [][3]string{
	{"swap", "passed", "no signature"},
	{"EFI system partition", "passed", "vfat “BOOT” 2829-e437"},
	{"EFI system partition is clean", "passed", "no errors"},
	{"both copies of the table", "passed", "no problems found"},
	{"partition table", "passed", "3 partitions, every sector, type, name and PARTUUID as planned"},
	{"table consistency", "passed", "no errors"},
	{"LUKS container", "passed", "crypto_LUKS 0b1fb1ec-2b2c-4d8e-9b3d-2f0b9a0f0f00"},
	{"LUKS header", "passed", "aes-xts-plain64, argon2id, 1 keyslot, payload at sector 32768 of the partition"},
	{"passphrase opens the container", "passed", "keyslot 0"},
	{"nix file system", "not rehearsed", "needs device-mapper, and so root"},
	{"alignment of partition 3 (nix)", "passed", "aligned at sector 10487808"},
	{"alignment of partition 1 (ESP)", "passed", "aligned at sector 2048"},
	{"alignment of partition 2 (swap)", "passed", "aligned at sector 2099200"},
	{"NixOS configuration", "passed", "14 files as reviewed"},
	{"syntax of the configuration", "passed", "9 files parse"},
}
