package session

import (
	"errors"

	"lethe/engine/config"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// ErrNoDisk is the error of a preview when no disk is chosen.
var ErrNoDisk = errors.New("no disk is chosen; choose one on the disk page")

// Preview lays the wishes out on the target. Its identifiers stay the same while wishes change, and are those of the plan.
func (s *State) Preview() (layout.Layout, error) {
	disk, ok := s.Target()
	if !ok {
		return layout.Layout{}, ErrNoDisk
	}
	w := s.Wishes()
	w.Swap.KeepPlain = w.Encryption.Enable && w.SwapMode() == config.SwapPlain // the consent stops the way on, and not the picture
	return layout.Build(disk, s.Memory(), w, s.Entropy())
}

// The limits of dragging: the narrower of what config and layout take.
const (
	leastSwap = 64 * quantity.MiB
	mostSwap  = 4 * quantity.TiB
)

// span is a range of sectors in which a boundary may lie, both ends on the grain.
type span struct{ least, most quantity.Sectors }

// movable gives where each boundary between two partitions may go, by the number of the partition to its left. The boundaries
// around stay where they are, so what one side loses the other gains.
func movable(l layout.Layout) map[int]span {
	spans := map[int]span{}
	for i := range len(l.Partitions) - 1 {
		left, right := l.Partitions[i], l.Partitions[i+1]
		least, most := bounds(left.Role)
		low, high := left.First+l.SectorSize.Ceil(least), left.First+l.SectorSize.Floor(most)
		least, most = bounds(right.Role)
		end := right.Last + 1
		low = max(low, minus(end, l.SectorSize.Floor(most)))
		if right.Role == layout.Nix { // Build wants a sector more
			end = minus(end, 1)
		}
		high = min(high, minus(end, l.SectorSize.Ceil(least)))
		s := span{snapUp(l, low), snapDown(l, high)}
		if s.least <= s.most {
			spans[left.Number] = s
		}
	}
	return spans
}

// bounds are the sizes that a partition may have.
func bounds(role layout.Role) (least, most quantity.Bytes) {
	switch role {
	case layout.ESP:
		return layout.LeastESP, layout.MostESP
	case layout.Swap:
		return leastSwap, mostSwap
	}
	return layout.LeastNix, quantity.PiB * 8
}

func minus(a, b quantity.Sectors) quantity.Sectors {
	if b > a {
		return 0
	}
	return a - b
}

// snapDown gives the last grain point at or before a sector. The first partition begins on one.
func snapDown(l layout.Layout, sector quantity.Sectors) quantity.Sectors {
	first, grain := l.Partitions[0].First, l.Grain.Optimal
	return first + minus(sector, first)/grain*grain
}

// snapUp gives the first grain point at or after a sector.
func snapUp(l layout.Layout, sector quantity.Sectors) quantity.Sectors {
	down := snapDown(l, sector)
	if down < sector {
		return down + l.Grain.Optimal
	}
	return down
}

// nearest gives the grain point next to a sector.
func nearest(l layout.Layout, sector quantity.Sectors) quantity.Sectors {
	down := snapDown(l, sector)
	if sector > down && sector-down > l.Grain.Optimal/2 {
		return down + l.Grain.Optimal
	}
	return down
}

// MoveBoundary moves a boundary of [State.After], by its index there, to the grain point next to a sector, within its limits. The
// sizes of the partitions to its left and right become wishes. It gives the sector where the boundary is now, and false when it
// cannot be moved.
func (s *State) MoveBoundary(index int, sector quantity.Sectors) (quantity.Sectors, bool) {
	after, err := s.After()
	if err != nil || index < 0 || index >= len(after.Boundaries) || !after.Boundaries[index].Movable {
		return 0, false
	}
	b := after.Boundaries[index]
	l := after.Layout
	to := min(max(nearest(l, min(sector, l.LastUsable)), b.Least), b.Most)
	if to == b.Sector {
		return to, true // a click must not turn Lethe's choice into a wish
	}
	for i, p := range l.Partitions {
		if p.Number == b.Left {
			s.wish(p.Role, l.SectorSize.Of(to-p.First))
			if next := l.Partitions[i+1]; next.Role != layout.Nix {
				s.wish(next.Role, l.SectorSize.Of(next.Last+1-to))
			}
		}
	}
	return to, true
}

// wish sets the size of a partition.
func (s *State) wish(role layout.Role, size quantity.Bytes) {
	switch role {
	case layout.ESP:
		s.Draft.Wishes.Disk.ESP = size
		s.Draft.remember(FieldESP, "")
	case layout.Swap:
		s.Draft.Wishes.Swap.Size = size
		s.Draft.remember(FieldSwap, "")
	}
}

// ResetSizes gives all sizes back to Lethe.
func (s *State) ResetSizes() {
	s.Draft.Wishes.Disk.ESP, s.Draft.Wishes.Swap.Size = 0, 0
	s.Draft.remember(FieldESP, "")
	s.Draft.remember(FieldSwap, "")
}
