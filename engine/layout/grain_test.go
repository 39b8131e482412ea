package layout_test

import (
	"strings"
	"testing"

	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// The topologies are those on which libparted's rule was compared with real parted, or of their kinds; the figures are
// worked out by hand from the rule. Rows marked * are recorded from real parted.
func TestNewGrain(t *testing.T) {
	const mib = quantity.MiB
	for _, row := range []struct {
		name             string
		topology         device.Topology
		optimal, offset  quantity.Sectors
		minimum, minOff  quantity.Sectors
		source, disagree string // parts of the sentences
	}{
		{"nothing reported", device.Topology{Logical: 512}, 2048, 0, 1, 0, "reports no I/O sizes", ""},
		{"512 native", device.Topology{Logical: 512, Physical: 512, MinIO: 512}, 2048, 0, 1, 0, "1 MiB is a multiple", ""},
		{"512e", device.Topology{Logical: 512, Physical: 4096, MinIO: 4096}, 2048, 0, 8, 0, "minimum 4096", ""},
		{"4Kn", device.Topology{Logical: 4096, Physical: 4096, MinIO: 4096}, 256, 0, 1, 0, "1 MiB", ""},
		{"4Kn, optimal 128k", device.Topology{Logical: 4096, Physical: 4096, MinIO: 4096, OptIO: 131072}, 256, 0, 1, 0, "optimal 131072", ""},
		{"optimal only", device.Topology{Logical: 512, Physical: 512, OptIO: 65536}, 2048, 0, 1, 0, "optimal 65536", ""},
		{"1 MiB stripe", device.Topology{Logical: 512, Physical: 512, MinIO: 65536, OptIO: mib}, 2048, 0, 128, 0, "1 MiB", ""},
		{"physical only", device.Topology{Logical: 512, Physical: 16384}, 2048, 0, 32, 0, "no I/O sizes", ""},
		{"* RAID of 3×64k", device.Topology{Logical: 512, Physical: 512, MinIO: 65536, OptIO: 196608}, 384, 0, 128, 0, "optimal I/O size of 196608", ""},
		{"* 1536000", device.Topology{Logical: 512, Physical: 512, MinIO: 512, OptIO: 1536000}, 3000, 0, 1, 0, "1536000", ""},
		{"* 3 MiB", device.Topology{Logical: 512, Physical: 512, MinIO: mib, OptIO: 3 * mib}, 6144, 0, 2048, 0, "3145728", ""},
		{"3 MiB on 4Kn", device.Topology{Logical: 4096, Physical: 4096, MinIO: mib, OptIO: 3 * mib}, 768, 0, 256, 0, "3145728", ""},
		{"2 MiB", device.Topology{Logical: 512, Physical: 4096, MinIO: 4096, OptIO: 2 * mib}, 4096, 0, 8, 0, "2097152", ""},
		{"small stripes, odd minimum", device.Topology{Logical: 512, Physical: 512, MinIO: 49152, OptIO: 65536}, 128, 0, 96, 0, "optimal I/O size of 65536", ""},
		{"odd minimum only", device.Topology{Logical: 512, Physical: 512, MinIO: 196608}, 384, 0, 384, 0, "and no optimal one", ""},
		{"* offset 3584", device.Topology{Logical: 512, Physical: 4096, MinIO: 4096, AlignmentOffset: 3584}, 2048, 7, 8, 7, "3584 bytes (7 sectors)", ""},
		{"offset above the minimum grain", device.Topology{Logical: 512, Physical: 4096, MinIO: 4096, AlignmentOffset: 8704}, 2048, 17, 8, 1, "17 sectors", ""},
		{"offset above the grain", device.Topology{Logical: 512, MinIO: 65536, OptIO: 196608, AlignmentOffset: 200192}, 384, 7, 128, 7, "391 sectors", ""},
		{"offset on a stripe", device.Topology{Logical: 512, Physical: 512, MinIO: 65536, OptIO: 196608, AlignmentOffset: 512}, 384, 1, 128, 1, "1 sectors", ""},
		{"offset -1", device.Topology{Logical: 512, Physical: 4096, MinIO: 4096, AlignmentOffset: -1}, 2048, 0, 8, 0, "cannot tell", ""},
		{"offset inside a sector", device.Topology{Logical: 512, Physical: 4096, MinIO: 4096, AlignmentOffset: 700}, 2048, 1, 8, 1, "rounded down to 1", ""},
		{"offset on 4Kn", device.Topology{Logical: 4096, Physical: 4096, MinIO: 4096, AlignmentOffset: 3584}, 256, 0, 1, 0, "rounded down to 0", ""},
		{"controller error", device.Topology{Logical: 512, Physical: 512, MinIO: 512, OptIO: 33553920}, 2048, 0, 1, 0, "known controller error", "33553920"},
		{"controller error on 512e", device.Topology{Logical: 512, Physical: 4096, MinIO: 4096, OptIO: 33553920}, 2048, 0, 8, 0, "known controller error", "known controller error"},
		{"not a multiple of physical", device.Topology{Logical: 512, Physical: 4096, MinIO: 4096, OptIO: 1536512}, 2048, 0, 8, 0, "not a multiple", "physical sector size of 4096"},
		{"minimum not a multiple", device.Topology{Logical: 512, Physical: 4096, MinIO: 5120}, 2048, 0, 10, 0, "not a multiple", "5120"},
		{"not a multiple, but parted agrees", device.Topology{Logical: 512, Physical: 4096, MinIO: 4608, OptIO: 1024}, 2048, 0, 9, 0, "not a multiple", ""},
		{"below a sector", device.Topology{Logical: 4096, Physical: 4096, MinIO: 3000, OptIO: 1000}, 256, 0, 1, 0, "not a multiple", "1000"},
		{"64 MiB", device.Topology{Logical: 512, Physical: 512, MinIO: 512, OptIO: 64 * mib}, 131072, 0, 1, 0, "67108864", ""},
		{"4 GiB − 512", device.Topology{Logical: 512, Physical: 512, MinIO: 512, OptIO: 1<<32 - 512}, 2048, 0, 1, 0, "above 64 MiB", "4294966784"},
		{"physical of 1000", device.Topology{Logical: 512, Physical: 1000, MinIO: 512}, 2048, 0, 1, 0, "1 MiB", ""},
		{"image", device.Topology{Logical: 512, Physical: 4096, MinIO: 4096, OptIO: 196608, AlignmentOffset: 3584, Image: true}, 2048, 0, 1, 0, "image file", ""},
		{"4Kn image", device.Topology{Logical: 4096, Image: true}, 256, 0, 1, 0, "image file", ""},
	} {
		g, err := layout.NewGrain(row.topology)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if g.Optimal != row.optimal || g.Offset != row.offset || g.Minimum != row.minimum || g.MinimumOffset != row.minOff {
			t.Errorf("%s: got %+v, want grain %d offset %d, minimum %d offset %d", row.name, g, row.optimal, row.offset, row.minimum, row.minOff)
		}
		if !strings.Contains(g.Source, row.source) || !strings.Contains(g.Disagrees, row.disagree) || (row.disagree == "") != (g.Disagrees == "") {
			t.Errorf("%s: says %q and %q", row.name, g.Source, g.Disagrees)
		}
	}
}

func TestNewGrainRefuses(t *testing.T) {
	for name, topology := range map[string]device.Topology{
		"nothing":         {},
		"256 bytes":       {Logical: 256},
		"520 bytes":       {Logical: 520},
		"8192 bytes":      {Logical: 8192},
		"image of 0":      {Image: true},
		"2⁶⁴−1 bytes":     {Logical: 1<<64 - 1},
		"huge physical":   {Logical: 512, Physical: 1 << 32},
		"huge minimum":    {Logical: 512, MinIO: 1<<64 - 1},
		"huge optimal":    {Logical: 512, OptIO: 1 << 63},
		"huge offset":     {Logical: 512, AlignmentOffset: 1<<63 - 1},
		"2⁶⁴−1 on images": {Logical: 1<<64 - 1, Image: true},
	} {
		g, err := layout.NewGrain(topology)
		if err == nil || !strings.HasPrefix(err.Error(), "cannot align on ") {
			t.Errorf("%s: got %+v, %v", name, g, err)
		}
	}
}

func TestGrainCheck(t *testing.T) {
	g := layout.Grain{Optimal: 2048, Minimum: 8, Offset: 7, MinimumOffset: 7}
	for sector, want := range map[quantity.Sectors]layout.Level{
		2055: layout.Aligned, 7: layout.Aligned, 2063: layout.Minimal, 15: layout.Minimal,
		2048: layout.Misaligned, 0: layout.Misaligned, 1<<64 - 1: layout.Minimal,
	} {
		a := g.Check(sector)
		if a.Level != want || a.Sector != sector || !strings.Contains(a.Why, "2048") {
			t.Errorf("sector %d: got %+v, want %s", sector, a, want)
		}
	}
	if a := (layout.Grain{}).Check(0); a.Level != layout.Misaligned {
		t.Errorf("a grain of 0 says %+v", a)
	}
}
