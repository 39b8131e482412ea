package widget

import (
	"math"
	"sort"

	"lethe/engine/quantity"
)

// leastBlock is the width below which no block is drawn while there is room; a boundary's handle takes up to 6 on either side
// and leaves 28 to click.
const (
	leastBlock float32 = 40
	blockGap   float32 = 2
)

// span is where a block is drawn.
type span struct{ left, right float32 }

// mapScale places blocks on a width. Every block has the same least width, and the rest is shared by the square roots of the
// sizes, so that an ESP is still there beside two tebibytes and each byte more makes a block wider. Within a block places are
// linear.
type mapScale struct {
	blocks []Block
	spans  []span
}

// newMapScale reuses the memory of spans.
func newMapScale(blocks []Block, width float32, spans []span) mapScale {
	s := mapScale{blocks: blocks, spans: spans[:0]}
	n := float32(len(blocks))
	if n == 0 || width <= 0 {
		return s
	}
	room := max(width-blockGap*(n-1), n)
	least := min(max(leastBlock, room/n/5), room/n)
	weight := float32(0)
	for _, b := range blocks {
		weight += rootOf(b)
	}
	left := float32(0)
	for _, b := range blocks {
		w := least + (room-n*least)*rootOf(b)/weight
		s.spans = append(s.spans, span{left, left + w})
		left += w + blockGap
	}
	return s
}

func rootOf(b Block) float32 {
	if b.Last < b.First {
		return 1
	}
	return float32(math.Sqrt(float64(b.Last-b.First) + 1))
}

// x gives the place of a sector: the middle of the gap where two blocks meet there.
func (s mapScale) x(sector quantity.Sectors) float32 {
	if len(s.spans) == 0 {
		return 0
	}
	i := sort.Search(len(s.blocks), func(i int) bool { return s.blocks[i].Last >= sector })
	if i == len(s.blocks) {
		return s.spans[i-1].right
	}
	b, sp := s.blocks[i], s.spans[i]
	switch {
	case sector <= b.First && i == 0:
		return sp.left
	case sector <= b.First:
		return sp.left - blockGap/2
	}
	part := float64(sector-b.First) / (float64(b.Last-b.First) + 1)
	return sp.left + float32(part)*(sp.right-sp.left)
}

// at gives the index of the block at x, or -1.
func (s mapScale) at(x float32) int {
	for i, sp := range s.spans {
		if x >= sp.left-blockGap/2 && x < sp.right+blockGap/2 {
			return i
		}
	}
	return -1
}

// dragged gives the sector, on the boundary's steps, whose place comes nearest to x when the two blocks that meet at the
// boundary give way to each other. The scale is not changed, so a whole drag can be answered from the one it began with.
func (s mapScale) dragged(b Boundary, x, width float32) quantity.Sectors {
	step := max(b.Step, 1)
	if b.Most <= b.Least {
		return b.Least
	}
	blocks := append([]Block(nil), s.blocks...)
	right := sort.Search(len(blocks), func(i int) bool { return blocks[i].First >= b.Sector })
	spans := make([]span, 0, len(blocks))
	place := func(k int) float32 {
		sector := b.Least + quantity.Sectors(k)*step
		if right > 0 && sector > 0 {
			blocks[right-1].Last = sector - 1
		}
		if right < len(blocks) {
			blocks[right].First = sector
		}
		return newMapScale(blocks, width, spans).x(sector)
	}
	steps := int((b.Most - b.Least) / step)
	k := sort.Search(steps, func(k int) bool { return place(k) >= x })
	if k > 0 && x-place(k-1) < place(k)-x {
		k--
	}
	return b.Least + quantity.Sectors(k)*step
}

// tickStep gives the size that ticks stand for: a power of two of which at most 200 fit, on average 10 apart or more.
func tickStep(bytes quantity.Bytes, width float32) quantity.Bytes {
	most := min(200, max(1, int(width/10)))
	step := quantity.MiB
	for bytes/step > quantity.Bytes(most) && step < 1<<62 {
		step *= 2
	}
	return step
}
