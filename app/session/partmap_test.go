package session_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lethe/app/session"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// covers fails unless the blocks lie end to end over the whole disk.
func covers(t testing.TB, m session.Map) {
	t.Helper()
	next := quantity.Sectors(0)
	for _, b := range m.Blocks {
		if b.First != next || b.Last < b.First || b.Kind == "" || b.Title.Empty() || b.Size == "" {
			t.Errorf("block %+v does not begin at %d, or lacks something", b, next)
		}
		next = b.Last + 1
	}
	if next != m.Sectors {
		t.Errorf("the blocks end at %d of %d", next, m.Sectors)
	}
}

func kinds(m session.Map) string {
	var list []string
	for _, b := range m.Blocks {
		text := string(b.Kind)
		if b.Encrypted {
			text += "*"
		}
		list = append(list, text)
	}
	return strings.Join(list, " ")
}

func TestAfter(t *testing.T) {
	for name, c := range map[string]struct {
		do         func(*session.State)
		kinds      string
		boundaries int
		movable    []int
	}{
		"encrypted": {func(*session.State) {}, "table esp swap* nix* table", 5, []int{1, 2}},
		"plain":     {func(s *session.State) { s.Set(session.ChoiceEncryption, false) }, "table esp swap nix table", 4, []int{1, 2}},
		"no swap":   {func(s *session.State) { s.Set(session.ChoiceSwapNone, true) }, "table esp nix* table", 4, []int{1}},
	} {
		t.Run(name, func(t *testing.T) {
			s := filled(t)
			c.do(s)
			m, err := s.After()
			if err != nil {
				t.Fatal(err)
			}
			covers(t, m)
			var movable []int
			for i, b := range m.Boundaries {
				if b.Index != i || b.Why == "" || b.Level != layout.Aligned {
					t.Errorf("boundary %d: %+v", i, b)
				}
				if b.Movable {
					movable = append(movable, i)
				}
			}
			if got := kinds(m); got != c.kinds || len(m.Boundaries) != c.boundaries || !slices.Equal(movable, c.movable) || m.Disk != "/dev/nvme0n1" {
				t.Errorf("%s, %d boundaries, movable %v, disk %s", got, len(m.Boundaries), movable, m.Disk)
			}
		})
	}
	s := session.New(session.Options{Checks: liveChecks})
	if _, err := s.After(); err == nil {
		t.Error("there is a map without a disk")
	}
	if m := session.After(layout.Layout{}); len(m.Blocks) != 0 {
		t.Error("an empty layout has blocks")
	}
}

func TestMoveBoundary(t *testing.T) {
	s := filled(t)
	before, _ := s.After()
	esp, nix := before.Boundaries[1], before.Boundaries[2]
	at, ok := s.MoveBoundary(1, 2*quantity.Sectors(quantity.GiB)/512+2048+900)
	if !ok || at != 2*quantity.Sectors(quantity.GiB)/512+2048 || s.Draft.Wishes.Disk.ESP != 2*quantity.GiB {
		t.Errorf("the boundary is at %d and the ESP is %s", at, s.Draft.Wishes.Disk.ESP)
	}
	after, _ := s.After()
	if after.Boundaries[2].Sector != nix.Sector || after.Boundaries[1].Sector != at || esp.Sector == at {
		t.Error("another boundary moved too, or none")
	}
	if at, _ := s.MoveBoundary(1, 0); at != esp.Least {
		t.Errorf("below the least it is %d, not %d", at, esp.Least)
	}
	if at, _ := s.MoveBoundary(2, 1<<62); at != nix.Most {
		t.Errorf("above the most it is %d, not %d", at, nix.Most)
	}
	for _, index := range []int{-1, 0, 3, 4, 99} {
		if _, ok := s.MoveBoundary(index, 4096); ok {
			t.Errorf("boundary %d moves", index)
		}
	}
	s.ResetSizes()
	if m, _ := s.After(); m.Boundaries[1].Sector != esp.Sector || m.Boundaries[2].Sector != nix.Sector {
		t.Error("the sizes are not Lethe's again")
	}
	s.MoveBoundary(1, esp.Sector+1)
	if s.Draft.Wishes.Disk.ESP != 0 {
		t.Error("a click without a move makes a wish")
	}
	s.SetSize(session.FieldESP, "x")
	s.MoveBoundary(1, esp.Sector+9000)
	if s.Size(session.FieldESP) == "x" {
		t.Error("a drag does not replace what was typed")
	}
}

