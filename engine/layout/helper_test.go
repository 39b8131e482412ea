package layout_test

import (
	"math/rand"
	"testing"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// image is an eligible image file.
func image(bytes, sector quantity.Bytes) device.Disk {
	return device.Disk{
		Identity: device.Identity{Kind: device.KindImage, Path: "/tmp/disk.img", Bytes: bytes, Logical: sector},
		Grade:    device.Confirmed,
		Topology: device.Topology{Logical: sector, Physical: sector, Image: true},
		Verdict:  device.Verdict{State: device.Eligible},
	}
}

// disk is an eligible real disk with a topology.
func disk(bytes quantity.Bytes, t device.Topology) device.Disk {
	return device.Disk{
		Identity: device.Identity{Kind: device.KindDisk, Path: "/dev/vda", Bytes: bytes, Logical: t.Logical},
		Grade:    device.Confirmed,
		Topology: t,
		Verdict:  device.Verdict{State: device.Eligible},
	}
}

// entropy is repeatable randomness.
func entropy(seed int64) *rand.Rand { return rand.New(rand.NewSource(seed)) }

// wishes writes the part of a configuration that a layout depends on.
func wishes(encrypt bool, esp quantity.Bytes, mode config.SwapMode, swap quantity.Bytes) config.Config {
	return config.Config{
		Version:    config.Version,
		Disk:       config.Disk{ESP: esp},
		Encryption: config.Encryption{Enable: encrypt},
		Swap:       config.Swap{Mode: mode, Size: swap},
	}
}

// walkthrough is the layout of the walkthrough that Lethe replaces.
func walkthrough(t testing.TB) layout.Layout {
	t.Helper()
	l, err := layout.Build(image(40*quantity.GiB, 512), 8*quantity.GiB,
		wishes(true, 512*quantity.MiB, config.SwapRandomKey, 8*quantity.GiB), entropy(1))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// ranges is every partition's first and last sector.
func ranges(l layout.Layout) [][2]quantity.Sectors {
	var out [][2]quantity.Sectors
	for _, p := range l.Partitions {
		out = append(out, [2]quantity.Sectors{p.First, p.Last})
	}
	return out
}
