package widget

import (
	"strconv"

	"fyne.io/fyne/v2/lang"

	"lethe/app/look"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// verdict says how well a boundary is aligned, and why.
func (m *PartitionMap) verdict(b Boundary) string {
	g := m.data.Grain
	data := map[string]any{
		"Sector": grouped(b.Sector), "Grain": m.grainWord(g.Optimal, g.Offset), "Least": m.grainWord(g.Minimum, g.MinimumOffset),
		"Past": lang.N("{{.Count}} sectors", int(past(b.Sector, g.Optimal, g.Offset)), map[string]any{"Count": grouped(past(b.Sector, g.Optimal, g.Offset))}),
	}
	switch {
	case b.Level == layout.Aligned && g.Offset == 0:
		return lang.L("Aligned: sector {{.Sector}} is a multiple of the grain, {{.Grain}}.", data)
	case b.Level == layout.Aligned:
		return lang.L("Aligned: sector {{.Sector}} lies on the grain, {{.Grain}}.", data)
	case b.Level == layout.Minimal:
		return lang.L("Minimally aligned: sector {{.Sector}} lies on the minimum grain, {{.Least}}, but {{.Past}} past the optimal one, {{.Grain}}. Writes stay whole, yet may be slower.", data)
	}
	return lang.L("Misaligned: sector {{.Sector}} lies {{.Past}} past the optimal grain, {{.Grain}}, and not on the minimum one either, {{.Least}}. Writes here touch more of the disk than they need to.", data)
}

// grainWord is a grain with the sector that it is counted from, unless that is the first.
func (m *PartitionMap) grainWord(grain, offset quantity.Sectors) string {
	data := map[string]any{"Size": look.Number(m.data.SectorSize.Of(grain).Human()), "Sectors": grouped(grain), "First": grouped(offset)}
	if offset != 0 {
		return lang.L("{{.Size}} ({{.Sectors}} sectors, counted from sector {{.First}})", data)
	}
	return lang.L("{{.Size}} ({{.Sectors}} sectors)", data)
}

// past counts the sectors from the last point of a grain.
func past(s, grain, offset quantity.Sectors) quantity.Sectors {
	if grain == 0 {
		return s
	}
	return (s%grain + grain - offset%grain) % grain
}

// grouped writes a number of five digits or more in groups of three, with spaces that do not break.
func grouped(n quantity.Sectors) string {
	digits := strconv.FormatUint(uint64(n), 10)
	if len(digits) < 5 {
		return digits
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "\u00a0" + digits[i:]
	}
	return digits
}
