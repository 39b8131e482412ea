package layout_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/config"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

func TestMap(t *testing.T) {
	uneven := walkthrough(t)
	uneven.Partitions[1].Start = uneven.Grain.Check(1050625)
	uneven.Partitions[1].End.Level = layout.Minimal
	plain, err := layout.Build(image(16*quantity.TiB, 4096), 8*gib, wishes(false, 0, config.SwapNone, 0), entropy(1))
	if err != nil {
		t.Fatal(err)
	}
	for name, drawn := range map[string]string{
		"walkthrough": walkthrough(t).Map(80, layout.MapStyle{}),
		"uneven":      uneven.Map(60, layout.MapStyle{ASCII: true}),
		"colour":      uneven.Map(60, layout.MapStyle{Colour: true}),
		"no-swap":     plain.Map(0, layout.MapStyle{}),
	} {
		path := filepath.Join("testdata", "map", name+".txt")
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(drawn), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), drawn); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestMapBarHasTheWidth(t *testing.T) {
	for width := -1; width < 300; width++ {
		lines := strings.Split(walkthrough(t).Map(width, layout.MapStyle{}), "\n")
		for _, line := range lines[:3] {
			if got := utf8.RuneCountInString(line); got != max(40, width) {
				t.Fatalf("a bar of width %d has %d columns: %s", width, got, line)
			}
		}
		for _, title := range []string{" ESP ", " swap ", " nix "} {
			if !strings.Contains(lines[1], title) {
				t.Fatalf("width %d does not show %q: %s", width, title, lines[1])
			}
		}
	}
}

func TestMapPrintsNothingHostile(t *testing.T) {
	l := walkthrough(t)
	l.Partitions[0].Role = "\x1b[2Jesp"
	l.Partitions[0].Start.Level = "\x1b]0;title\a"
	l.Partitions[0].Name = "\u202egpj"
	drawn := l.Map(80, layout.MapStyle{ASCII: true})
	for _, r := range drawn {
		if r != '\n' && (r < ' ' || r > '~') {
			t.Fatalf("the map holds %q:\n%s", r, drawn)
		}
	}
	if l := (layout.Layout{}); l.Map(80, layout.MapStyle{}) == "" {
		t.Error("an empty layout has no map")
	}
}
