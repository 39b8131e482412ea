package widget

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"lethe/assets"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

func TestVerdict(t *testing.T) {
	if err := lang.AddTranslationsFS(assets.Translations, assets.TranslationsDir); err != nil { // which have the plurals
		t.Fatal(err)
	}
	for _, c := range []struct {
		sector quantity.Sectors
		grain  layout.Grain
		want   string
	}{
		{2099200, layout.Grain{Optimal: 2048, Minimum: 8}, "Aligned: sector 2 099 200 is a multiple of the grain, 1 MiB (2048 sectors)."},
		{2055, layout.Grain{Optimal: 2048, Minimum: 8, Offset: 7, MinimumOffset: 7}, "Aligned: sector 2055 lies on the grain, 1 MiB (2048 sectors, counted from sector 7)."},
		{2048, layout.Grain{Optimal: 384, Minimum: 128}, "Minimally aligned: sector 2048 lies on the minimum grain, 64 KiB (128 sectors), but 128 sectors past the optimal one, 192 KiB (384 sectors). Writes stay whole, yet may be slower."},
		{12289, layout.Grain{Optimal: 2048, Minimum: 8}, "Misaligned: sector 12 289 lies 1 sector past the optimal grain, 1 MiB (2048 sectors), and not on the minimum one either, 4 KiB (8 sectors). Writes here touch more of the disk than they need to."},
	} {
		var m *PartitionMap
		open(t, light(840, 240), func() fyne.CanvasObject {
			m = NewReadOnlyMap(MapData{SectorSize: 512, Grain: c.grain})
			return m
		})
		got := strings.ReplaceAll(m.verdict(Boundary{Sector: c.sector, Level: c.grain.Check(c.sector).Level}), "\u00a0", " ")
		if got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestNumbersAreNotBroken(t *testing.T) {
	text := "sector " + grouped(2099200) + " and more"
	for _, line := range breakLines(text, 75, 14, fyne.TextStyle{}) {
		if strings.Contains(line, "2") && !strings.Contains(line, "2\u00a0099\u00a0200") {
			t.Errorf("%q was broken at %q", text, line)
		}
	}
}
