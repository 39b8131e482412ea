package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
)

// Distances in a row of a [BarTree].
const (
	treeRowHeight float32 = 30
	treeEdge      float32 = 5 // around all rows: an outline is drawn with some room of its own
	treeIndent    float32 = 18
	treeSign      float32 = 18 // where the arrow of a folder is
	treeBar       float32 = 84
	treePercent   float32 = 46
	treeSize      float32 = 78
	treeRight     float32 = 92
	treeBadge     float32 = 15
	treePad       float32 = 12
	treeDeepest           = 14 // indentation grows no further
)

// rowTop is where a row begins.
func rowTop(index int) float32 { return treeEdge + float32(index)*treeRowHeight }

// mostBadges is how many badges a row has at most.
const mostBadges = 3

// treeLine is the objects of one row in view.
type treeLine struct {
	back, track, bar    *canvas.Rectangle
	sign                *canvas.Image
	name, detail        *canvas.Text
	percent, size, time *canvas.Text
	icons               [mostBadges]*canvas.Image
	words               [mostBadges]*canvas.Text
}

func newTreeLine() *treeLine {
	rectangle := func() *canvas.Rectangle { return canvas.NewRectangle(color.Transparent) }
	text := func() *canvas.Text { return canvas.NewText("", nil) }
	l := &treeLine{
		back: rectangle(), track: rectangle(), bar: rectangle(), sign: canvas.NewImageFromResource(theme.InfoIcon()),
		name: text(), detail: text(), percent: text(), size: text(), time: text(),
	}
	for i := range l.icons {
		l.icons[i], l.words[i] = canvas.NewImageFromResource(theme.InfoIcon()), text()
	}
	l.back.CornerRadius, l.track.CornerRadius, l.bar.CornerRadius = 4, 3, 3
	return l
}

func (l *treeLine) objects() []fyne.CanvasObject {
	list := []fyne.CanvasObject{l.back, l.track, l.bar, l.sign, l.name, l.detail, l.percent, l.size, l.time}
	for i := range l.icons {
		list = append(list, l.icons[i], l.words[i])
	}
	return list
}

func (l *treeLine) hide() {
	for _, o := range l.objects() {
		o.Hide()
	}
}

// place shows a row at a height.
func (l *treeLine) place(r TreeRow, y, width float32, chosen bool) {
	l.back.FillColor = orClear("")
	if chosen {
		l.back.FillColor = theme.Color(look.ColorChosen)
	}
	show(l.back, fyne.NewPos(treeEdge, y+1), fyne.NewSize(max(width-2*treeEdge, 0), treeRowHeight-2))
	l.back.Hidden = !chosen
	l.back.Refresh()
	left := treePad + float32(min(r.Depth, treeDeepest))*treeIndent
	if r.Note != "" {
		l.hideBut(left+treeSign, y, width, r.Note)
		return
	}
	l.placeSign(r, left, y)
	x := l.placeColumns(r, y, width)
	x = l.placeBadges(r.Badges, x, y)
	l.placeName(r, left+treeSign, x-treePad, y)
}

// hideBut shows a note alone.
func (l *treeLine) hideBut(x, y, width float32, note string) {
	marked := !l.back.Hidden
	l.hide()
	l.back.Hidden = !marked
	size := theme.TextSize()
	write(l.name, note, size, look.ColorMuted, x, baseline(y, size), width-x-treePad)
}

// baseline is where a text of a size begins so that it stands in the middle of a row.
func baseline(y, size float32) float32 { return y + (treeRowHeight-size*1.36)/2 }

func (l *treeLine) placeSign(r TreeRow, x, y float32) {
	if !r.Folder {
		l.sign.Hide()
		return
	}
	icon := theme.NewThemedResource(theme.MenuExpandIcon())
	if r.Open {
		icon = theme.NewThemedResource(theme.MenuDropDownIcon())
	}
	if l.sign.Resource == nil || l.sign.Resource.Name() != icon.Name() {
		l.sign.Resource = icon
		l.sign.Refresh()
	}
	show(l.sign, fyne.NewPos(x-3, y+(treeRowHeight-treeSign)/2), fyne.NewSquareSize(treeSign))
}

