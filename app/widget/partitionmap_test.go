package widget

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"lethe/engine/quantity"
)

// moved plans like the page: the two blocks at a boundary give way.
func moved(data MapData, index int, sector quantity.Sectors) MapData {
	blocks := append([]Block(nil), data.Blocks...)
	boundaries := append([]Boundary(nil), data.Boundaries...)
	boundaries[index].Sector = sector
	blocks[index-1].Last = sector - 1
	blocks[index].First = sector
	for _, i := range []int{index - 1, index} {
		blocks[i].SizeText = sizeOf(blocks[i].First, blocks[i].Last+1)
	}
	data.Blocks, data.Boundaries = blocks, boundaries
	return data
}

// live opens a map that plans anew with every movement, and notes where it went.
func live(t testing.TB, data MapData) (*PartitionMap, software.WindowlessCanvas, *[]quantity.Sectors) {
	var m *PartitionMap
	var went []quantity.Sectors
	c := open(t, light(840, 260), func() fyne.CanvasObject {
		m = NewPartitionMap(data)
		m.OnMove = func(index int, sector quantity.Sectors) {
			went = append(went, sector)
			m.SetData(moved(m.data, index, sector))
		}
		return m
	})
	return m, c, &went
}

func press(o fyne.Focusable, keys ...fyne.KeyName) {
	for _, key := range keys {
		o.TypedKey(&fyne.KeyEvent{Name: key})
	}
}

func TestBoundaryByKeyboard(t *testing.T) {
	m, c, _ := live(t, planned(40))
	c.FocusNext() // the bar
	c.FocusNext() // the first movable boundary
	h, ok := c.Focused().(*mapHandle)
	if !ok || h.index != 1 {
		t.Fatalf("Tab reached %T %v, want the boundary ESP|swap", c.Focused(), c.Focused())
	}
	start := m.data.Boundaries[1]
	at := func(want quantity.Sectors, what string) {
		t.Helper()
		if got := m.data.Boundaries[1].Sector; got != want {
			t.Errorf("%s: at sector %d, want %d", what, got, want)
		}
	}
	press(h, fyne.KeyRight)
	at(start.Sector+2048, "Right")
	press(h, fyne.KeyLeft, fyne.KeyLeft)
	at(start.Sector-2048, "Left twice")
	h.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	press(h, fyne.KeyRight)
	at(start.Sector+63*2048, "Shift+Right")
	h.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	press(h, fyne.KeyHome)
	at(start.Least, "Home")
	press(h, fyne.KeyLeft)
	at(start.Least, "Left at the limit")
	press(h, fyne.KeyEnd)
	at(start.Most, "End")
	press(h, fyne.KeyPageUp)
	at(start.Most, "PageUp at the limit")
	c.FocusNext()
	if h, ok := c.Focused().(*mapHandle); !ok || h.index != 2 {
		t.Errorf("the next stop is %T, want the boundary swap|nix", c.Focused())
	}
	c.FocusNext()
	if c.Focused() != fyne.Focusable(m.bar) {
		t.Errorf("the next stop is %T: boundaries that cannot be moved must not be stops", c.Focused())
	}
}

func TestSteppedFromBetweenSteps(t *testing.T) {
	b := Boundary{Sector: 5000, Least: 2048, Most: 10240, Step: 2048}
	for _, c := range []struct {
		direction int
		by        uint64
		want      quantity.Sectors
	}{{1, 1, 6144}, {-1, 1, 4096}, {1, 64, 10240}, {-1, 64, 2048}} {
		if got := b.stepped(c.direction, c.by); got != c.want {
			t.Errorf("%d steps of direction %d give %d, want %d", c.by, c.direction, got, c.want)
		}
	}
}

func TestBarByKeyboard(t *testing.T) {
	m, c, _ := live(t, planned(40))
	var chosen []string
	m.OnSelect = func(id string) { chosen = append(chosen, id) }
	c.Focus(m.bar)
	press(m.bar, fyne.KeySpace) // the boundary at the disk's beginning is no choice
	press(m.bar, fyne.KeyRight, fyne.KeySpace, fyne.KeyRight, fyne.KeyRight, fyne.KeyReturn)
	press(m.bar, fyne.KeyHome, fyne.KeyLeft, fyne.KeyEnd, fyne.KeyLeft, fyne.KeySpace)
	if len(chosen) != 3 || chosen[0] != "esp" || chosen[1] != "swap" || chosen[2] != "nix" {
		t.Errorf("chose %v", chosen)
	}
	press(m.bar, fyne.KeyRight)
	if want := m.about(mapItem{boundaryItem, 3}); m.detail.text != want {
		t.Errorf("the detail is %q, want %q", m.detail.text, want)
	}
}

