package widget

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
	"lethe/engine/device"
	"lethe/engine/quantity"
)

// TopologyTable lists a disk's logical and physical sector, minimum and optimal I/O, and its alignment offset where it has one.
type TopologyTable struct {
	fw.BaseWidget
	shown          device.Topology
	labels, values []*canvas.Text
	objects        []fyne.CanvasObject
}

// NewTopologyTable makes a table of a disk's topology.
func NewTopologyTable(topology device.Topology) *TopologyTable {
	t := &TopologyTable{}
	t.ExtendBaseWidget(t)
	t.SetTopology(topology)
	return t
}

// SetTopology shows another disk's.
func (t *TopologyTable) SetTopology(topology device.Topology) {
	if t.labels != nil && t.shown == topology {
		return
	}
	t.shown = topology
	t.labels, t.values, t.objects = nil, nil, nil
	t.row(lang.L("Logical sector"), sizeWord(topology.Logical))
	t.row(lang.L("Physical sector"), sizeWord(topology.Physical))
	t.row(lang.L("Minimum I/O"), sizeWord(topology.MinIO))
	t.row(lang.L("Optimal I/O"), sizeWord(topology.OptIO))
	if topology.AlignmentOffset != 0 {
		t.row(lang.L("Alignment offset"), offsetWord(topology.AlignmentOffset))
	}
	t.Refresh()
}

func (t *TopologyTable) row(label, value string) {
	l, v := canvas.NewText(label, theme.Color(look.ColorMuted)), canvas.NewText(value, theme.Color(theme.ColorNameForeground))
	t.labels, t.values = append(t.labels, l), append(t.values, v)
	t.objects = append(t.objects, l, v)
}

func sizeWord(b quantity.Bytes) string {
	if b == 0 {
		return lang.L("not reported")
	}
	return lang.L("{{.Count}} bytes", map[string]any{"Count": uint64(b)})
}

func offsetWord(offset int64) string {
	if offset < 0 {
		return lang.L("unknown to the kernel")
	}
	return lang.L("{{.Count}} bytes", map[string]any{"Count": strconv.FormatInt(offset, 10)})
}

// CreateRenderer is Fyne's.
func (t *TopologyTable) CreateRenderer() fyne.WidgetRenderer { return &topologyRenderer{t} }

type topologyRenderer struct{ t *TopologyTable }

func (r *topologyRenderer) sizes() (label, value, row float32) {
	for i := range r.t.labels {
		l, v := r.t.labels[i].MinSize(), r.t.values[i].MinSize()
		label, value, row = max(label, l.Width), max(value, v.Width), max(row, l.Height)
	}
	return label, value, row
}

func (r *topologyRenderer) Layout(fyne.Size) {
	label, _, row := r.sizes()
	for i := range r.t.labels {
		y := float32(i) * (row + 2)
		show(r.t.labels[i], fyne.NewPos(0, y), r.t.labels[i].MinSize())
		show(r.t.values[i], fyne.NewPos(label+look.Gap, y), r.t.values[i].MinSize())
	}
}

func (r *topologyRenderer) MinSize() fyne.Size {
	label, value, row := r.sizes()
	return fyne.NewSize(label+look.Gap+value, float32(len(r.t.labels))*(row+2))
}

func (r *topologyRenderer) Refresh() {
	for i := range r.t.labels {
		r.t.labels[i].Color, r.t.values[i].Color = theme.Color(look.ColorMuted), theme.Color(theme.ColorNameForeground)
		r.t.labels[i].TextSize, r.t.values[i].TextSize = theme.TextSize(), theme.TextSize()
		r.t.labels[i].Refresh()
		r.t.values[i].Refresh()
	}
	r.Layout(r.t.Size())
}
func (r *topologyRenderer) Objects() []fyne.CanvasObject { return r.t.objects }
func (r *topologyRenderer) Destroy()                     {}