// placeColumns shows the bar and the numbers from the right, and gives where they begin.
func (l *treeLine) placeColumns(r TreeRow, y, width float32) float32 {
	size := theme.TextSize()
	at := baseline(y, size)
	x := width - treePad - treeRight
	right(l.time, r.Right, theme.CaptionTextSize(), look.ColorMuted, x, baseline(y, theme.CaptionTextSize()), treeRight)
	x -= treeSize
	right(l.size, r.Size, size, theme.ColorNameForeground, x, at, treeSize)
	x -= treePercent
	right(l.percent, r.Percent, theme.CaptionTextSize(), look.ColorMuted, x, baseline(y, theme.CaptionTextSize()), treePercent)
	x -= treeBar
	l.placeBar(r, fyne.NewPos(x, y+treeRowHeight/2-4))
	return x - treePad
}

func (l *treeLine) placeBar(r TreeRow, at fyne.Position) {
	l.track.FillColor = theme.Color(theme.ColorNameSeparator)
	show(l.track, at, fyne.NewSize(treeBar, 8))
	l.track.Refresh()
	if r.Share <= 0 {
		l.bar.Hide()
		return
	}
	l.bar.FillColor, l.bar.StrokeWidth = theme.Color(theme.ColorNamePrimary), 0
	if r.Hollow {
		l.bar.FillColor, l.bar.StrokeColor, l.bar.StrokeWidth = theme.Color(look.ColorSurface), theme.Color(look.ColorOther), 1.5
	}
	show(l.bar, at, fyne.NewSize(max(treeBar*float32(min(r.Share, 1)), 6), 8))
	l.bar.Refresh()
}

// placeBadges shows badges from the right, and gives where they begin.
func (l *treeLine) placeBadges(badges []TreeBadge, x, y float32) float32 {
	size := theme.CaptionTextSize()
	for i := range l.icons {
		n := len(badges) - 1 - i
		if n < 0 {
			l.icons[i].Hide()
			l.words[i].Hide()
			continue
		}
		b := badges[n]
		width := fyne.MeasureText(b.Text, size, fyne.TextStyle{}).Width
		write(l.words[i], b.Text, size, theme.ColorNameForeground, x-width, baseline(y, size), width+1)
		x -= width + treeBadge + 5
		if icon := b.Icon.In(b.Colour); l.icons[i].Resource != icon {
			l.icons[i].Resource = icon
			l.icons[i].Refresh()
		}
		show(l.icons[i], fyne.NewPos(x, y+(treeRowHeight-treeBadge)/2), fyne.NewSquareSize(treeBadge))
		x -= treePad
	}
	return x
}

// placeName shows the name, and the detail in what it leaves; the name gets its room first.
func (l *treeLine) placeName(r TreeRow, x, end, y float32) {
	size, small := theme.TextSize(), theme.CaptionTextSize()
	name := fyne.MeasureText(r.Name, size, l.name.TextStyle).Width
	detail := fyne.MeasureText(r.Detail, small, fyne.TextStyle{}).Width
	room := end - x
	if r.Detail == "" {
		detail = 0
	}
	wide := min(name, max(room-detail-treePad, room*0.6))
	write(l.name, r.Name, size, theme.ColorNameForeground, x, baseline(y, size), wide+1)
	x += wide + treePad
	write(l.detail, r.Detail, small, look.ColorMuted, x, baseline(y, small)+1, end-x)
}

// right writes a text that ends at the right of its place.
func right(t *canvas.Text, text string, size float32, colour fyne.ThemeColorName, x, y, width float32) {
	wide := fyne.MeasureText(text, size, t.TextStyle).Width
	write(t, text, size, colour, x+max(width-wide, 0), y, width+1)
}