func TestBoundaryByMouse(t *testing.T) {
	m, c, went := live(t, planned(40))
	grip := m.grips[2]
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(grip).AddXY(handleWidth/2, 30)
	before := m.data.Boundaries[2].Sector
	test.Drag(c, at, 80, 0)
	if len(*went) != 1 || (*went)[0] <= before || ((*went)[0]-m.data.Boundaries[2].Least)%2048 != 0 {
		t.Fatalf("dragged from %d to %v", before, *went)
	}
	x := m.scale.x(m.data.Boundaries[2].Sector)
	if off := grip.Position().X + handleWidth/2 - mapInset - x; off > 0.01 || off < -0.01 {
		t.Errorf("the handle is %v off its boundary", off)
	}
	for range 100 {
		grip.Dragged(&fyne.DragEvent{Dragged: fyne.Delta{DX: 40}})
	}
	grip.DragEnd()
	if got, want := m.data.Boundaries[2].Sector, m.data.Boundaries[2].Most; got != want {
		t.Errorf("dragged far to the right it is at %d, want the limit %d", got, want)
	}
}

func TestReadOnlyMapDoesNotMove(t *testing.T) {
	var m *PartitionMap
	c := open(t, light(840, 260), func() fyne.CanvasObject {
		m = NewReadOnlyMap(planned(40))
		m.OnMove = func(int, quantity.Sectors) { t.Error("moved") }
		return m
	})
	m.grips[1].Dragged(&fyne.DragEvent{Dragged: fyne.Delta{DX: 40}})
	press(m.grips[1], fyne.KeyRight)
	c.FocusNext()
	c.FocusNext()
	if c.Focused() != fyne.Focusable(m.bar) {
		t.Errorf("the focus is on %T, want the bar to be the only stop", c.Focused())
	}
}

func TestMapByMouse(t *testing.T) {
	m, c, _ := live(t, planned(2048))
	chosen := ""
	m.OnSelect = func(id string) { chosen = id }
	origin := fyne.CurrentApp().Driver().AbsolutePositionForObject(m)
	for i, sp := range m.scale.spans { // the whole width of a block but for its boundaries' reach
		for x := sp.left + handleReach + 1; x < sp.right-handleReach-1; x += 5 {
			test.TapCanvas(c, origin.AddXY(mapInset+x, mapTop+20))
			if chosen != m.data.Blocks[i].ID {
				t.Fatalf("a click at %v chose %q, want %q", x, chosen, m.data.Blocks[i].ID)
			}
		}
		if w := sp.right - sp.left - 2*handleReach; w < 28 {
			t.Errorf("block %d is clickable on %v only", i, w)
		}
	}
	test.MoveMouse(c, origin.AddXY(mapInset, glyphTop+glyphSide/2))
	if want := m.about(mapItem{boundaryItem, 0}); m.detail.text != want {
		t.Errorf("over the first glyph the detail is %q, want %q", m.detail.text, want)
	}
	test.MoveMouse(c, origin.AddXY(400, mapTop+20))
	if want := m.about(mapItem{blockItem, 2}); m.detail.text != want {
		t.Errorf("over nix the detail is %q, want %q", m.detail.text, want)
	}
	test.MoveMouse(c, origin.AddXY(400, 1000))
	test.TapCanvas(c, fyne.CurrentApp().Driver().AbsolutePositionForObject(m.legend[0]).AddXY(5, 5))
	if chosen != "esp" {
		t.Errorf("the legend chose %q", chosen)
	}
}

func TestOtherDataFitsTheMap(t *testing.T) {
	m, c, _ := live(t, planned(40))
	c.Focus(m.grips[2])
	for _, data := range []MapData{crowded(), {}, planned(500), {SectorSize: 4096}, crowded()} {
		m.SetData(data)
		shown := 0
		for _, item := range m.legend {
			if item.Visible() {
				shown++
			}
		}
		if shown != len(data.Blocks) {
			t.Errorf("%d of %d blocks are in the legend", shown, len(data.Blocks))
		}
		press(m.grips[0], fyne.KeyRight)
		press(m.bar, fyne.KeyEnd, fyne.KeySpace)
		c.Capture()
	}
}

func TestDraggingKeepsTheHeight(t *testing.T) {
	m, _, _ := live(t, odd())
	height := m.MinSize().Height
	for range 50 {
		m.grips[2].Dragged(&fyne.DragEvent{Dragged: fyne.Delta{DX: 3}})
		if got := m.MinSize().Height; got != height {
			t.Fatalf("the height went from %v to %v", height, got)
		}
	}
}

func BenchmarkDrag(b *testing.B) {
	m, _, went := live(b, planned(40))
	for i := 0; b.Loop(); i++ {
		m.grips[2].Dragged(&fyne.DragEvent{Dragged: fyne.Delta{DX: float32(1 - 2*(i/100%2))}})
	}
	b.ReportMetric(float64(len(*went))/b.Elapsed().Seconds(), "moves/s")
}

// BenchmarkDragPainted adds the bar's image at twice the scale of a 4K screen's width, which the painter asks for once a frame.
func BenchmarkDragPainted(b *testing.B) {
	m, _, went := live(b, planned(40))
	for i := 0; b.Loop(); i++ {
		m.grips[2].Dragged(&fyne.DragEvent{Dragged: fyne.Delta{DX: float32(1 - 2*(i/100%2))}})
		m.draw(int(m.raster.Size().Width*2), int(m.raster.Size().Height*2))
	}
	b.ReportMetric(float64(len(*went))/b.Elapsed().Seconds(), "moves/s")
}
