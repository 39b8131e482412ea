package layout_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

const gib = quantity.GiB

func TestWalkthroughIsByteExact(t *testing.T) {
	l := walkthrough(t)
	want := [][2]quantity.Sectors{{2048, 1050623}, {1050624, 17827839}, {17827840, 83884031}}
	if diff := cmp.Diff(want, ranges(l)); diff != "" {
		t.Error(diff)
	}
	if l.FirstUsable != 34 || l.LastUsable != 83886046 || l.DiskSectors != 83886080 {
		t.Errorf("usable sectors %d to %d of %d", l.FirstUsable, l.LastUsable, l.DiskSectors)
	}
	c := l.LUKS
	if c == nil || c.DataOffset != 16*quantity.MiB || c.Payload.Sector != 17860608 || c.Payload.Level != layout.Aligned || c.SectorSize != 4096 || c.Mapper != "crypted" {
		t.Errorf("LUKS is %+v", c)
	}
	swap, _ := l.Find(layout.Swap)
	if swap.Attributes != 1<<63 || swap.Filesystem != "" || swap.Label != "" || swap.UUID != "" || swap.Type != layout.TypeSwap {
		t.Errorf("random-key swap is %+v", swap)
	}
	nix, _ := l.Find(layout.Nix)
	if nix.Type != layout.TypeLUKS || nix.Filesystem != "ext4" || nix.Label != "nixos" || nix.Name != "nix" {
		t.Errorf("nix is %+v", nix)
	}
	esp, _ := l.Find(layout.ESP)
	if esp.Type != layout.TypeESP || esp.Filesystem != "vfat" || esp.Label != "BOOT" || len(esp.UUID) != 9 {
		t.Errorf("ESP is %+v", esp)
	}
	if l.Tmpfs != "25%" || l.Hibernate {
		t.Errorf("tmpfs %q, hibernate %v", l.Tmpfs, l.Hibernate)
	}
}

func TestDefaults(t *testing.T) {
	for _, row := range []struct {
		name         string
		disk, memory quantity.Bytes
		encrypt      bool
		mode, gives  config.SwapMode
		esp, swap    quantity.Bytes
		hibernate    bool
		note         string
	}{
		{"plain without encryption", 100 * gib, 4 * gib, false, "", config.SwapPlain, gib, 4 * gib, true, "large enough for hibernation"},
		{"random key with it", 100 * gib, 4 * gib, true, "", config.SwapRandomKey, gib, 4 * gib, false, "cannot hibernate"},
		{"memory above 8 GiB", 500 * gib, 64 * gib, false, "", config.SwapPlain, gib, 8 * gib, false, ""},
		{"memory below 2 GiB", 100 * gib, gib, false, "", config.SwapPlain, gib, 2 * gib, true, "hibernation"},
		{"memory of odd size", 100 * gib, 3*gib + 5, false, "", config.SwapPlain, gib, 3*gib + quantity.MiB, true, ""},
		{"memory unknown", 100 * gib, 0, false, "", config.SwapPlain, gib, 2 * gib, false, "memory is not known"},
		{"all the memory there is", 100 * gib, 1<<64 - 1, false, "", config.SwapPlain, gib, 8 * gib, false, ""},
		{"at most a tenth", 50 * gib, 8 * gib, false, "", config.SwapPlain, gib, 5 * gib, false, "no more than 10 %"},
		{"below 32 GiB", 32*gib - 1, 2 * gib, true, "", config.SwapRandomKey, 512 * quantity.MiB, 2 * gib, false, "can fill up"},
		{"from 32 GiB", 32 * gib, 2 * gib, true, "", config.SwapRandomKey, gib, 2 * gib, false, ""},
		{"the least disk", 12 * gib, 8 * gib, true, "", config.SwapRandomKey, 512 * quantity.MiB, 1228 * quantity.MiB, false, "no more than 10 %"},
		{"no swap, little memory", 100 * gib, 2 * gib, true, config.SwapNone, config.SwapNone, gib, 0, false, "may run out of memory"},
		{"random key alone", 100 * gib, 4 * gib, false, config.SwapRandomKey, config.SwapRandomKey, gib, 4 * gib, false, ""},
	} {
		l, err := layout.Build(image(row.disk, 512), row.memory, wishes(row.encrypt, 0, row.mode, 0), entropy(1))
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		esp, _ := l.Find(layout.ESP)
		swap, found := l.Find(layout.Swap)
		if esp.Wished != row.esp || swap.Wished != row.swap || found != (row.swap != 0) || l.SwapMode != row.gives || l.Hibernate != row.hibernate {
			t.Errorf("%s: ESP %s, swap %s (%s), hibernate %v", row.name, esp.Wished, swap.Wished, l.SwapMode, l.Hibernate)
		}
		if !strings.Contains(strings.Join(l.Notes, "\n"), row.note) {
			t.Errorf("%s: notes are %q", row.name, l.Notes)
		}
	}
}

