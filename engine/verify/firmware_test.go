package verify_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"lethe/engine/layout"
	"lethe/engine/tool"
	"lethe/engine/verify"
)

const (
	oldESP  = "0ddba11f-0002-4aaa-8bbb-cccccccccccc"
	oldRoot = "77777777-0003-4aaa-8bbb-cccccccccccc"
	bootctl = `\EFI\systemd\systemd-bootx64.efi`
)

var erased = []verify.Erased{
	{PartUUID: strings.ToUpper(oldESP), Label: "ESP", Type: layout.TypeESP},
	{PartUUID: oldRoot, Label: "ESP", Type: layout.TypeLinux},
	{PartUUID: "", Label: "ESP", Type: layout.TypeESP},
	{PartUUID: "1234abcd-01", Label: "", Type: "c"},
}

func TestStale(t *testing.T) {
	lethes := tool.BootEntry{Number: "0001", Active: true, Label: "Linux Boot Manager", PartUUID: oldESP, File: bootctl, Order: 1, Clear: true}
	changed := func(change func(e *tool.BootEntry)) tool.BootEntry {
		e := lethes
		change(&e)
		return e
	}
	esp := layout.Partition{Name: "ESP", PartUUID: other}
	for _, c := range []struct {
		name  string
		entry tool.BootEntry
		want  string
	}{
		{"an earlier Lethe's", lethes, "own"},
		{"switched off", changed(func(e *tool.BootEntry) { e.Active, e.Order = false, 0 }), "own"},
		{"in capitals, on ARM", changed(func(e *tool.BootEntry) { e.File = `\EFI\SYSTEMD\SYSTEMD-BOOTAA64.EFI` }), "own"},
		{"another label", changed(func(e *tool.BootEntry) { e.Label = "Linux" }), "foreign"},
		{"another file", changed(func(e *tool.BootEntry) { e.File = `\EFI\ubuntu\shimx64.efi` }), "foreign"},
		{"a file below", changed(func(e *tool.BootEntry) { e.File = `\EFI\systemd\systemd-boot\x.efi` }), "foreign"},
		{"no file", changed(func(e *tool.BootEntry) { e.File = "" }), "foreign"},
		{"not clear", changed(func(e *tool.BootEntry) { e.Clear = false }), "foreign"},
		{"of a partition that was no ESP", changed(func(e *tool.BootEntry) { e.PartUUID = oldRoot }), "foreign"},
		{"of an MBR", changed(func(e *tool.BootEntry) { e.PartUUID = "1234abcd-01" }), "foreign"},
		{"of another disk", changed(func(e *tool.BootEntry) { e.PartUUID = "aaaaaaaa-0004-4aaa-8bbb-cccccccccccc" }), ""},
		{"of no disk", changed(func(e *tool.BootEntry) { e.PartUUID = "" }), ""},
		{"of the new system", changed(func(e *tool.BootEntry) { e.PartUUID = other }), ""},
	} {
		own, foreign := verify.Stale([]tool.BootEntry{c.entry}, append([]verify.Erased{{PartUUID: other, Label: "ESP", Type: layout.TypeESP}}, erased...), esp)
		got := ""
		switch {
		case slices.Equal(own, []tool.BootEntry{c.entry}) && foreign == nil:
			got = "own"
		case slices.Equal(foreign, []tool.BootEntry{c.entry}) && own == nil:
			got = "foreign"
		case own != nil || foreign != nil:
			got = "both"
		}
		if got != c.want {
			t.Errorf("%s: %q instead of %q", c.name, got, c.want)
		}
	}
	renamed := esp
	renamed.Name = "EFI"
	if own, foreign := verify.Stale([]tool.BootEntry{lethes}, erased, renamed); own != nil || len(foreign) != 1 {
		t.Errorf("from an ESP of another name: %v, %v", own, foreign)
	}
}

func TestFirmwareIsTold(t *testing.T) {
	const fallback = "boots by the fallback path (EFI/BOOT/BOOT"
	entry := func(number, label, uuid, file string) string {
		return "Boot" + number + "* " + label + "\tHD(1,GPT," + uuid + ",0x800,0x200000)/" + file + "\n"
	}
	for _, c := range []struct {
		name, says string
		change     func(t *testing.T, s *installed)
		want       string
		stale      string // "" when there is no such check
	}{
		{"an entry of ours", "BootOrder: 0003,0001\n" + entry("0001", "Linux Boot Manager", "OURS", bootctl), nil, "Boot0001 “Linux Boot Manager” starts it, number 2", "none:"},
		{"not in the order", "BootOrder: 0003\n" + entry("0001", "Linux Boot Manager", "OURS", bootctl), nil, fallback, "none:"},
		{"switched off", "BootOrder: 0001\nBoot0001  x\tHD(1,GPT,OURS,0x800,0x200000)\n", nil, "Boot0001 “x” is switched off", "none:"},
		{"no order", entry("0001", "Linux Boot Manager", "OURS", bootctl), nil, fallback, "none:"},
		{"none", "BootOrder: \n", nil, "the firmware has no entry for it; its memory may be full", "none:"},
		{"read-only", "", func(t *testing.T, s *installed) { s.mounts(t, "efivars rw,nosuid", "efivars ro,nosuid") }, "its variables are mounted read-only", "none:"},
		{"no program", "", func(_ *testing.T, s *installed) { s.tools.lacks = "efibootmgr" }, "program efibootmgr: not found", ""},
		{"no UEFI", "", func(_ *testing.T, s *installed) {
			s.tools.fails = errors.New("EFI variables are not supported on this system.")
		}, "not supported on this system", ""},
		{"stale ones", "BootOrder: 0001\n" + entry("0001", "Linux Boot Manager", "OURS", bootctl) + entry("0002", "Linux Boot Manager", oldESP, bootctl) +
			entry("0004", "ubuntu", oldESP, `\EFI\ubuntu\shimx64.efi`), nil, "Boot0001", "lead Boot0002 “Linux Boot Manager” of an earlier installation by Lethe, which can go; and Boot0004 “ubuntu”, which may be removed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := install(t, variant{512, false})
			s.mounted.Erased = erased
			p, _ := s.layout.Find(layout.ESP)
			s.tools.firmware = strings.ReplaceAll(c.says, "OURS", p.PartUUID)
			if c.change != nil {
				c.change(t, s)
			}
			report := s.check(t, t.Context())
			if got := unexpected(report); len(got) != 0 {
				t.Errorf("%v: %+v", got, report)
			}
			if found := line(t, report, "boot entry of the firmware"); !strings.Contains(found.Detail, c.want) {
				t.Errorf("%+v", found)
			}
			isStale := func(c verify.Check) bool { return c.Name == "stale entries of the firmware" }
			i := slices.IndexFunc(report.Checks, isStale)
			if (i >= 0) != (c.stale != "") || i >= 0 && !strings.Contains(report.Checks[i].Detail, c.stale) {
				t.Errorf("%+v", report)
			}
		})
	}
}
