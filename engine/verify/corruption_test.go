package verify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/layout"
	"lethe/engine/quantity"
	"lethe/engine/verify"
)

const other = "99999999-2222-4333-8444-555555555555"

// The names of checks.
const (
	table, consistency, copies = "partition table", "table consistency", "both copies of the table"
	esp, espClean              = "EFI system partition", "EFI system partition is clean"
	swap                       = "swap"
	nix, nixClean              = "nix file system", "nix file system is clean"
	luks, header, opens        = "LUKS container", "LUKS header", "passphrase opens the container"
)

// corruption is one thing that is wrong with an image, and the checks that must find it, all of them and no other.
type corruption struct {
	name    string
	damage  func(t *testing.T, f finished)
	finders []string
	detail  string // in the first finder's detail
}

// inTable changes the table and nothing else.
func inTable(change func(l *layout.Layout)) func(*testing.T, finished) {
	return func(t *testing.T, f finished) {
		l := f.layout
		l.Partitions = slices.Clone(l.Partitions)
		change(&l)
		f.forgeTable(t, l)
	}
}

// again formats a partition in another way.
func again(role layout.Role, make func(path string, p layout.Partition, f finished) command.Command) func(*testing.T, finished) {
	return func(t *testing.T, f finished) {
		p, _ := f.layout.Find(role)
		f.remake(t, p, func(path string) command.Command { return make(path, p, f) })
	}
}

var inTables = []corruption{
	{"wrong PARTUUID", inTable(func(l *layout.Layout) { l.Partitions[1].PartUUID = other }), []string{table}, "partition 2's PARTUUID is " + other},
	{"wrong type", inTable(func(l *layout.Layout) { l.Partitions[0].Type = layout.TypeLinux }), []string{table}, "partition 1's type is " + layout.TypeLinux},
	{"wrong name", inTable(func(l *layout.Layout) { l.Partitions[2].Name = "nox" }), []string{table}, "partition 3's name is nox instead of nix"},
	{"no-auto attribute flipped", inTable(func(l *layout.Layout) { l.Partitions[1].Attributes ^= layout.AttributeNoAuto }), []string{table}, "partition 2's no-auto attribute"},
	{"partition too short", inTable(func(l *layout.Layout) { l.Partitions[2].Last -= l.Grain.Optimal }), []string{table}, "partition 3's length"},
	{"two swapped", inTable(func(l *layout.Layout) {
		a, b := &l.Partitions[0], &l.Partitions[1]
		a.PartUUID, b.PartUUID = b.PartUUID, a.PartUUID
	}), []string{table}, "partition 1's PARTUUID"},
	{"extra partition", inTable(func(l *layout.Layout) {
		l.Partitions[2].Last -= l.Grain.Optimal
		last := l.Partitions[2].Last
		l.Partitions = append(l.Partitions, layout.Partition{Number: 4, Type: layout.TypeLinux, PartUUID: other, First: last + 1, Last: last + l.Grain.Optimal})
	}), []string{table}, "the number of partitions is 4 instead of 3"},
	{"moved partition", inTable(func(l *layout.Layout) { l.Partitions[2].First += l.Grain.Optimal }), []string{table}, "partition 3's first sector"},
	{"misaligned partition", inTable(func(l *layout.Layout) { l.Partitions[2].First++ }), []string{table, "alignment of partition 3 (nix)"}, "partition 3's first sector"},
	{"partition missing", inTable(func(l *layout.Layout) { l.Partitions = l.Partitions[:2] }), []string{table, "alignment of partition 3 (nix)"}, "the number of partitions is 2 instead of 3"},
}

var in512 = []corruption{
	{"another disk GUID", inTable(func(l *layout.Layout) { l.DiskGUID = other }), []string{table}, "the disk GUID is " + other},
	{"second copy gone", func(t *testing.T, f finished) { f.lastSector(t) }, []string{consistency, copies}, "backup GPT table is corrupt"},
	{"first copy damaged", func(t *testing.T, f finished) { f.write(t, 512+60, "XXXX") }, []string{consistency, copies}, "primary GPT table is corrupt"},
	{"protective MBR gone", func(t *testing.T, f finished) { f.write(t, 440, strings.Repeat("\x00", 72)) }, []string{
		table, consistency, copies, "alignment of partition 1 (ESP)", "alignment of partition 2 (swap)", "alignment of partition 3 (nix)",
	}, ""},
}

var in4096 = []corruption{
	{"second copy gone", func(t *testing.T, f finished) { f.lastSector(t) }, []string{consistency}, "backup GPT table is corrupt"},
	{"first copy damaged", func(t *testing.T, f finished) { f.write(t, 4096+60, "XXXX") }, []string{consistency}, "primary GPT table is corrupt"},
}

// lastSector clears the second header.
func (f finished) lastSector(t *testing.T) {
	t.Helper()
	size := quantity.Bytes(f.layout.SectorSize)
	f.write(t, f.layout.SectorSize.Of(f.layout.DiskSectors-1), strings.Repeat("\x00", int(size)))
}

