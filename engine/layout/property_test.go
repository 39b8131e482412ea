package layout_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// drawTopology makes what kernels report, what broken firmware reports, and images.
func drawTopology(t *rapid.T) device.Topology {
	logical := rapid.SampledFrom([]quantity.Bytes{512, 512, 1024, 2048, 4096}).Draw(t, "logical")
	topology := device.Topology{Logical: logical, Image: rapid.IntRange(0, 4).Draw(t, "image") == 0}
	topology.Physical = logical * rapid.SampledFrom([]quantity.Bytes{0, 1, 8, 32}).Draw(t, "physical")
	topology.MinIO = rapid.OneOf(
		rapid.Just(topology.Physical),
		rapid.Map(rapid.Uint64Range(0, 300), func(n uint64) quantity.Bytes { return quantity.Bytes(n) * logical }),
		rapid.Map(rapid.Uint64Range(0, 1<<20), func(n uint64) quantity.Bytes { return quantity.Bytes(n) }),
	).Draw(t, "min")
	topology.OptIO = rapid.OneOf(
		rapid.SampledFrom([]quantity.Bytes{0, 33553920, 196608, 1536000, 3 << 20, 1<<32 - 512, 64 << 20}),
		rapid.Map(rapid.Uint64Range(0, 1000), func(n uint64) quantity.Bytes { return quantity.Bytes(n) * topology.MinIO }),
		rapid.Map(rapid.Uint64Range(0, 1<<32-1), func(n uint64) quantity.Bytes { return quantity.Bytes(n) }),
	).Filter(func(b quantity.Bytes) bool { return b < 1<<32 }).Draw(t, "opt")
	topology.AlignmentOffset = rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(-1, 8192), rapid.Int64Range(-1, 1<<32-1)).Draw(t, "offset")
	return topology
}

// drawConfig asks for sizes that mostly fit, and now and then for anything.
func drawConfig(t *rapid.T) config.Config {
	esp := rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64Range(260<<20, 2<<30), rapid.Uint64()).Draw(t, "esp")
	swap := rapid.OneOf(rapid.Just(uint64(0)), rapid.Uint64Range(40<<10, 16<<30), rapid.Uint64()).Draw(t, "swap")
	mode := rapid.SampledFrom([]config.SwapMode{config.SwapAuto, config.SwapNone, config.SwapPlain, config.SwapRandomKey}).Draw(t, "mode")
	cfg := wishes(rapid.Bool().Draw(t, "encrypt"), quantity.Bytes(esp), mode, quantity.Bytes(swap))
	cfg.Swap.KeepPlain = rapid.Bool().Draw(t, "keep")
	return cfg
}

func TestLayoutProperties(t *testing.T) {
	planned := 0
	rapid.Check(t, func(t *rapid.T) {
		topology := drawTopology(t)
		size := rapid.OneOf(rapid.Uint64Range(11<<30, 1<<40), rapid.Uint64Range(12<<30, 13<<30), rapid.Uint64()).Draw(t, "size")
		d := disk(quantity.Bytes(size), topology)
		cfg := drawConfig(t)
		memory := quantity.Bytes(rapid.Uint64Range(0, 1<<37).Draw(t, "memory"))
		seed := rapid.Int64().Draw(t, "seed")
		l, err := layout.Build(d, memory, cfg, entropy(seed))
		again, errAgain := layout.Build(d, memory, cfg, entropy(seed))
		if err != nil {
			if errAgain == nil || errAgain.Error() != err.Error() || strings.Contains(err.Error(), "report this") {
				t.Fatalf("%v, then %v", err, errAgain)
			}
			return
		}
		planned++
		sameBytes(t, l, again)
		invariants(t, l, d)
		grainRule(t, l)
		wishesKept(t, l, cfg)
	})
	if planned < 10 {
		t.Errorf("only %d layouts could be planned: the draws are too wild", planned)
	}
}

func sameBytes(t *rapid.T, a, b layout.Layout) {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	if errX != nil || errY != nil || string(x) != string(y) {
		t.Fatalf("the same input gave\n%s\n%s", x, y)
	}
}

