package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/session"
	"lethe/engine/persist"
)

// exploreDetail is the row that is chosen, and what can be done with it.
type exploreDetail struct {
	box      fyne.CanvasObject
	path     *fw.Label
	about    *quiet
	keep     *control.Button
	whole    *control.Button
	forget   *control.Button
	name     string // of the row
	suggests string
	pointed  session.Mark // that is explained in place of the row; "" for none
}

// explain says what a mark means while somebody points at its box, or has the focus there.
func (d *exploreDetail) explain(m session.Mark, on bool) {
	switch {
	case on:
		d.pointed = m
	case d.pointed == m:
		d.pointed = ""
	}
}

func newExploreDetail(room Room) *exploreDetail {
	acts := &room.Acts.Explore
	d := &exploreDetail{path: fw.NewLabel(""), about: muted("")}
	d.path.Truncation = fyne.TextTruncateEllipsis
	d.path.TextStyle = fyne.TextStyle{Bold: true}
	d.keep = control.Important(lang.L("Keep…"), theme.ContentAddIcon(), fw.HighImportance, func() { acts.Keep(d.name) })
	d.whole = control.Important("", theme.ContentAddIcon(), fw.HighImportance, func() { acts.Keep(d.suggests) })
	d.forget = control.NewButton(lang.L("Forget…"), theme.DeleteIcon(), func() { acts.Forget(d.name) })
	d.box = container.NewBorder(nil, nil, nil, container.NewCenter(row(d.forget, d.keep, d.whole)), close(flush(d.path), flush(d.about)))
	return d
}

func (d *exploreDetail) refresh(s *session.Explore) {
	i := s.Index(s.Cursor)
	if d.pointed != "" {
		d.path.SetText(markWord(d.pointed))
		d.about.SetText(markMeans(d.pointed))
		show(d.keep, false)
		show(d.whole, false)
		show(d.forget, false)
		return
	}
	if i < 0 || s.Row(i).Rest() {
		d.name, d.suggests = "", ""
		d.path.SetText("")
		d.about.SetText(lang.L("Choose a row to keep or forget it. Right and Left open and close folders, Enter keeps, Delete forgets, letters filter."))
		show(d.keep, false)
		show(d.whole, false)
		show(d.forget, false)
		return
	}
	row := s.Row(i)
	d.name = row.Path
	d.path.SetText(plain(row.Path))
	d.about.SetText(aboutRow(s, row))
	var entry string
	entry, d.suggests = s.Keepable(row.Path)
	show(d.keep, entry != "")
	show(d.whole, d.suggests != "")
	show(d.forget, s.Forgettable(row.Path))
	importance, label := fw.HighImportance, lang.L("Keep…")
	if d.suggests != "" {
		importance, label = fw.MediumImportance, lang.L("Keep only this…")
		owner, _ := s.OwnerOf(row.Path)
		d.whole.SetText(lang.L("Keep all: {{.Owner}}…", map[string]string{"Owner": beginning(Say(session.OwnerText(owner)), 30)}))
	}
	if d.keep.Importance != importance || d.keep.Text != label {
		d.keep.Importance, d.keep.Text = importance, label
		d.keep.Refresh()
	}
}

// aboutRow says whose a row is and how it stands.
func aboutRow(s *session.Explore, row session.ExploreRow) string {
	if p, ok := s.Pending(row.Path); ok {
		return lang.L("Copied at {{.Time}}. It is kept once the system is rebuilt.", map[string]string{"Time": p.Snapshot.Local().Format("15:04:05")})
	}
	owner, known := s.OwnerOf(row.Path)
	name := lang.L("nobody known")
	if known && owner.Kind != persist.Unknown {
		name = plain(Say(session.OwnerText(owner)))
	}
	data := map[string]string{"Owner": name, "Why": Say(row.Noise)}
	switch {
	case !row.Noise.Empty():
		return lang.L("Belongs to: {{.Owner}}. Nobody misses it: {{.Why}}.", data)
	case !row.Lost && len(row.Marks) == 1 && row.Marks[0].Mark == session.MarkOrphan:
		return lang.L("Belongs to: {{.Owner}}. An orphan: it lies on the disk, and the configuration no longer keeps it.", data)
	case len(row.Marks) == 1 && row.Marks[0].Mark == session.MarkDiffers:
		return lang.L("Belongs to: {{.Owner}}. It differs: the disk has another version of it, and this one is gone at the next boot.", data)
	}
	return lang.L("Belongs to: {{.Owner}}", data)
}

// exploreWaiting lists what waits for a rebuild, with the command for it, and what was forgotten.
type exploreWaiting struct {
	box       *fyne.Container
	what      *fw.Label
	command   *fw.Label
	waiting   *fyne.Container
	forgotten *fyne.Container
	gone      *fw.Label
	rebuild   string
	date      string
}

func newExploreWaiting(room Room) *exploreWaiting {
	acts := &room.Acts.Explore
	w := &exploreWaiting{what: paragraph(""), command: fw.NewLabel(""), gone: paragraph("")}
	w.what.Wrapping, w.gone.Wrapping = fyne.TextWrapOff, fyne.TextWrapOff
	w.what.Truncation, w.gone.Truncation, w.command.Truncation = fyne.TextTruncateEllipsis, fyne.TextTruncateEllipsis, fyne.TextTruncateEllipsis
	w.command.TextStyle = fyne.TextStyle{Monospace: true}
	w.waiting = container.NewBorder(nil, nil, mark(session.MarkPending), container.NewCenter(row(
		control.NewButton(lang.L("Copy again"), theme.ViewRefreshIcon(), func() { acts.Sync() }),
		control.NewButton(lang.L("Copy the command"), theme.ContentCopyIcon(), func() { room.Acts.Copy(w.rebuild) }),
	)), close(w.what, w.command))
	w.forgotten = container.NewBorder(nil, nil, fw.NewIcon(theme.DeleteIcon()), container.NewCenter(
		control.NewButton(lang.L("Delete for good…"), theme.DeleteIcon(), func() { acts.Delete(w.date) })), w.gone)
	w.box = container.NewStack(slim(tight(w.waiting, w.forgotten)))
	return w
}

// mark is the sign of a mark, in the middle of its height.
func mark(m session.Mark) fyne.CanvasObject {
	b := badge(m)
	return container.NewCenter(fw.NewIcon(b.Icon.In(b.Colour)))
}

func (w *exploreWaiting) refresh(s *session.Explore) {
	waits, gone := len(s.Waiting) > 0, len(s.Forgotten) > 0
	show(w.waiting, waits)
	show(w.forgotten, gone)
	show(w.box, (waits || gone) && s.Act.Kind == session.ActNone)
	w.rebuild = s.Rebuild
	if waits {
		first := plain(s.Waiting[0].Path)
		w.what.SetText(lang.L("{{.Path}} is copied and pending: it is kept once you rebuild.", map[string]any{"Path": first}))
		if n := len(s.Waiting); n > 1 {
			w.what.SetText(lang.L("{{.Path}} and more, {{.Count}} in all, are copied and pending: they are kept once you rebuild.", map[string]any{"Path": first, "Count": n}))
		}
		w.command.SetText(s.Rebuild)
	}
	if gone {
		last := s.Forgotten[len(s.Forgotten)-1]
		w.date = last.Date
		w.gone.SetText(lang.N("Forgotten at {{.Date}}, and still on the disk: {{.Count}} entries", len(last.Paths),
			map[string]any{"Date": last.Date, "Count": len(last.Paths)}))
	}
}
