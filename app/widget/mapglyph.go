package widget

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
	"lethe/engine/layout"
)

const (
	glyphSide  float32 = 18
	glyphPitch float32 = 22 // the least distance of the middles of two glyphs, with room for a ring
)

var (
	_ fyne.Tappable     = (*mapGlyph)(nil)
	_ desktop.Hoverable = (*mapGlyph)(nil)
)

// mapGlyph shows below the bar how well a boundary is aligned. Where boundaries are close together the glyphs stand beside each
// other, and a line leads from each to its boundary.
type mapGlyph struct {
	fw.BaseWidget
	m      *PartitionMap
	index  int
	level  layout.Level
	image  *canvas.Image
	ring   *canvas.Circle
	leader *canvas.Line // drawn by the map, below all glyphs
}

func newMapGlyph(m *PartitionMap, index int) *mapGlyph {
	g := &mapGlyph{m: m, index: index, image: &canvas.Image{}, ring: canvas.NewCircle(color.Transparent), leader: canvas.NewLine(color.Transparent)}
	g.image.FillMode = canvas.ImageFillContain
	g.leader.StrokeWidth = 1.5
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer is Fyne's.
func (g *mapGlyph) CreateRenderer() fyne.WidgetRenderer {
	g.paint()
	return &glyphRenderer{g}
}

type glyphRenderer struct{ g *mapGlyph }

func (r *glyphRenderer) Layout(size fyne.Size) {
	side := (size.Width - glyphSide) / 2
	show(r.g.image, fyne.NewPos(side, side), fyne.NewSquareSize(glyphSide))
	r.g.ring.Move(fyne.NewPos(0, 0))
	r.g.ring.Resize(size)
}
func (r *glyphRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(glyphPitch) }
func (r *glyphRenderer) Refresh()           { r.g.paint() }
func (r *glyphRenderer) Destroy()           {}
func (r *glyphRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.g.ring, r.g.image}
}

// place shows a boundary that lies at x with its glyph in the middle of at.
func (g *mapGlyph) place(b Boundary, x, at float32) {
	side := (glyphPitch - glyphSide) / 2
	g.Resize(fyne.NewSquareSize(glyphPitch))
	g.Move(fyne.NewPos(mapInset+at-glyphPitch/2, glyphTop-side))
	if g.level != b.Level {
		icon, colour := levelIcon(b.Level)
		g.image.Resource, g.level = icon.In(colour), b.Level
		g.image.Refresh()
	}
	g.leader.Hidden = x-at < 1 && at-x < 1
	g.leader.Position1 = fyne.NewPos(mapInset+x, mapTop+fieldHeight+1)
	g.leader.Position2 = fyne.NewPos(mapInset+at, glyphTop+2)
	g.leader.StrokeColor = theme.Color(look.ColorMuted)
	g.leader.Refresh()
}

// paint rings what the keyboard or the mouse is on; a boundary with a handle has the keyboard's ring there.
func (g *mapGlyph) paint() {
	here := mapItem{boundaryItem, g.index}
	b, _ := g.m.boundary(g.index)
	g.ring.StrokeColor, g.ring.StrokeWidth = color.Transparent, 0
	switch {
	case g.m.focus == here && !b.Movable:
		g.ring.StrokeColor, g.ring.StrokeWidth = theme.Color(look.ColorRing), look.FocusWidth
	case g.m.hover == here:
		g.ring.StrokeColor, g.ring.StrokeWidth = theme.Color(look.ColorMuted), 1
	}
	g.ring.Refresh()
}

func (g *mapGlyph) setVisible(on bool) {
	g.Hidden = !on
	if !on {
		g.leader.Hide()
	}
}

// Tapped tells about the boundary, and gives its handle the keyboard.
func (g *mapGlyph) Tapped(*fyne.PointEvent) { g.m.pick(g.index) }

// MouseIn tells about the boundary.
func (g *mapGlyph) MouseIn(*desktop.MouseEvent) { g.m.point(mapItem{boundaryItem, g.index}) }

// MouseMoved tells about the boundary.
func (g *mapGlyph) MouseMoved(*desktop.MouseEvent) { g.m.point(mapItem{boundaryItem, g.index}) }

// MouseOut ends it.
func (g *mapGlyph) MouseOut() { g.m.point(mapItem{}) }

// pick tells about a boundary until something else is pointed at or chosen.
func (m *PartitionMap) pick(index int) {
	if grip := m.grips[index]; !grip.Disabled() {
		grip.FocusByClick(grip)
	}
	m.picked = mapItem{boundaryItem, index}
	m.tell()
}

// placeBoundaries puts the handles where their boundaries are, and the glyphs as near to them as they can be without lying on
// each other.
func (m *PartitionMap) placeBoundaries(width float32) {
	n := len(m.data.Boundaries)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return compareSectors(m.data.Boundaries[a].Sector, m.data.Boundaries[b].Sector)
	})
	wished := make([]float32, n)
	for i, index := range order {
		wished[i] = m.scale.x(m.data.Boundaries[index].Sector)
	}
	for i, at := range spread(wished, glyphPitch, width) {
		b := m.data.Boundaries[order[i]]
		m.grips[order[i]].place(wished[i])
		m.glyphs[order[i]].place(b, wished[i], at)
	}
}

// spread gives places between 0 and width that are at least pitch apart and, by the sum of the squares, as near as possible to
// those wished for, which ascend. Where there is no room for that they are evenly apart.
func spread(wished []float32, pitch, width float32) []float32 {
	n := len(wished)
	if n > 1 {
		pitch = min(pitch, width/float32(n-1))
	}
	// Less the pitch, places need only ascend: neighbours that do not are pooled at their mean.
	type pool struct {
		mean  float32
		count int
	}
	var pools []pool
	for i, x := range wished {
		p := pool{x - float32(i)*pitch, 1}
		for len(pools) > 0 && pools[len(pools)-1].mean >= p.mean {
			last := pools[len(pools)-1]
			p = pool{(last.mean*float32(last.count) + p.mean*float32(p.count)) / float32(last.count+p.count), last.count + p.count}
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, p)
	}
	places := make([]float32, 0, n)
	most := width - float32(n-1)*pitch
	for _, p := range pools {
		for range p.count {
			places = append(places, min(max(p.mean, 0), most)+float32(len(places))*pitch)
		}
	}
	return places
}