func TestNotes(t *testing.T) {
	raid := disk(100*gib, device.Topology{Logical: 512, Physical: 512, MinIO: 65536, OptIO: 196608})
	liar := disk(100*gib, device.Topology{Logical: 512, Physical: 512, MinIO: 512, OptIO: 33553920})
	unchecked := image(100*gib, 512)
	unchecked.Verdict.State = device.Unchecked
	keep := wishes(true, 0, config.SwapPlain, 0)
	keep.Swap.KeepPlain = true
	keep.Encryption.AllowDiscards = true
	for _, row := range []struct {
		disk device.Disk
		cfg  config.Config
		note string
	}{
		{raid, wishes(true, gib, config.SwapNone, 0), "unusual alignment of 384 sectors"},
		{raid, wishes(true, gib, config.SwapNone, 0), "Partition 1 (ESP) is 131072 bytes larger than the 1GiB wished for"},
		{liar, wishes(true, 0, "", 0), "parted align-check optimal"},
		{unchecked, wishes(true, 0, "", 0), "is a preview"},
		{image(100*gib, 512), keep, "Swap is plain beside encryption"},
		{image(100*gib, 512), keep, "TRIM passes"},
		{image(100*gib, 512), wishes(true, 0, config.SwapNone, gib), "is ignored"},
	} {
		l, err := layout.Build(row.disk, 4*gib, row.cfg, entropy(1))
		if err != nil {
			t.Errorf("%s: %v", row.note, err)
		} else if !strings.Contains(strings.Join(l.Notes, "\n"), row.note) {
			t.Errorf("no note says %q: %q", row.note, l.Notes)
		}
	}
}

func TestEncryptionSector(t *testing.T) {
	for _, row := range []struct {
		name   string
		disk   device.Disk
		sector quantity.SectorSize
		offset quantity.Bytes
	}{
		{"image", image(40*gib, 512), 4096, 16 * quantity.MiB},
		{"4Kn", disk(40*gib, device.Topology{Logical: 4096, Physical: 4096, MinIO: 4096}), 4096, 16 * quantity.MiB},
		{"512e", disk(40*gib, device.Topology{Logical: 512, Physical: 4096, MinIO: 4096}), 4096, 16 * quantity.MiB},
		{"16k physical", disk(40*gib, device.Topology{Logical: 512, Physical: 16384, MinIO: 16384}), 4096, 16 * quantity.MiB},
		{"512 native", disk(40*gib, device.Topology{Logical: 512, Physical: 512, MinIO: 512}), 512, 16 * quantity.MiB},
		{"RAID of 3×64k", disk(40*gib, device.Topology{Logical: 512, Physical: 4096, MinIO: 65536, OptIO: 196608}), 4096, 86 * 196608},
		// A grain of 3 sectors is no multiple of 4096: the offset takes eight of them, and the payload decides.
		{"grain of 3", disk(40*gib, device.Topology{Logical: 512, Physical: 512, MinIO: 512, OptIO: 1536}), 512, 16785408},
	} {
		l, err := layout.Build(row.disk, 4*gib, wishes(true, 0, "", 0), entropy(1))
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
		} else if l.LUKS.SectorSize != row.sector || l.LUKS.DataOffset != row.offset {
			t.Errorf("%s: sector %d, data offset %d", row.name, l.LUKS.SectorSize, uint64(l.LUKS.DataOffset))
		}
	}
}

func TestTmpfs(t *testing.T) {
	for wish, want := range map[string]string{
		"": "25%", "50%": "50%", "100%": "100%", "4GiB": "4G", "512MiB": "512M", "67108865B": "67108865", "1048576KiB": "1G",
	} {
		cfg := wishes(true, 0, "", 0)
		cfg.Disk.Tmpfs = wish
		l, err := layout.Build(image(40*gib, 512), 4*gib, cfg, entropy(1))
		if err != nil || l.Tmpfs != want {
			t.Errorf("%q gives %q, %v; want %q", wish, l.Tmpfs, err, want)
		}
	}
}

func TestBuildIsRepeatable(t *testing.T) {
	first, err := json.Marshal(walkthrough(t))
	if err != nil {
		t.Fatal(err)
	}
	second, _ := json.Marshal(walkthrough(t))
	if string(first) != string(second) {
		t.Error("the same input gave other bytes")
	}
	var back layout.Layout
	if err := json.Unmarshal(first, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(walkthrough(t), back); diff != "" {
		t.Errorf("JSON loses something: %s", diff)
	}
}

func TestBuildPassesEntropyFailureOn(t *testing.T) {
	broken := errors.New("no more randomness")
	for have := int64(0); have < 16*6+4; have += 7 {
		source := iotest.DataErrReader(limited{n: have, err: broken}.reader())
		if _, err := layout.Build(image(40*gib, 512), 4*gib, wishes(true, 0, "", 0), source); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", have, err)
		}
	}
	if _, err := layout.Build(image(40*gib, 512), 4*gib, wishes(true, 0, "", 0), zeros{}); err == nil || !strings.Contains(err.Error(), "repeats itself") {
		t.Errorf("entropy of zeros: %v", err)
	}
}
