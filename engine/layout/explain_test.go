package layout_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// choices gives every tool's first and last sector.
func choices(t *testing.T, topology device.Topology, size quantity.Bytes) map[layout.Tool][2]quantity.Sectors {
	t.Helper()
	report, err := layout.Explain(topology, size)
	if err != nil {
		t.Fatal(err)
	}
	got := map[layout.Tool][2]quantity.Sectors{}
	for _, c := range report.Choices {
		got[c.Tool] = [2]quantity.Sectors{c.First, c.Last}
		if c.Why == "" || c.Command == "" {
			t.Errorf("%s says neither why nor how", c.Tool)
		}
		if c.Start.Sector != c.First || c.End.Sector != c.Last+1 {
			t.Errorf("%s is judged on other sectors than its own", c.Tool)
		}
	}
	return got
}

func TestFdiskChoosesAsMeasured(t *testing.T) {
	data, err := os.ReadFile("testdata/fdisk.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		rows++
		var size quantity.Bytes
		var topology device.Topology
		var want [2]quantity.Sectors
		if _, err := fmt.Sscan(lines.Text(), (*uint64)(&size), (*uint64)(&topology.Logical), (*uint64)(&topology.Physical),
			(*uint64)(&topology.MinIO), (*uint64)(&topology.OptIO), &topology.AlignmentOffset, (*uint64)(&want[0]), (*uint64)(&want[1])); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		if got := choices(t, topology, size)[layout.ToolFdisk]; got != want {
			t.Errorf("%s: fdisk would choose %d, measured %d", lines.Text(), got, want)
		}
	}
	if rows < 50 {
		t.Errorf("only %d rows were compared", rows)
	}
}

// The sectors of parted and sgdisk on images were measured with parted 3.5 and sgdisk 1.0.9; those of parted on odd
// topologies with parted 3.5 on virtual disks.
func TestExplainKnownChoices(t *testing.T) {
	const disk = 40 * quantity.GiB
	for _, row := range []struct {
		name     string
		topology device.Topology
		tool     layout.Tool
		first    quantity.Sectors
		last     quantity.Sectors // 0: not recorded
	}{
		{"image", device.Topology{Logical: 512, Image: true}, layout.ToolParted, 2048, 83884031},
		{"image", device.Topology{Logical: 512, Image: true}, layout.ToolLethe, 2048, 83884031},
		{"image", device.Topology{Logical: 512, Image: true}, layout.ToolSgdisk, 2048, 83886046},
		{"image", device.Topology{Logical: 512, Image: true}, layout.ToolFdisk, 2048, 83884031},
		{"4Kn image", device.Topology{Logical: 4096, Image: true}, layout.ToolParted, 256, 10485503},
		{"4Kn image", device.Topology{Logical: 4096, Image: true}, layout.ToolFdisk, 256, 10485503},
		{"4Kn image", device.Topology{Logical: 4096, Image: true}, layout.ToolSgdisk, 256, 10485754},
		{"RAID of 3×64k", device.Topology{Logical: 512, Physical: 512, MinIO: 65536, OptIO: 196608}, layout.ToolParted, 384, 0},
		{"RAID of 3×64k", device.Topology{Logical: 512, Physical: 512, MinIO: 65536, OptIO: 196608}, layout.ToolLethe, 2304, 0},
		{"offset", device.Topology{Logical: 512, Physical: 4096, MinIO: 4096, AlignmentOffset: 3584}, layout.ToolParted, 2055, 0},
		{"offset", device.Topology{Logical: 512, Physical: 4096, MinIO: 4096, AlignmentOffset: 3584}, layout.ToolLethe, 2055, 0},
	} {
		got := choices(t, row.topology, disk)[row.tool]
		if got[0] != row.first || (row.last != 0 && got[1] != row.last) {
			t.Errorf("%s: %s chooses %d, want %d–%d", row.name, row.tool, got, row.first, row.last)
		}
	}
}

// Measured with parted 3.5 on image files: below a certain size a percentage cannot reach the grain.
func TestPartedOnSmallImages(t *testing.T) {
	for sectors, want := range map[quantity.Bytes][2]quantity.Sectors{
		102400: {34, 102366}, 409600: {34, 409566}, 409700: {34, 409666},
		409800: {2048, 409599}, 410000: {2048, 409599}, 412000: {2048, 411647}, 1000033: {2048, 999423},
	} {
		if got := choices(t, device.Topology{Logical: 512, Image: true}, sectors*512)[layout.ToolParted]; got != want {
			t.Errorf("%d sectors: parted would choose %d, measured %d", uint64(sectors), got, want)
		}
	}
}

func TestExplainDoubtedIOSize(t *testing.T) {
	report, err := layout.Explain(device.Topology{Logical: 512, Physical: 512, MinIO: 512, OptIO: 33553920}, 40*quantity.GiB)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range report.Choices {
		want := quantity.Sectors(2048)
		if c.Tool == layout.ToolParted {
			want = 65535
		}
		if c.First != want {
			t.Errorf("%s starts at %d, want %d (%s)", c.Tool, c.First, want, c.Why)
		}
	}
}

func TestExplainRefuses(t *testing.T) {
	for name, row := range map[string]struct {
		topology device.Topology
		size     quantity.Bytes
	}{
		"nothing":       {device.Topology{Logical: 512}, 0},
		"a megabyte":    {device.Topology{Logical: 512}, quantity.MiB},
		"520 bytes":     {device.Topology{Logical: 520}, quantity.GiB},
		"a large grain": {device.Topology{Logical: 512, OptIO: 64 * quantity.MiB}, 100 * quantity.MiB},
	} {
		if report, err := layout.Explain(row.topology, row.size); err == nil {
			t.Errorf("%s: explained as %+v", name, report)
		}
	}
}
