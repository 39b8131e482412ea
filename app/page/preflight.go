package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/session"
)

// preflight says what was found out about the machine, a line for each thing.
type preflight struct {
	room    Room
	notes   *notes
	content *fyne.Container
	lines   []*preflightLine
	list    *fyne.Container
	again   *control.Button
}

func newPreflight(room Room) Page {
	p := &preflight{room: room, notes: newNotes(room.State, session.PagePreflight), list: group()}
	p.again = control.NewButton(lang.L("Look again"), theme.ViewRefreshIcon(), room.Acts.Look)
	p.content = column(panel(p.list), row(p.again))
	p.Refresh()
	return p
}

func (p *preflight) Content() fyne.CanvasObject { return p.content }

func (p *preflight) Sentence() string {
	if p.room.State.Rehearsal {
		return lang.L("This is what a real installation would find here. A rehearsal needs none of it.")
	}
	return lang.L("What the machine has to be, and what would make the installation slow or risky.")
}

func (p *preflight) First() fyne.Focusable  { return nil }
func (p *preflight) Reveal() fyne.Focusable { return nil }
func (p *preflight) Leave()                 {}

func (p *preflight) Refresh() {
	lines := p.room.State.Preflight()
	for len(p.lines) < len(lines) {
		line := newPreflightLine()
		p.lines = append(p.lines, line)
		p.list.Add(line.box)
	}
	for i, line := range lines {
		p.lines[i].show(line)
	}
}

// preflightLine is one thing: its mark, its name, what was found and what to do.
type preflightLine struct {
	box            *fyne.Container
	mark           *fw.Icon
	word           *fw.Label
	name           *fw.Label
	found, whatNow *fw.Label
}

func newPreflightLine() *preflightLine {
	l := &preflightLine{
		mark: fw.NewIcon(theme.QuestionIcon()), word: fw.NewLabel(""), found: paragraph(""), whatNow: muted(""),
		name: fw.NewLabelWithStyle("", fyne.TextAlignLeading, fyne.TextStyle{Bold: true}),
	}
	head := container.New(&fixedWidth{190}, container.NewBorder(nil, nil, l.mark, nil, l.name))
	l.box = container.NewBorder(nil, nil, container.NewVBox(head), container.NewVBox(l.word), tight(l.found, l.whatNow))
	return l
}

func (l *preflightLine) show(line session.Line) {
	icon, word, importance := markOf(line.Status)
	l.mark.SetResource(icon)
	l.word.Importance = importance
	l.word.SetText(word)
	l.name.SetText(Say(line.Title))
	l.found.SetText(Say(line.Says))
	l.whatNow.SetText(Say(line.Do))
	if line.Do.Empty() {
		l.whatNow.Hide()
	} else {
		l.whatNow.Show()
	}
}

// markOf is a status as an icon, a word and a weight.
func markOf(s session.Status) (fyne.Resource, string, fw.Importance) {
	switch s {
	case session.StatusOK:
		return theme.NewSuccessThemedResource(theme.ConfirmIcon()), lang.L("fine"), fw.SuccessImportance
	case session.StatusWarn:
		return theme.NewWarningThemedResource(theme.WarningIcon()), lang.L("mind this"), fw.WarningImportance
	case session.StatusBad:
		return theme.NewErrorThemedResource(theme.CancelIcon()), lang.L("stops here"), fw.DangerImportance
	}
	return theme.QuestionIcon(), lang.L("not known"), fw.LowImportance
}

// fixedWidth gives one object a width of its own.
type fixedWidth struct{ width float32 }

// MinSize is that of Fyne's layouts.
func (f *fixedWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, o := range objects {
		height = max(height, o.MinSize().Height)
	}
	return fyne.NewSize(f.width, height)
}

// Layout is that of Fyne's layouts.
func (f *fixedWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
}
