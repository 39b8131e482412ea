package layout_test

import (
	"encoding/json"
	"strings"
	"testing"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// TestCheckSeesEveryChange breaks a good layout in one place at a time.
func TestCheckSeesEveryChange(t *testing.T) {
	const most = 1<<64 - 1
	for _, row := range []struct {
		name   string
		change func(*layout.Layout)
	}{
		{"no topology", func(l *layout.Layout) { l.Topology = device.Topology{} }},
		{"other topology", func(l *layout.Layout) {
			l.Topology = device.Topology{Logical: 512, MinIO: 65536, OptIO: 196608}
		}},
		{"sector size 0", func(l *layout.Layout) { l.SectorSize = 0 }},
		{"other sector size", func(l *layout.Layout) { l.SectorSize = 4096 }},
		{"disk of 2⁶⁴−1 sectors", func(l *layout.Layout) { l.DiskSectors = most }},
		{"disk too small", func(l *layout.Layout) { l.DiskSectors = 12*2*1024*1024 - 2 }},
		{"no disk", func(l *layout.Layout) { l.DiskSectors = 0 }},
		{"first usable", func(l *layout.Layout) { l.FirstUsable = 0 }},
		{"last usable", func(l *layout.Layout) { l.LastUsable = most }},
		{"grain 0", func(l *layout.Layout) { l.Grain.Optimal = 0 }},
		{"grain 1", func(l *layout.Layout) { l.Grain.Optimal = 1 }},
		{"offset", func(l *layout.Layout) { l.Grain.Offset = 7 }},
		{"minimum", func(l *layout.Layout) { l.Grain.Minimum = 0 }},
		{"minimum offset", func(l *layout.Layout) { l.Grain.MinimumOffset = 1 }},
		{"no partitions", func(l *layout.Layout) { l.Partitions = nil }},
		{"a partition less", func(l *layout.Layout) { l.Partitions = l.Partitions[:2] }},
		{"a partition more", func(l *layout.Layout) { l.Partitions = append(l.Partitions, l.Partitions[2]) }},
		{"order", func(l *layout.Layout) { l.Partitions[0], l.Partitions[1] = l.Partitions[1], l.Partitions[0] }},
		{"number", func(l *layout.Layout) { l.Partitions[1].Number = 3 }},
		{"role", func(l *layout.Layout) { l.Partitions[1].Role = "\x1b[2J" }},
		{"starts at 0", func(l *layout.Layout) { l.Partitions[0].First = 0 }},
		{"starts in the table", func(l *layout.Layout) { l.Partitions[0].First = 33 }},
		{"starts below 1 MiB", func(l *layout.Layout) { l.Partitions[0].First = 2047 }},
		{"overlap", func(l *layout.Layout) { l.Partitions[1].First -= 2048 }},
		{"one sector of overlap", func(l *layout.Layout) { l.Partitions[0].Last++ }},
		{"ends before it starts", func(l *layout.Layout) { l.Partitions[2].Last = l.Partitions[2].First - 1 }},
		{"past the end", func(l *layout.Layout) { l.Partitions[2].Last = l.LastUsable + 1 }},
		{"wraps", func(l *layout.Layout) { l.Partitions[2].Last = most }},
		{"off the grain", func(l *layout.Layout) { l.Partitions[2].First++ }},
		{"ends off the grain", func(l *layout.Layout) { l.Partitions[2].Last++ }},
		{"shorter than wished", func(l *layout.Layout) { l.Partitions[2].Last -= 2048 }},
		{"verdict on another sector", func(l *layout.Layout) { l.Partitions[0].Start.Sector = 4096 }},
		{"false verdict", func(l *layout.Layout) { l.Partitions[0].End.Level = layout.Minimal }},
		{"wished more", func(l *layout.Layout) { l.Partitions[0].Wished++ }},
		{"wished everything", func(l *layout.Layout) { l.Partitions[2].Wished = most }},
		{"wished nothing", func(l *layout.Layout) { l.Partitions[2].Wished = 0 }},
		{"long name", func(l *layout.Layout) { l.Partitions[0].Name = strings.Repeat("😀", 19) }},
		{"other name", func(l *layout.Layout) { l.Partitions[0].Name = "esp" }},
		{"type", func(l *layout.Layout) { l.Partitions[0].Type = layout.TypeLinux }},
		{"LUKS marked as Linux", func(l *layout.Layout) { l.Partitions[2].Type = layout.TypeLinux }},
		{"swap may be mounted", func(l *layout.Layout) { l.Partitions[1].Attributes = 0 }},
		{"swap with a signature", func(l *layout.Layout) { l.Partitions[1].Filesystem = "swap" }},
		{"swap with a UUID", func(l *layout.Layout) { l.Partitions[1].UUID = l.Partitions[2].UUID }},
		{"swap with a label", func(l *layout.Layout) { l.Partitions[1].Label = "swap" }},
		{"file system", func(l *layout.Layout) { l.Partitions[2].Filesystem = "btrfs" }},
		{"label", func(l *layout.Layout) { l.Partitions[2].Label = "$(reboot)" }},
		{"swap mode auto", func(l *layout.Layout) { l.SwapMode = config.SwapAuto }},
		{"swap mode none", func(l *layout.Layout) { l.SwapMode = config.SwapNone }},
		{"swap mode unknown", func(l *layout.Layout) { l.SwapMode = "zram" }},
		{"hibernation on a random key", func(l *layout.Layout) { l.Hibernate = true }},
		{"no LUKS", func(l *layout.Layout) { l.LUKS = nil }},
		{"mapper", func(l *layout.Layout) { l.LUKS.Mapper = "../sda" }},
		{"encryption sector 0", func(l *layout.Layout) { l.LUKS.SectorSize = 0 }},
		{"encryption sector 8192", func(l *layout.Layout) { l.LUKS.SectorSize = 8192 }},
		{"data offset 0", func(l *layout.Layout) { l.LUKS.DataOffset = 0 }},
		{"data offset off 4096", func(l *layout.Layout) { l.LUKS.DataOffset += 512 }},
		{"data offset off the grain", func(l *layout.Layout) { l.LUKS.DataOffset += 4096; l.LUKS.Payload.Sector += 8 }},
		{"data offset past the end", func(l *layout.Layout) { l.LUKS.DataOffset = 1 << 63 }},
		{"data offset near the end", func(l *layout.Layout) { l.LUKS.DataOffset = 31 * gib }},
		{"payload elsewhere", func(l *layout.Layout) { l.LUKS.Payload.Sector += 2048 }},
		{"payload misaligned", func(l *layout.Layout) { l.LUKS.Payload.Level = layout.Misaligned }},
		{"no disk GUID", func(l *layout.Layout) { l.DiskGUID = "" }},
		{"capitals", func(l *layout.Layout) { l.DiskGUID = strings.ToUpper(l.DiskGUID) }},
		{"nil UUID", func(l *layout.Layout) { l.LUKS.UUID = "00000000-0000-0000-0000-000000000000" }},
		{"braces", func(l *layout.Layout) { l.LUKS.UUID = "{" + l.LUKS.UUID + "}" }},
		{"newline", func(l *layout.Layout) { l.LUKS.UUID += "\n" }},
		{"twice the same PARTUUID", func(l *layout.Layout) { l.Partitions[1].PartUUID = l.Partitions[0].PartUUID }},
		{"LUKS and ext4 of one UUID", func(l *layout.Layout) { l.LUKS.UUID = l.Partitions[2].UUID }},
		{"PARTUUID of the disk", func(l *layout.Layout) { l.Partitions[0].PartUUID = l.DiskGUID }},
		{"volume ID", func(l *layout.Layout) { l.Partitions[0].UUID = "12345678" }},
		{"tmpfs option", func(l *layout.Layout) { l.Tmpfs = "25%,mode=777" }},
		{"no tmpfs", func(l *layout.Layout) { l.Tmpfs = "" }},
	} {
		l := walkthrough(t)
		row.change(&l)
		if err := l.Check(); err == nil || !strings.HasPrefix(err.Error(), "cannot accept the layout: ") {
			t.Errorf("%s: %v", row.name, err)
		}
		l.Map(80, layout.MapStyle{}) // must not panic either
	}
	if err := walkthrough(t).Check(); err != nil {
		t.Errorf("the walkthrough: %v", err)
	}
}

// FuzzCheck feeds layouts as they could arrive in a file. Whatever Check accepts must hold what it promises.
func FuzzCheck(f *testing.F) {
	seed, err := json.Marshal(walkthrough(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(strings.Replace(string(seed), `"image":true`, `"image":false`, 1)))
	f.Add([]byte(strings.ReplaceAll(string(seed), "2048", "18446744073709551615")))
	f.Add([]byte(`{"sector_size":512,"topology":{"logical":512},"partitions":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var l layout.Layout
		if json.Unmarshal(data, &l) != nil {
			return
		}
		l.Map(80, layout.MapStyle{Colour: true})
		if l.Check() != nil {
			return
		}
		free := quantity.Sectors(1)
		for _, p := range l.Partitions {
			if p.First < free || p.Last < p.First || p.Last >= l.DiskSectors {
				t.Fatalf("accepted partition %d from %d to %d of %d", p.Number, p.First, p.Last, l.DiskSectors)
			}
			free = p.Last + 1
		}
	})
}
