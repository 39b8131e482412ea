package layout

import (
	"fmt"

	"lethe/engine/quantity"
)

// Check gives the verdict on a partition's first sector, or on the sector after its last one.
func (g Grain) Check(s quantity.Sectors) Alignment {
	a := Alignment{Sector: s}
	past, onOptimal := distance(s, g.Optimal, g.Offset)
	_, onMinimum := distance(s, g.Minimum, g.MinimumOffset)
	switch {
	case onOptimal:
		a.Level = Aligned
		a.Why = fmt.Sprintf("sector %d lies on the optimal grain of %d sectors, offset %d", s, g.Optimal, g.Offset)
	case onMinimum:
		a.Level = Minimal
		a.Why = fmt.Sprintf("sector %d lies on the minimum grain of %d sectors, offset %d, but %d sectors past the optimal grain of %d, offset %d",
			s, g.Minimum, g.MinimumOffset, past, g.Optimal, g.Offset)
	default:
		a.Level = Misaligned
		a.Why = fmt.Sprintf("sector %d lies %d sectors past the optimal grain of %d sectors, offset %d, and on no minimum grain of %d, offset %d",
			s, past, g.Optimal, g.Offset, g.Minimum, g.MinimumOffset)
	}
	return a
}

// distance counts the sectors from the last grain point to s. A grain of 0, which only a forged [Grain] has, holds nothing.
func distance(s, grain, offset quantity.Sectors) (quantity.Sectors, bool) {
	if grain == 0 {
		return s, false
	}
	past := (s%grain + grain - offset%grain) % grain
	return past, past == 0
}

// up gives the first grain point at or after s. The caller keeps s below 2⁶³.
func (g Grain) up(s quantity.Sectors) quantity.Sectors {
	past, on := distance(s, g.Optimal, g.Offset)
	if on {
		return s
	}
	return s + g.Optimal - past
}

// down gives the last grain point at or before s, or 0 when there is none.
func (g Grain) down(s quantity.Sectors) quantity.Sectors {
	past, _ := distance(s, g.Optimal, g.Offset)
	if past > s {
		return 0
	}
	return s - past
}

// first gives the first sector for a partition: on the grain, usable, and not below 1 MiB.
func (g Grain) first(usable quantity.Sectors, size quantity.SectorSize) quantity.Sectors {
	return g.up(max(usable, size.Ceil(usual)))
}

// last gives the last sector that ends right before a grain point and is usable, as parted ends "100%".
// The result is below every start when there is none.
func (g Grain) last(usable quantity.Sectors) quantity.Sectors {
	end := g.down(usable + 1)
	if end == 0 {
		return 0
	}
	return end - 1
}
