package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
	"lethe/engine/layout"
)

// mapShape is what the map's height follows from. It is measured once for a width and a number of things, so that a drag, which
// changes texts only, never changes the height.
type mapShape struct {
	width   float32
	columns int
	lines   int     // of the detail
	top     float32 // of the legend
	height  float32
}

// measured gives the shape for a width, or for a common one before there is any.
func (m *PartitionMap) measured(width float32) mapShape {
	if width <= 0 {
		width = look.ContentWidth
	}
	if m.shape.width == width && m.shape.height > 0 {
		return m.shape
	}
	s := mapShape{width: width, columns: 1, lines: 1}
	inner := width - 2*mapInset
	widest := float32(120)
	for _, b := range m.data.Blocks {
		widest = max(widest, min(legendWish(b), inner, 250))
	}
	s.columns = max(int(inner/widest), 1)
	for _, text := range m.everyDetail() {
		s.lines = max(s.lines, len(breakLines(text, inner, theme.TextSize(), fyne.TextStyle{})))
	}
	rows := (len(m.data.Blocks) + s.columns - 1) / s.columns
	line := fyne.MeasureText("Mg", theme.TextSize(), fyne.TextStyle{}).Height
	m.note.setText(m.scaleNote(inner))
	s.top = noteTop + m.note.heightFor(inner) + 8
	s.height = s.top + float32(rows)*legendHeight + 6 + line*float32(s.lines)
	m.shape = s
	return s
}

// explain places what is below the bar: the note about the scale, the legend and the detail.
func (m *PartitionMap) explain(width float32) {
	s := m.measured(m.Size().Width)
	m.note.setText(m.scaleNote(width))
	show(m.note, fyne.NewPos(mapInset, noteTop), fyne.NewSize(width, m.note.heightFor(width)))
	column := width / float32(s.columns)
	row := 0
	for i, b := range m.data.Blocks {
		row = i / s.columns
		at := fyne.NewPos(mapInset+float32(i%s.columns)*column, s.top+float32(row)*legendHeight)
		m.legend[i].place(b, at, column)
	}
	m.detail.most = s.lines
	m.detail.Move(fyne.NewPos(mapInset, s.height-m.detail.lineHeight()*float32(s.lines)))
	m.detail.Resize(fyne.NewSize(width, m.detail.lineHeight()*float32(s.lines)))
}

func (m *PartitionMap) scaleNote(width float32) string {
	if len(m.data.Blocks) == 0 || m.data.SectorSize == 0 {
		return ""
	}
	step := tickStep(m.data.SectorSize.Of(m.data.DiskSectors), width)
	return lang.L("Not to scale: small blocks are drawn wider. One tick is {{.Size}}.", map[string]any{"Size": look.Number(step.Human())})
}

// tell writes about what is dragged, pointed at, focused or clicked, in this order.
func (m *PartitionMap) tell() {
	text, colour := m.hint(), look.ColorMuted
	for _, item := range []mapItem{m.held, m.hover, m.focus, m.picked} {
		if detail := m.about(item); detail != "" {
			text, colour = detail, theme.ColorNameForeground
			break
		}
	}
	m.detail.setText(text)
	m.detail.setColour(colour)
}

func (m *PartitionMap) hint() string {
	if len(m.data.Blocks) == 0 {
		return lang.L("There are no partitions to show.")
	}
	for i := range m.data.Boundaries {
		if b, _ := m.boundary(i); b.Movable {
			return lang.L("Drag a handle to move a boundary, or reach it with Tab and use the arrow keys. Point at anything to read about it.")
		}
	}
	return lang.L("Point at a block or a boundary to read about it.")
}

func (m *PartitionMap) everyDetail() []string {
	texts := []string{m.hint()}
	for i := range m.data.Blocks {
		texts = append(texts, m.about(mapItem{blockItem, i}))
	}
	for i := range m.data.Boundaries {
		texts = append(texts, m.about(mapItem{boundaryItem, i}))
	}
	return texts
}

// about gives the detail of an item; empty when the data has no such.
func (m *PartitionMap) about(item mapItem) string {
	switch {
	case item.kind == blockItem && item.index < len(m.data.Blocks):
		b := m.data.Blocks[item.index]
		return lang.L("{{.Name}}, {{.Size}}, sectors {{.First}} to {{.Last}}. {{.Detail}}", map[string]any{
			"Name": b.Name, "Size": b.SizeText, "First": grouped(b.First), "Last": grouped(b.Last), "Detail": b.Detail,
		})
	case item.kind == boundaryItem && item.index < len(m.data.Boundaries):
		return m.verdict(m.data.Boundaries[item.index])
	}
	return ""
}

// sizeText is the size, with the progress of what is being worked on.
func (b Block) sizeText() string {
	if b.State != Working || b.Progress <= 0 {
		return b.SizeText
	}
	return lang.L("{{.Size}}, {{.Percent}} %", map[string]any{"Size": b.SizeText, "Percent": int(min(b.Progress, 1) * 100)})
}

func levelWord(level layout.Level) string {
	switch level {
	case layout.Aligned:
		return lang.L("aligned")
	case layout.Minimal:
		return lang.L("minimally aligned")
	}
	return lang.L("misaligned")
}

// levelIcon gives shapes that differ as well as their colours do.
func levelIcon(level layout.Level) (look.Icon, fyne.ThemeColorName) {
	switch level {
	case layout.Aligned:
		return look.IconCheck, theme.ColorNameSuccess
	case layout.Minimal:
		return look.IconNear, theme.ColorNameWarning
	}
	return look.IconCross, theme.ColorNameError
}
