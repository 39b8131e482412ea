package widget

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

const (
	legendHeight float32 = 26
	legendSide   float32 = 16
)

// mapLegend repeats a block's pattern, name and size; it can be clicked however small the block is.
type mapLegend struct {
	fw.BaseWidget
	m          *PartitionMap
	index      int
	shown      Block
	swatch     *canvas.Raster
	name, size *canvas.Text
}

func newMapLegend(m *PartitionMap, index int) *mapLegend {
	l := &mapLegend{m: m, index: index, name: canvas.NewText("", nil), size: canvas.NewText("", nil)}
	l.name.TextStyle.Bold = true
	l.swatch = canvas.NewRaster(l.draw)
	l.ExtendBaseWidget(l)
	return l
}

func (l *mapLegend) draw(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	scale := float32(w) / legendSide
	repeat(img, img.Rect, l.m.paint.patternFor(l.shown, false, scale))
	round(img, img.Rect, 3*scale)
	return img
}

// place shows a block within a width.
func (l *mapLegend) place(b Block, at fyne.Position, width float32) {
	show(l, at, fyne.NewSize(width, legendHeight))
	if l.shown.Kind != b.Kind || l.shown.Encrypted != b.Encrypted {
		l.shown = b
		l.swatch.Refresh()
	}
	l.shown = b
	left := legendSide + 8
	height := fyne.MeasureText("Mg", theme.TextSize(), fyne.TextStyle{}).Height
	top := (legendHeight - height) / 2
	show(l.swatch, fyne.NewPos(0, (legendHeight-legendSide)/2), fyne.NewSquareSize(legendSide))
	sizeWidth := fyne.MeasureText(b.SizeText, theme.TextSize(), fyne.TextStyle{}).Width
	// While a boundary is dragged the size may become longer than the column allows for: a short name stays whole then.
	whole := fyne.MeasureText(b.Name, theme.TextSize(), l.name.TextStyle).Width + 1
	room := max(width-left-sizeWidth-8-look.SmallGap, min(whole, (width-left)/2))
	sizeWidth = min(sizeWidth, width-left-room-8)
	write(l.name, b.Name, theme.TextSize(), theme.ColorNameForeground, left, top, room)
	write(l.size, b.SizeText, theme.TextSize(), look.ColorMuted, left+l.name.MinSize().Width+8, top, sizeWidth+1)
}

// wish is the width that the block's texts want.
func legendWish(b Block) float32 {
	return legendSide + 8 + fyne.MeasureText(b.Name, theme.TextSize(), fyne.TextStyle{Bold: true}).Width + 8 +
		fyne.MeasureText(b.SizeText, theme.TextSize(), fyne.TextStyle{}).Width + 20
}

// CreateRenderer is Fyne's.
func (l *mapLegend) CreateRenderer() fyne.WidgetRenderer { return &legendRenderer{l} }

type legendRenderer struct{ l *mapLegend }

func (r *legendRenderer) Layout(fyne.Size)   {}
func (r *legendRenderer) MinSize() fyne.Size { return fyne.NewSize(legendSide, legendHeight) }
func (r *legendRenderer) Refresh()           { r.l.swatch.Refresh() }
func (r *legendRenderer) Destroy()           {}
func (r *legendRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.l.swatch, r.l.name, r.l.size}
}

var _ desktop.Hoverable = (*mapLegend)(nil)

// Tapped chooses the block.
func (l *mapLegend) Tapped(*fyne.PointEvent) { l.m.choose(l.index) }

// MouseIn tells about the block.
func (l *mapLegend) MouseIn(*desktop.MouseEvent) { l.m.point(mapItem{blockItem, l.index}) }

// MouseMoved is part of the interface.
func (l *mapLegend) MouseMoved(*desktop.MouseEvent) {}

// MouseOut ends it.
func (l *mapLegend) MouseOut() { l.m.point(mapItem{}) }