var inESP = []corruption{
	{"wrong FAT label", again(layout.ESP, func(path string, p layout.Partition, f finished) command.Command {
		return command.MakeFAT(path, "BOOTS", p.UUID, f.layout.SectorSize)
	}), []string{esp}, "it holds vfat “BOOTS”"},
	{"wrong FAT serial", again(layout.ESP, func(path string, p layout.Partition, f finished) command.Command {
		return command.MakeFAT(path, p.Label, "DEAD-BEEF", f.layout.SectorSize)
	}), []string{esp}, "dead-beef"},
	{"damaged FAT", func(t *testing.T, f finished) { // the first FAT begins behind 32 reserved sectors
		f.overwrite(t, layout.ESP, 32*quantity.Bytes(f.layout.SectorSize)+12, strings.Repeat("\x05\x00\x00\x00", 64))
	}, []string{espClean}, "the file system has errors"},
	{"no FAT at all", func(t *testing.T, f finished) { f.overwrite(t, layout.ESP, 0, strings.Repeat("\x00", 64<<10)) }, []string{esp, espClean}, "no signature instead of vfat"},
}

var inPlain = []corruption{
	{"wrong ext4 label", again(layout.Nix, func(path string, p layout.Partition, _ finished) command.Command {
		return command.MakeExt4(path, "nix0s", p.UUID, p.PartUUID, 0)
	}), []string{nix}, "ext4 “nix0s”"},
	{"wrong ext4 UUID", again(layout.Nix, func(path string, p layout.Partition, _ finished) command.Command {
		return command.MakeExt4(path, p.Label, other, p.PartUUID, 0)
	}), []string{nix}, other},
	{"ext4 superblock gone", func(t *testing.T, f finished) { f.overwrite(t, layout.Nix, 1024, strings.Repeat("\x00", 1024)) }, []string{nix, nixClean}, "no signature instead of ext4"},
	{"ext4 superblock checksum", func(t *testing.T, f finished) { f.overwrite(t, layout.Nix, 1024+0x10, "\x01\x00") }, []string{nixClean}, "e2fsck"},
	{"ext4 group descriptors", func(t *testing.T, f finished) { f.overwrite(t, layout.Nix, 4096, strings.Repeat("\xff", 64)) }, []string{nixClean}, ""},
	{"no swap", func(t *testing.T, f finished) { f.overwrite(t, layout.Swap, 0, strings.Repeat("\x00", 4096)) }, []string{swap}, "no signature instead of swap “swap”"},
	{"wrong swap UUID", again(layout.Swap, func(path string, p layout.Partition, _ finished) command.Command {
		return command.MakeSwap(path, p.Label, other)
	}), []string{swap}, other},
}

var inEncrypted = []corruption{
	{"signature in random-key swap", again(layout.Swap, func(path string, _ layout.Partition, _ finished) command.Command {
		return command.MakeSwap(path, "swap", other)
	}), []string{swap}, "it holds swap “swap” " + other + " instead of no signature"},
	{"wrong LUKS UUID", again(layout.Nix, func(path string, _ layout.Partition, f finished) command.Command {
		c := f.container()
		c.UUID = other
		return command.FormatLUKS(path, c)
	}), []string{luks, opens}, "crypto_LUKS " + other},
	{"wrong encryption sector", again(layout.Nix, func(path string, _ layout.Partition, f finished) command.Command {
		c := f.container()
		c.SectorSize = 1024
		return command.FormatLUKS(path, c)
	}), []string{header}, "its sectors have 1024 bytes"},
	{"wrong data offset", again(layout.Nix, func(path string, _ layout.Partition, f finished) command.Command {
		c := f.container()
		c.DataOffset += quantity.MiB
		return command.FormatLUKS(path, c)
	}), []string{header}, "its payload begins at 17MiB instead of 16MiB"},
	{"wrong cipher", again(layout.Nix, func(path string, _ layout.Partition, f finished) command.Command {
		c := command.FormatLUKS(path, f.container())
		c.Args[slices.Index(c.Args, "aes-xts-plain64")] = "aes-xts-plain"
		return c
	}), []string{header}, `its cipher is "aes-xts-plain"`},
	{"LUKS header gone", func(t *testing.T, f finished) { f.overwrite(t, layout.Nix, 0, strings.Repeat("\x00", 64<<10)) }, []string{luks, header}, "no signature instead of crypto_LUKS"},
	{"key material damaged", func(t *testing.T, f finished) {
		f.overwrite(t, layout.Nix, 32<<10, strings.Repeat("\x55", 256<<10))
	}, []string{opens}, "wrong passphrase"},
}

func TestEveryCorruptionIsFoundAndNamed(t *testing.T) {
	for _, v := range variants {
		rows := slices.Concat(inTables, inESP)
		if v.sector == 512 {
			rows = append(rows, in512...)
		} else {
			rows = append(rows, in4096...)
		}
		if v.encrypt {
			rows = append(inEncrypted, inTables[0], inTables[3]) // the rest does not depend on encryption
		} else if v.sector == 512 {
			rows = append(rows, inPlain...)
		} else {
			rows = append(rows, inPlain[2], inPlain[5]) // file systems do not know the disk's sectors
		}
		for _, row := range rows {
			t.Run(fmt.Sprintf("%s/%s", v, row.name), func(t *testing.T) {
				t.Parallel()
				f := fresh(t, v)
				row.damage(t, f)
				found(t, f.verified(t, t.Context(), f.layout, typed()), row)
			})
		}
	}
}

// found compares what failed with what should have.
func found(t *testing.T, report verify.Report, row corruption) {
	t.Helper()
	if got := failures(report); !slices.Equal(got, row.finders) {
		t.Errorf("found by %q instead of %q: %+v", got, row.finders, report)
		return
	}
	for _, c := range report.Checks {
		if len(row.finders) > 0 && c.Name == row.finders[0] && !strings.Contains(c.Detail, row.detail) {
			t.Errorf("%q is missing in: %s", row.detail, c.Detail)
		}
	}
}
