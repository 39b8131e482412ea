package widget

import (
	"image"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
	"lethe/engine/quantity"
)

// PartitionMap draws a disk as a bar of blocks, each with colour, pattern and text, and the alignment of every boundary below
// it. A legend repeats the text of blocks, however small, and a line at the bottom tells about what is pointed at, focused or
// clicked.
//
// Every block has a least width and the rest is shared by the square roots of the sizes, which the map says below the bar; the ticks stand at equal distances on the
// disk. With the keyboard the bar is one stop, where Left and Right walk over blocks and boundaries and Space chooses a block;
// every movable boundary is a stop of its own, where Left and Right move it by a step, with Shift by 64, and Home and End to
// its limits. Blocks are at least 28 wide to the mouse while there is room for that (up to 19 of them on a width of 820); the
// legend can always be clicked.
type PartitionMap struct {
	fw.BaseWidget
	// OnMove is called while a boundary is moved, with its index in [MapData].Boundaries and the sector it snapped to. The
	// caller plans anew and calls SetData before it returns, or the next key starts from the old place.
	OnMove func(index int, sector quantity.Sectors)
	// OnSelect is called when a block is chosen by click, Space or Enter.
	OnSelect func(id string)
	// OnPoint is called with the block that the mouse is on, or else the keyboard; the empty ID is that there is none.
	OnPoint func(id string)

	data     MapData
	readOnly bool
	lit      map[string]bool
	hover    mapItem
	focus    mapItem
	held     mapItem // what is being dragged
	picked   mapItem
	pointed  string // what OnPoint was told last

	scale  mapScale
	ticks  []float32
	shape  mapShape
	paint  mapPainter
	raster *canvas.Raster
	rings  []*canvas.Rectangle
	labels []*mapLabel
	bar    *mapBar
	grips  []*mapHandle
	glyphs []*mapGlyph
	note   *paragraph
	legend []*mapLegend
	detail *paragraph

	objects []fyne.CanvasObject
}

// Distances of the map.
const (
	mapInset    float32 = 12 // left and right of the bar, for the glyphs at its ends
	mapTop      float32 = 5  // above the bar, for rings
	fieldHeight float32 = 78
	tickHeight  float32 = 8
	glyphTop            = mapTop + fieldHeight + tickHeight + 4
	noteTop             = glyphTop + glyphSide + 4
)

// NewPartitionMap makes a map of data whose movable boundaries can be moved.
func NewPartitionMap(data MapData) *PartitionMap { return newMap(data, false) }

// NewReadOnlyMap makes a map whose boundaries cannot be moved, for the disk as it is.
func NewReadOnlyMap(data MapData) *PartitionMap { return newMap(data, true) }

func newMap(data MapData, readOnly bool) *PartitionMap {
	m := &PartitionMap{data: data, readOnly: readOnly}
	m.raster = canvas.NewRaster(m.draw)
	m.raster.ScaleMode = canvas.ImageScalePixels
	m.bar = newMapBar(m)
	m.note = newParagraph("", theme.SizeNameCaptionText, look.ColorMuted, fyne.TextStyle{})
	m.detail = newParagraph("", theme.SizeNameText, look.ColorMuted, fyne.TextStyle{})
	m.ExtendBaseWidget(m)
	return m
}

// SetData shows other data. It reuses what is drawn and is cheap enough for every step of a drag; the map's size changes only
// with the number of blocks and boundaries.
func (m *PartitionMap) SetData(data MapData) {
	same := len(data.Blocks) == len(m.data.Blocks) && len(data.Boundaries) == len(m.data.Boundaries)
	m.data = data
	if !same {
		m.hover, m.focus, m.picked, m.held = mapItem{}, mapItem{}, mapItem{}, mapItem{}
		m.bar.at = 0
		m.shape = mapShape{}
	}
	if m.Size().Width > 0 {
		m.arrange()
	}
	if !same {
		m.Refresh()
	}
}

// SetHighlighted rings the blocks with these IDs and no others.
func (m *PartitionMap) SetHighlighted(ids ...string) {
	m.lit = map[string]bool{}
	for _, id := range ids {
		m.lit[id] = true
	}
	m.ring()
}

// Focusable gives what takes the focus: the bar, from where Tab leads to the handles.
func (m *PartitionMap) Focusable() fyne.Focusable { return m.bar }

// CreateRenderer is Fyne's.
func (m *PartitionMap) CreateRenderer() fyne.WidgetRenderer {
	m.arrange()
	return &mapRenderer{m}
}

type mapRenderer struct{ m *PartitionMap }

func (r *mapRenderer) Layout(fyne.Size) { r.m.arrange() }
func (r *mapRenderer) MinSize() fyne.Size {
	return fyne.NewSize(240, r.m.measured(r.m.Size().Width).height)
}

func (r *mapRenderer) Refresh() {
	r.m.shape = mapShape{}
	r.m.arrange()
}
func (r *mapRenderer) Objects() []fyne.CanvasObject { return r.m.objects }
func (r *mapRenderer) Destroy()                     {}

// barWidth is the width that blocks share.
func (m *PartitionMap) barWidth() float32 { return max(m.Size().Width-2*mapInset, 1) }

// arrange puts everything in its place for the present data and size.
func (m *PartitionMap) arrange() {
	width := m.barWidth()
	m.scale = newMapScale(m.data.Blocks, width, m.scale.spans)
	m.pool()
	m.mark(width)
	m.raster.Move(fyne.NewPos(mapInset, mapTop))
	m.raster.Resize(fyne.NewSize(width, fieldHeight+tickHeight))
	m.raster.Refresh()
	m.bar.Move(fyne.NewPos(mapInset, mapTop))
	m.bar.Resize(fyne.NewSize(width, fieldHeight))
	for i, label := range m.labels[:len(m.data.Blocks)] {
		label.place(m.data.Blocks[i], m.scale.spans[i])
	}
	m.placeBoundaries(width)
	m.explain(width)
	m.ring()
	m.tell()
}