// invariants are stated anew here, not asked of Check.
func invariants(t *rapid.T, l layout.Layout, d device.Disk) {
	sector := uint64(d.Topology.Logical)
	table := (16384 + sector - 1) / sector
	end := uint64(d.Bytes)/sector - table - 1 // first LBA of the backup table
	free := max(table+2, (1<<20)/sector)
	for _, p := range l.Partitions {
		first, last := uint64(p.First), uint64(p.Last)
		if first < free || last < first || last >= end {
			t.Fatalf("partition %d spans %d–%d; free is %d up to %d", p.Number, first, last, free, end)
		}
		for _, boundary := range []uint64{first, last + 1} {
			if boundary%uint64(l.Grain.Optimal) != uint64(l.Grain.Offset) {
				t.Fatalf("partition %d has a boundary at %d, off grain %+v", p.Number, boundary, l.Grain)
			}
		}
		size := (last - first + 1) * sector
		if size < uint64(p.Wished) || size-uint64(p.Wished) >= uint64(l.Grain.Optimal)*sector {
			t.Fatalf("partition %d holds %d bytes, wished %d", p.Number, size, uint64(p.Wished))
		}
		free = last + 1
	}
	if end-free >= uint64(l.Grain.Optimal) {
		t.Fatalf("%d sectors are wasted at the end", end-free)
	}
	if err := l.Check(); err != nil {
		t.Fatal(err)
	}
}

// grainRule is libparted's rule as it was written down when it was compared with parted.
func grainRule(t *rapid.T, l layout.Layout) {
	const mib = 1 << 20
	p := l.Topology
	lbs, minIO, opt := uint64(p.Logical), uint64(p.MinIO), uint64(p.OptIO)
	div := func(x uint64) bool { return x != 0 && mib%x == 0 }
	io := opt
	switch {
	case p.Image, opt == 0 && minIO == 0, div(opt) && div(minIO), minIO == 0 && div(opt), opt == 0 && div(minIO):
		io = mib
	case opt == 0:
		io = minIO
	}
	if got := uint64(l.Grain.Optimal); got != io/lbs && (got != mib/lbs || !strings.Contains(l.Grain.Source, "in place of")) {
		t.Fatalf("the grain is %+v; libparted's is %d sectors", l.Grain, io/lbs)
	}
	trusted := l.Grain.Optimal > 0 && io%lbs == 0 && uint64(l.Grain.Optimal) == io/lbs
	if trusted && l.Grain.Disagrees != "" {
		t.Fatalf("%+v disagrees with a grain that it follows", l.Grain)
	}
	if !p.Image && !trusted && io/lbs != 0 && (mib/lbs)%(io/lbs) != 0 && l.Grain.Disagrees == "" {
		t.Fatalf("%+v does not warn of parted", l.Grain)
	}
}

func wishesKept(t *rapid.T, l layout.Layout, cfg config.Config) {
	esp, _ := l.Find(layout.ESP)
	swap, hasSwap := l.Find(layout.Swap)
	if cfg.Disk.ESP != 0 && esp.Wished != cfg.Disk.ESP {
		t.Fatalf("ESP of %s was wished as %s", esp.Wished, cfg.Disk.ESP)
	}
	if hasSwap != (cfg.Swap.Mode != config.SwapNone) || hasSwap && cfg.Swap.Size != 0 && swap.Wished != cfg.Swap.Size {
		t.Fatalf("swap of %s was wished as %+v", swap.Wished, cfg.Swap)
	}
	if (l.LUKS != nil) != cfg.Encryption.Enable {
		t.Fatalf("encryption %v gave %+v", cfg.Encryption.Enable, l.LUKS)
	}
	if l.LUKS != nil && l.SwapMode == config.SwapPlain && !cfg.Swap.KeepPlain {
		t.Fatal("plain swap beside encryption was not asked for")
	}
}

// Explain, for any topology and size, gives an error or lies within the disk, and Lethe's own row is what Build does.
func TestExplainProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topology := drawTopology(t)
		size := quantity.Bytes(rapid.OneOf(rapid.Uint64Range(0, 64<<20), rapid.Uint64Range(12<<30, 1<<42), rapid.Uint64()).Draw(t, "size"))
		report, err := layout.Explain(topology, size)
		if err != nil {
			return
		}
		for _, c := range report.Choices {
			if c.First == 0 && c.Last == 0 && strings.HasPrefix(c.Why, "finds no place") {
				continue
			}
			if c.First < 6 || c.Last < c.First || c.Last >= report.DiskSectors {
				t.Fatalf("%s chooses %d–%d of %d sectors", c.Tool, c.First, c.Last, report.DiskSectors)
			}
		}
		l, err := layout.Build(disk(size, topology), 0, wishes(false, 0, config.SwapNone, 0), entropy(1))
		if err != nil {
			return
		}
		nix := l.Partitions[1]
		if got := report.Choices[0]; got.First != l.Partitions[0].First || got.Last != nix.Last {
			t.Fatalf("Lethe is told to choose %d–%d and chooses %d–%d", got.First, got.Last, l.Partitions[0].First, nix.Last)
		}
	})
}