// TestMoveBoundaryHolds drags boundaries of any disk to anywhere, again and again.
func TestMoveBoundaryHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := draggable(t)
		for range rapid.IntRange(1, 6).Draw(t, "moves") {
			before, err := s.After()
			if err != nil {
				t.Fatalf("no map: %v", err)
			}
			index := rapid.IntRange(0, len(before.Boundaries)-1).Draw(t, "index")
			b := before.Boundaries[index]
			near := quantity.Sectors(rapid.Uint64Range(0, 1<<24).Draw(t, "near"))
			to := rapid.SampledFrom([]quantity.Sectors{near, b.Sector + near, b.Least, b.Most, before.Sectors, 1<<64 - 1, quantity.Sectors(rapid.Uint64().Draw(t, "any"))}).Draw(t, "to")
			at, ok := s.MoveBoundary(index, to)
			after, err := s.After()
			switch {
			case err != nil:
				t.Fatalf("boundary %d to %d breaks the layout: %v", index, to, err)
			case ok != b.Movable:
				t.Fatalf("boundary %d, movable %v, moved %v", index, b.Movable, ok)
			case ok && (at < b.Least || at > b.Most || after.Boundaries[index].Sector != at):
				t.Fatalf("boundary %d is at %d, said at %d, from %d to %d", index, after.Boundaries[index].Sector, at, b.Least, b.Most)
			}
			holds(t, s, before, after, index)
		}
	})
}

// holds checks what must be true after any move.
func holds(t *rapid.T, s *session.State, before, after session.Map, moved int) {
	if err := after.Layout.Check(); err != nil {
		t.Fatal(err)
	}
	if err := s.Wishes().Validate(); err != nil {
		t.Fatalf("the wishes are not valid any more: %v", err)
	}
	for i, b := range after.Boundaries {
		if was := before.Boundaries[i].Sector; i != moved && !b.Payload && b.Sector != was {
			t.Fatalf("boundary %d moved from %d to %d with boundary %d", i, was, b.Sector, moved)
		}
		if b.Movable && (b.Sector < b.Least || b.Sector > b.Most || b.Least%after.Grain.Optimal != after.Grain.Offset || b.Most%after.Grain.Optimal != after.Grain.Offset) {
			t.Fatalf("boundary %d at %d goes from %d to %d", i, b.Sector, b.Least, b.Most)
		}
	}
}

// draggable is a session with any disk that can be laid out.
func draggable(t *rapid.T) *session.State {
	d := disk("/dev/nvme0n1", quantity.Bytes(rapid.Uint64Range(uint64(14*quantity.GiB), uint64(8*quantity.TiB)).Draw(t, "bytes")))
	d.Topology = rapid.SampledFrom([]device.Topology{
		{Logical: 512, Physical: 512},
		{Logical: 4096, Physical: 4096, MinIO: 4096},
		{Logical: 512, Physical: 4096, MinIO: 4096, OptIO: 1536000, AlignmentOffset: 0},
		{Logical: 512, Physical: 4096, MinIO: 65536, OptIO: 196608},
		{Logical: 512, Physical: 4096, MinIO: 4096, OptIO: 4096, AlignmentOffset: 3584},
		{Logical: 512, Physical: 512, MinIO: 512, OptIO: 33553920},
		{Logical: 512, Physical: 512, MinIO: 512, OptIO: 64 * quantity.MiB},
	}).Draw(t, "topology")
	d.Logical = d.Topology.Logical
	d.Bytes -= d.Bytes % d.Logical
	i := inventory(device.Confirmed, d)
	i.Memory = quantity.Bytes(rapid.Uint64Range(0, uint64(64*quantity.GiB)).Draw(t, "memory"))
	s := session.New(session.Options{Seed: seed, Checks: liveChecks, Shown: i})
	s.Draft.Wishes.Users[0].Name = "ada"
	s.Select(d.Path)
	s.Draft.Wishes.Encryption.Enable = rapid.Bool().Draw(t, "encrypt")
	s.Draft.Wishes.Swap.Mode = rapid.SampledFrom([]config.SwapMode{config.SwapAuto, config.SwapNone, config.SwapRandomKey}).Draw(t, "swap")
	return s
}

