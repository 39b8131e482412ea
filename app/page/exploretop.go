package page

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/engine/persist"
)

// exploreTop is the sum of what would be lost, how far the scan is, and the gauge.
type exploreTop struct {
	box    *fyne.Container
	sum    *fw.Label
	what   *fw.Label
	rest   *quiet
	scan   *control.Button
	stop   *control.Button
	room   *fw.Label
	gauge  *widget.Gauge
	most   *fyne.Container
	parts  []session.Part
	lookAt func(path string)
}

func newExploreTop(room Room, lookAt func(path string)) *exploreTop {
	acts := &room.Acts.Explore
	t := &exploreTop{gauge: widget.NewGauge(), rest: muted(""), what: fw.NewLabel(""), room: fw.NewLabel(""), lookAt: lookAt}
	t.what.Wrapping, t.room.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	t.room.TextStyle.Bold = true
	t.sum = fw.NewLabelWithStyle("", fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	t.sum.SizeName = theme.SizeNameHeadingText
	t.scan = control.NewButton(lang.L("Look again"), theme.ViewRefreshIcon(), func() { acts.Scan() })
	t.stop = control.NewButton(lang.L("Stop"), theme.MediaStopIcon(), func() { acts.Stop() })
	t.most = container.New(&fitting{})
	left := group(container.NewBorder(nil, nil, nil, container.NewVBox(container.NewStack(t.scan, t.stop)), bare(t.sum, 0)), bare(t.what, 0), bare(t.rest, 0))
	inset := theme.InnerPadding()
	right := group(bare(t.room, 0), t.gauge, container.New(layout.NewCustomPaddedLayout(-inset, -inset, -inset, 0), t.most))
	t.box = divided(4, 5, slim(left), slim(right))
	return t
}

func (t *exploreTop) refresh(s *session.Explore) {
	lost := s.Total().Lost()
	t.sum.SetText(size(lost.Blocks))
	t.what.SetText(lostText(s, lost))
	scanning := s.Phase == session.ExploreScanning
	t.rest.Wrapping, t.rest.Truncation = fyne.TextWrapWord, fyne.TextTruncateOff
	if scanning { // which is another folder ten times a second, and must not move the page each time
		oneLine(t.rest)
	}
	t.rest.SetText(restText(s))
	show(t.stop, scanning)
	show(t.scan, !scanning)
	t.showSpace(s)
	t.showMost(s.Largest())
}

// lostText says what the big number is about.
func lostText(s *session.Explore, lost persist.Tally) string {
	data := map[string]any{"Count": grouped(lost.Count)}
	switch s.Phase {
	case session.ExploreScanning:
		return lang.N("in {{.Count}} entries would be lost, as far as was looked", int(lost.Count), data)
	case session.ExploreStopped, session.ExploreFailed:
		return lang.N("in {{.Count}} entries would be lost; not everything was looked at", int(lost.Count), data)
	}
	return lang.N("in {{.Count}} entries would be lost at the next boot", int(lost.Count), data)
}

// restText is where the scan is, or what there is besides.
func restText(s *session.Explore) string {
	if s.Phase == session.ExploreScanning {
		return lang.L("{{.Count}} looked at: {{.Folder}}", map[string]string{"Count": grouped(s.Progress.Entries), "Folder": shortPath(s.Progress.Folder, 44)})
	}
	all := s.Total()
	var parts []string
	if all.Noise.Count > 0 {
		parts = append(parts, lang.L("{{.Size}} more that nobody misses", map[string]string{"Size": size(all.Noise.Blocks)}))
	}
	if all.Orphans.Count > 0 {
		parts = append(parts, lang.L("{{.Size}} of orphans on the disk", map[string]string{"Size": size(all.Orphans.Blocks)}))
	}
	return strings.Join(parts, " · ")
}

// showSpace shows how full the ephemeral root is, and with what.
func (t *exploreTop) showSpace(s *session.Explore) {
	space, all := s.Summary.Space, s.Total()
	if space.Size == 0 || space.Filesystem != "tmpfs" {
		t.room.SetText(lang.L("The root is not in memory, so how full it is says little."))
		t.gauge.Set()
		return
	}
	used := max(space.Used, all.Lost().Blocks+all.Noise.Blocks)
	t.room.SetText(lang.L("Memory of the root: {{.Used}} of {{.Size}} used", map[string]string{"Used": size(used), "Size": size(space.Size)}))
	part := func(label string, bytes int64, colour fyne.ThemeColorName, hollow bool) widget.GaugePart {
		return widget.GaugePart{Label: label, Share: float64(bytes) / float64(space.Size), Colour: colour, Hollow: hollow}
	}
	other := used - all.Lost().Blocks - all.Noise.Blocks
	t.gauge.Set(
		part(lang.L("would be missed {{.Size}}", map[string]string{"Size": size(all.Lost().Blocks)}), all.Lost().Blocks, theme.ColorNamePrimary, false),
		part(lang.L("not missed {{.Size}}", map[string]string{"Size": size(all.Noise.Blocks)}), all.Noise.Blocks, look.ColorOther, true),
		part(lang.L("other {{.Size}}", map[string]string{"Size": size(other)}), other, look.ColorFree, false),
	)
}

// showMost names what takes up most; a click shows it in the tree.
func (t *exploreTop) showMost(parts []session.Part) {
	if equalParts(parts, t.parts) {
		return
	}
	t.parts = parts
	t.most.RemoveAll()
	for _, p := range parts {
		text := lang.L("{{.Path}} {{.Size}}", map[string]string{"Path": shortPath(p.Path, 26), "Size": size(p.Blocks)})
		b := control.Important(text, nil, fw.LowImportance, func() { t.lookAt(p.Path) })
		t.most.Add(b)
	}
	t.most.Refresh()
}

func equalParts(a, b []session.Part) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// oneLine ends a text that is too long with an ellipsis.
func oneLine(q *quiet) { q.Wrapping, q.Truncation = fyne.TextWrapOff, fyne.TextTruncateEllipsis }

// slim is a card with less room around its content.
func slim(content fyne.CanvasObject) fyne.CanvasObject {
	b := &backed{content: container.New(layout.NewCustomPaddedLayout(exploreGap, exploreGap, look.Gap, look.Gap), content)}
	b.ExtendBaseWidget(b)
	return b
}

// fitting puts things beside each other as long as there is room; those that do not fit are not shown.
type fitting struct{}

// MinSize is that of Fyne's layouts.
func (*fitting) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		size.Height = max(size.Height, o.MinSize().Height)
	}
	return size
}

// Layout is that of Fyne's layouts.
func (*fitting) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	for _, o := range objects {
		least := o.MinSize()
		show(o, x+least.Width <= size.Width)
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(least.Width, size.Height))
		x += least.Width
	}
}
