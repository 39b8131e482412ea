package layout_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/config"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

var update = flag.Bool("update", false, "write our own layouts to testdata/golden, for golden.sh")

// golden is a row of testdata/cases.txt and the layout that we plan for it.
type golden struct {
	name   string
	bytes  quantity.Bytes
	sector quantity.Bytes
	ours   layout.Layout
}

func goldens(t *testing.T) []golden {
	t.Helper()
	var out []golden
	for _, line := range lines(t, "cases.txt") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var g golden
		var esp, swap quantity.Bytes
		if _, err := fmt.Sscan(line, &g.name, (*uint64)(&g.bytes), (*uint64)(&g.sector), (*uint64)(&esp), (*uint64)(&swap)); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		mode := config.SwapRandomKey
		if swap == 0 {
			mode = config.SwapNone
		}
		var err error
		g.ours, err = layout.Build(image(g.bytes, g.sector), 8*quantity.GiB, wishes(true, esp*quantity.MiB, mode, swap*quantity.MiB), entropy(1))
		if err != nil {
			t.Fatalf("%s: %v", g.name, err)
		}
		out = append(out, g)
	}
	if len(out) < 10 {
		t.Fatalf("only %d cases", len(out))
	}
	return out
}

func lines(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

// table writes a layout as golden.sh does: number, first, last.
func table(l layout.Layout) []string {
	var out []string
	for _, p := range l.Partitions {
		out = append(out, fmt.Sprintf("%d %d %d", p.Number, p.First, p.Last))
	}
	return out
}

func TestPartedMakesOurLayout(t *testing.T) {
	for _, g := range goldens(t) {
		if diff := cmp.Diff(lines(t, "golden/"+g.name+".parted"), table(g.ours)); diff != "" {
			t.Errorf("%s: parted (-) and Lethe (+) differ:\n%s", g.name, diff)
		}
	}
}

// fdisk differs from us in one thing only, the very last sector, and that by the rule that Explain tells.
func TestFdiskMakesOurLayout(t *testing.T) {
	differ := 0
	for _, g := range goldens(t) {
		want := table(g.ours)
		last := g.ours.Partitions[len(g.ours.Partitions)-1]
		end := choices(t, g.ours.Topology, g.bytes)[layout.ToolFdisk][1]
		if end != last.Last {
			differ++
		}
		want[len(want)-1] = fmt.Sprintf("%d %d %d", last.Number, last.First, end)
		if diff := cmp.Diff(lines(t, "golden/"+g.name+".fdisk"), want); diff != "" {
			t.Errorf("%s: fdisk (-) and Lethe (+) differ:\n%s", g.name, diff)
		}
	}
	if differ == 0 {
		t.Error("no case shows where fdisk ends earlier")
	}
}

// script writes a layout in sfdisk's language.
func script(l layout.Layout) []string {
	out := []string{"label: gpt", "label-id: " + strings.ToUpper(l.DiskGUID)}
	for _, p := range l.Partitions {
		line := fmt.Sprintf("start=%d, size=%d, type=%s, uuid=%s, name=%q", p.First, p.Sectors(), strings.ToUpper(p.Type), strings.ToUpper(p.PartUUID), p.Name)
		if p.Attributes == layout.AttributeNoAuto {
			line += `, attrs="GUID:63"`
		}
		out = append(out, line)
	}
	return out
}

// TestOurLayoutIsAccepted proves that what the tools accepted, by NAME.accepted, is what we plan today.
func TestOurLayoutIsAccepted(t *testing.T) {
	for _, g := range goldens(t) {
		ours := script(g.ours)
		if *update {
			path := filepath.Join("testdata", "golden", g.name+".ours")
			if err := os.WriteFile(path, []byte(strings.Join(ours, "\n")+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(lines(t, "golden/"+g.name+".ours"), ours); diff != "" {
			t.Errorf("%s: the layout changed; run make golden:\n%s", g.name, diff)
		}
		if diff := cmp.Diff(lines(t, "golden/"+g.name+".accepted"), acceptance(g)); diff != "" {
			t.Errorf("%s: the tools (-) do not confirm us (+):\n%s", g.name, diff)
		}
	}
}

// acceptance is what golden.sh records when every tool agrees with a layout.
func acceptance(g golden) []string {
	var out []string
	for _, p := range g.ours.Partitions {
		if g.sector == 4096 {
			out = append(out, fmt.Sprintf("%d %d", p.First, p.Last))
			continue
		}
		attributes := "-"
		if p.Attributes == layout.AttributeNoAuto {
			attributes = "GUID:63"
		}
		out = append(out, strings.Join([]string{strings.ToUpper(p.Type), strings.ToUpper(p.PartUUID), p.Name, attributes}, " "))
	}
	if g.sector == 512 {
		out = append(out, "No errors detected.", "No problems found")
	}
	out = append(out, table(g.ours)...)
	for _, p := range g.ours.Partitions {
		out = append(out, fmt.Sprintf("%d minimal", p.Number), fmt.Sprintf("%d optimal", p.Number))
	}
	return out
}