func TestBefore(t *testing.T) {
	part := func(number int, start, size quantity.Bytes, kind, fs string) device.Partition {
		return device.Partition{Number: number, Start: start, Size: size, Type: kind, Content: device.Content{Type: fs}}
	}
	const mib, gib = quantity.MiB, quantity.GiB
	for name, c := range map[string]struct {
		do    func(*device.Disk)
		kinds string
	}{
		"blank":      {func(*device.Disk) {}, "free"},
		"not read":   {func(d *device.Disk) { *d = shown(*d) }, "unknown"},
		"damaged":    {func(d *device.Disk) { d.Table = device.Table{Kind: device.TableDamaged, Problem: "it is damaged"} }, "unknown"},
		"whole disk": {func(d *device.Disk) { d.Content.Type = "crypto_LUKS" }, "other*"},
		"Windows": {func(d *device.Disk) {
			d.Partitions = []device.Partition{
				part(1, mib, 100*mib, layout.TypeESP, "vfat"), part(3, 200*mib, 40*gib, "x", "ntfs"), part(2, 101*mib, 16*mib, "msr", ""),
			}
		}, "table esp other free other free"},
		"Linux": {func(d *device.Disk) {
			d.Partitions = []device.Partition{
				part(1, mib, gib, "ef", "vfat"), part(2, mib+gib, gib, "82", "swap"), part(3, mib+2*gib, 100*gib-2*gib-2*mib, "83", "crypto_LUKS"),
			}
		}, "table esp swap other* table"},
		"logical": {func(d *device.Disk) {
			d.Partitions = []device.Partition{part(1, mib, gib, "83", "ext4"), part(2, 2*gib, 10*gib, "05", ""), part(5, 2*gib+mib, gib, "83", "xfs")}
		}, "table other free other free"},
		"overlap and beyond": {func(d *device.Disk) {
			d.Partitions = []device.Partition{part(1, mib, gib, "83", ""), part(2, 500*mib, gib, "83", ""), part(3, 99*gib, 9*gib, "83", ""), part(4, 200*gib, gib, "83", "")}
		}, "table other free other"},
		"empty partition": {func(d *device.Disk) { d.Partitions = []device.Partition{part(1, mib, 0, "83", "")} }, "table other free"},
	} {
		t.Run(name, func(t *testing.T) {
			d := disk("/dev/nvme0n1", 100*gib)
			c.do(&d)
			m := session.Before(d)
			covers(t, m)
			if got := kinds(m); got != c.kinds {
				t.Errorf("%s, want %s", got, c.kinds)
			}
			for i, b := range m.Boundaries {
				if b.Index != i || b.Movable || b.Why == "" || i > 0 && b.Sector <= m.Boundaries[i-1].Sector {
					t.Errorf("boundary %d: %+v", i, b)
				}
			}
			if (d.Table.Problem != "") != !m.Problem.Empty() {
				t.Errorf("problem %q", m.Problem)
			}
		})
	}
}

func TestBeforeJudgesAlignment(t *testing.T) {
	d := disk("/dev/sda", 100*quantity.GiB)
	d.Topology = device.Topology{Logical: 512, Physical: 4096, MinIO: 4096}
	d.Partitions = []device.Partition{
		{Number: 1, Start: 63 * 512, Size: 4096*512 - 63*512},
		{Number: 2, Start: 4096 * 512, Size: 8 * 512, Content: device.Content{Member: "the LVM volume group vg0"}, Use: device.Use{Mounts: []string{"/mnt"}, Swap: true}},
	}
	m := session.Before(d)
	want := []layout.Level{layout.Misaligned, layout.Aligned, layout.Minimal}
	for i, b := range m.Boundaries {
		if b.Level != want[i] {
			t.Errorf("boundary %d at %d is %s", i, b.Sector, b.Level)
		}
	}
	if b := m.Boundaries[1]; b.Left != 1 || b.Right != 2 {
		t.Errorf("partitions %d and %d meet", b.Left, b.Right)
	}
	if got := m.Blocks[2].Used.String(); got != "Used by the LVM volume group vg0, /mnt, swap" {
		t.Errorf("used: %q", got)
	}
}

func TestBeforeOfRecordedMachines(t *testing.T) {
	for _, name := range []string{"nvme-512", "nvme-4kn", "hostile", "sata-lvm", "swap", "virtio", "whole-disk", "live-usb", "emmc"} {
		for _, d := range machine(t, name).Disks {
			if m := session.Before(d); m.Sectors > 0 {
				covers(t, m)
			} else if m.Problem.Empty() {
				t.Errorf("%s: %s has no map and no reason", name, d.Path)
			}
		}
	}
	if m := session.Before(device.Disk{}); m.Problem.Empty() || len(m.Blocks) != 0 {
		t.Error("a disk without sectors has a map")
	}
}

func TestSwapDoesNotOutgrowItsLimit(t *testing.T) {
	s := filled(t)
	d := disk("/dev/nvme0n1", 16*quantity.TiB)
	s.Shown.Disks[0] = d
	s.SetSize(session.FieldESP, "2GiB")
	s.SetSize(session.FieldSwap, "4TiB")
	m, err := s.After()
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := s.MoveBoundary(1, 0); !ok || at != m.Boundaries[1].Sector || len(blocking(s, session.PageLayout)) > 0 {
		t.Errorf("the boundary goes from %d to %d: %v", m.Boundaries[1].Sector, at, s.Problems(session.PageLayout))
	}
}
