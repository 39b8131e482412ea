package widget

import (
	"testing"

	"pgregory.net/rapid"

	"lethe/engine/quantity"
)

// blocksOf makes touching blocks of these sizes in MiB at 512 bytes a sector.
func blocksOf(sizes ...uint64) []Block {
	var blocks []Block
	next := quantity.Sectors(2048)
	for _, mib := range sizes {
		last := next + quantity.Sectors(mib*2048) - 1
		blocks = append(blocks, Block{First: next, Last: last})
		next = last + 1
	}
	return blocks
}

func TestScaleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.Uint64Range(1, 1<<25), 1, 24).Draw(t, "MiB")
		width := rapid.Float32Range(256, 3840).Draw(t, "width")
		blocks := blocksOf(sizes...)
		s := newMapScale(blocks, width, nil)
		if over := s.spans[len(sizes)-1].right - width; over > 0.5 || over < -0.5 {
			t.Fatalf("%v over a width of %v", over, width)
		}
		enough := float32(len(sizes))*(leastBlock+blockGap) <= width
		for i, sp := range s.spans {
			if w := sp.right - sp.left; enough && w < leastBlock-0.01 {
				t.Fatalf("block %d is %v wide", i, w)
			}
			if i > 0 && sizes[i] > sizes[i-1] && sp.right-sp.left < s.spans[i-1].right-s.spans[i-1].left-0.01 {
				t.Fatalf("the larger block %d is narrower", i)
			}
			if got := s.at((sp.left + sp.right) / 2); got != i {
				t.Fatalf("the middle of block %d is of block %d", i, got)
			}
		}
	})
}

func TestDraggedFollowsThePointer(t *testing.T) {
	for _, sizes := range [][]uint64{{1024, 8192, 31000}, {1024, 8192, 2 << 20}, {512, 4096, 4096}} {
		blocks := blocksOf(sizes...)
		const width = 800
		b := Boundary{Sector: blocks[2].First, Movable: true, Least: blocks[1].First + 1<<21, Most: blocks[2].Last - 1<<22 + 1, Step: 2048}
		s := newMapScale(blocks, width, nil)
		last := quantity.Sectors(0)
		for x := s.spans[1].left + 60; x < s.spans[2].right-60; x += 7 {
			sector := s.dragged(b, x, width)
			if sector < last || sector < b.Least || sector > b.Most || (sector-b.Least)%b.Step != 0 {
				t.Fatalf("%v: x %v gives sector %d after %d", sizes, x, sector, last)
			}
			last = sector
			moved := append([]Block(nil), blocks...)
			moved[1].Last, moved[2].First = sector-1, sector
			if got := newMapScale(moved, width, nil).x(sector); sector > b.Least && sector < b.Most && (got < x-1.5 || got > x+1.5) {
				t.Fatalf("%v: the boundary is at %v, the pointer at %v", sizes, got, x)
			}
		}
	}
}

func TestDraggedStaysWithinLimits(t *testing.T) {
	blocks := blocksOf(1024, 8192, 31000)
	b := Boundary{Sector: blocks[1].First, Least: 1 << 20, Most: 1 << 22, Step: 2048}
	s := newMapScale(blocks, 800, nil)
	if got := s.dragged(b, -500, 800); got != b.Least {
		t.Errorf("far left gives %d, want %d", got, b.Least)
	}
	if got := s.dragged(b, 5000, 800); got != b.Most {
		t.Errorf("far right gives %d, want %d", got, b.Most)
	}
	b.Most = b.Least
	if got := s.dragged(b, 300, 800); got != b.Least {
		t.Errorf("without room to move: %d, want %d", got, b.Least)
	}
}

func TestTicksAreFew(t *testing.T) {
	for _, bytes := range []quantity.Bytes{0, quantity.MiB, 40 * quantity.GiB, 64 * quantity.TiB, 1<<64 - 1} {
		for _, width := range []float32{0, 256, 820, 3840} {
			if n := bytes / tickStep(bytes, width); n > 200 {
				t.Errorf("%d ticks for %v at %v", n, bytes, width)
			}
		}
	}
}