// pool has as many objects as there are blocks and boundaries, hides the others, and lists them all in the order of Tab.
func (m *PartitionMap) pool() {
	blocks, boundaries := len(m.data.Blocks), len(m.data.Boundaries)
	if m.objects != nil && len(m.labels) >= blocks && len(m.grips) >= boundaries {
		m.hideSpare(blocks, boundaries)
		return
	}
	for len(m.labels) < blocks {
		m.labels = append(m.labels, newMapLabel())
		m.legend = append(m.legend, newMapLegend(m, len(m.legend)))
		m.rings = append(m.rings, newRing())
	}
	for len(m.grips) < boundaries {
		m.glyphs = append(m.glyphs, newMapGlyph(m, len(m.glyphs)))
		m.grips = append(m.grips, newMapHandle(m, len(m.grips)))
	}
	m.objects = []fyne.CanvasObject{m.raster}
	for _, label := range m.labels {
		m.objects = append(m.objects, label.objects()...)
	}
	for _, ring := range m.rings {
		m.objects = append(m.objects, ring)
	}
	m.objects = append(m.objects, m.bar)
	for _, grip := range m.grips {
		m.objects = append(m.objects, grip)
	}
	for _, glyph := range m.glyphs {
		m.objects = append(m.objects, glyph.leader)
	}
	for _, glyph := range m.glyphs {
		m.objects = append(m.objects, glyph)
	}
	m.objects = append(m.objects, m.note)
	for _, item := range m.legend {
		m.objects = append(m.objects, item)
	}
	m.objects = append(m.objects, m.detail)
	m.hideSpare(blocks, boundaries)
}

func (m *PartitionMap) hideSpare(blocks, boundaries int) {
	for _, label := range m.labels[blocks:] {
		label.hide()
	}
	for _, item := range m.legend[blocks:] {
		item.Hide()
	}
	for _, ring := range m.rings[blocks:] {
		ring.Hide()
	}
	for i, grip := range m.grips {
		grip.Hidden = i >= boundaries || grip.Disabled()
		m.glyphs[i].setVisible(i < boundaries)
	}
}

// mark places the ticks, at least 3 apart.
func (m *PartitionMap) mark(width float32) {
	m.ticks = m.ticks[:0]
	if m.data.SectorSize == 0 || len(m.data.Blocks) == 0 {
		return
	}
	step := m.data.SectorSize.Floor(tickStep(m.data.SectorSize.Of(m.data.DiskSectors), width))
	last := float32(-3)
	for at := quantity.Sectors(0); at <= m.data.DiskSectors && step > 0; at += step {
		if x := m.scale.x(at); x >= last+3 && x <= width-1 {
			m.ticks = append(m.ticks, x)
			last = x
		}
	}
}

// draw makes the bar's image; Fyne calls it with the size in pixels.
func (m *PartitionMap) draw(w, h int) image.Image {
	return m.paint.paint(w, h, float32(w)/m.raster.Size().Width, fieldHeight, m.scale, m.ticks)
}

// ring draws the rings round highlighted, hovered and focused blocks.
func (m *PartitionMap) ring() {
	for i, ring := range m.rings[:min(len(m.rings), len(m.scale.spans))] {
		colour, width := fyne.ThemeColorName(""), float32(0)
		here := mapItem{kind: blockItem, index: i}
		switch {
		case m.focus == here:
			colour, width = look.ColorRing, 3
		case m.lit[m.data.Blocks[i].ID]:
			colour, width = theme.ColorNameForeground, 2
		case m.data.Blocks[i].State == Failed:
			colour, width = theme.ColorNameError, 2
		case m.hover == here:
			colour, width = look.ColorMuted, 1
		}
		placeRing(ring, m.scale.spans[i], colour, width)
	}
}

// boundary gives a boundary as it is now, and false when the data has changed under a handle.
func (m *PartitionMap) boundary(index int) (Boundary, bool) {
	if index >= len(m.data.Boundaries) {
		return Boundary{}, false
	}
	b := m.data.Boundaries[index]
	b.Movable = b.Movable && !m.readOnly && m.OnMove != nil
	return b, true
}

// choose picks a block, for the detail line and the caller.
func (m *PartitionMap) choose(index int) {
	if index < 0 || index >= len(m.data.Blocks) {
		return
	}
	m.picked = mapItem{kind: blockItem, index: index}
	m.tell()
	if m.OnSelect != nil {
		m.OnSelect(m.data.Blocks[index].ID)
	}
}

// walk lists what the bar's cursor goes over, in the order on the disk.
func (m *PartitionMap) walk() []mapItem {
	items := make([]mapItem, 0, len(m.data.Blocks)+len(m.data.Boundaries))
	for i := range m.data.Blocks {
		items = append(items, mapItem{blockItem, i})
	}
	for i := range m.data.Boundaries {
		items = append(items, mapItem{boundaryItem, i})
	}
	at := func(item mapItem) quantity.Sectors {
		if item.kind == boundaryItem {
			return m.data.Boundaries[item.index].Sector
		}
		return m.data.Blocks[item.index].First
	}
	slices.SortStableFunc(items, func(a, b mapItem) int {
		if x, y := at(a), at(b); x != y {
			return compareSectors(x, y)
		}
		return int(b.kind) - int(a.kind) // a boundary comes before the block that begins there
	})
	return items
}

func compareSectors(a, b quantity.Sectors) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
