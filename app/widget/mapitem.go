package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/look"
)

type itemKind int

// What the detail line can tell about.
const (
	noItem itemKind = iota
	blockItem
	boundaryItem
)

// mapItem is a block or a boundary, by its index in the data.
type mapItem struct {
	kind  itemKind
	index int
}

func newRing() *canvas.Rectangle {
	ring := canvas.NewRectangle(color.Transparent)
	ring.Hide()
	return ring
}

// placeRing rings a block; without a width there is no ring.
func placeRing(ring *canvas.Rectangle, s span, colour fyne.ThemeColorName, width float32) {
	if width == 0 {
		ring.Hide()
		return
	}
	out := width
	ring.StrokeColor, ring.StrokeWidth, ring.CornerRadius = theme.Color(colour), width, blockRadius+out
	ring.Move(fyne.NewPos(mapInset+s.left-out, mapTop-out))
	ring.Resize(fyne.NewSize(s.right-s.left+2*out, fieldHeight+2*out))
	ring.Show()
	ring.Refresh()
}

// mapLabel is the text and the marks on a block; each is left out where it does not fit.
type mapLabel struct {
	name, size  *canvas.Text
	lock, state *canvas.Image
	shown       State
}

func newMapLabel() *mapLabel {
	l := &mapLabel{
		name: canvas.NewText("", nil), size: canvas.NewText("", nil),
		lock: canvas.NewImageFromResource(look.IconLock.In(theme.ColorNameForeground)), state: &canvas.Image{},
	}
	l.name.TextStyle.Bold = true
	l.lock.FillMode, l.state.FillMode = canvas.ImageFillContain, canvas.ImageFillContain
	l.hide()
	return l
}

func (l *mapLabel) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{l.name, l.size, l.lock, l.state}
}

func (l *mapLabel) hide() {
	for _, o := range l.objects() {
		o.Hide()
	}
}

func (l *mapLabel) place(b Block, s span) {
	const icon = float32(16)
	pad := float32(10)
	if s.right-s.left > 72 {
		pad = 14 // leaves room for a boundary's grip
	}
	left, right := mapInset+s.left+pad, mapInset+s.right-pad
	lineHeight := fyne.MeasureText("Mg", theme.TextSize(), l.name.TextStyle).Height
	top := mapTop + (fieldHeight-bandHeight-2*lineHeight)/2
	centre := top + (lineHeight-icon)/2
	if mark := stateIcon(b.State); mark != "" && right-left >= icon {
		if l.shown != b.State {
			l.state.Resource, l.shown = mark.In(stateColour(b.State)), b.State
			l.state.Refresh()
		}
		show(l.state, fyne.NewPos(right-icon, centre), fyne.NewSquareSize(icon))
		right -= icon + 4
	} else {
		l.state.Hide()
	}
	nameLeft := left
	if b.Encrypted && right-left >= icon {
		show(l.lock, fyne.NewPos(left, centre), fyne.NewSquareSize(icon))
		nameLeft += icon + 4
	} else {
		l.lock.Hide()
	}
	write(l.name, b.Name, theme.TextSize(), theme.ColorNameForeground, nameLeft, top, right-nameLeft)
	write(l.size, b.sizeText(), theme.CaptionTextSize(), theme.ColorNameForeground, left, top+lineHeight, mapInset+s.right-pad-left)
}

// show places an object and shows it.
func show(o fyne.CanvasObject, at fyne.Position, size fyne.Size) {
	o.Move(at)
	o.Resize(size)
	o.Show()
}

// write places a text, shortened to the width, or hides it where too few letters would be left to be of use.
func write(t *canvas.Text, text string, size float32, colour fyne.ThemeColorName, x, y, width float32) {
	if text == "" || (width < 4*size && fyne.MeasureText(text, size, t.TextStyle).Width > width) {
		t.Hide()
		return
	}
	short, c := ellipsis(text, width, size, t.TextStyle), theme.Color(colour)
	t.Move(fyne.NewPos(x, y))
	if t.Text != short || t.TextSize != size || t.Color != c {
		t.Text, t.TextSize, t.Color = short, size, c
		t.Refresh()
	}
	t.Resize(t.MinSize())
	t.Show()
}

// stateIcon is the mark of a state, or empty.
func stateIcon(s State) look.Icon {
	switch s {
	case Waiting:
		return look.IconWaiting
	case Working:
		return look.IconWorking
	case Done:
		return look.IconCheck
	case Failed:
		return look.IconCross
	case Skipped:
		return look.IconSkipped
	}
	return ""
}

func stateColour(s State) fyne.ThemeColorName {
	switch s {
	case Working:
		return theme.ColorNamePrimary
	case Done:
		return theme.ColorNameSuccess
	case Failed:
		return theme.ColorNameError
	}
	return look.ColorMuted
}

// mapBar takes the mouse and the keys for the blocks.
type mapBar struct {
	fw.BaseWidget
	control.Stop
	m       *PartitionMap
	at      int // in the map's walk
	focused bool
}

func newMapBar(m *PartitionMap) *mapBar {
	b := &mapBar{m: m}
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer is Fyne's: the bar itself draws nothing.
func (b *mapBar) CreateRenderer() fyne.WidgetRenderer {
	return fw.NewSimpleRenderer(canvas.NewRectangle(color.Transparent))
}
