package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/app/session"
	"lethe/app/widget"
)

// preflight says what was found out about the machine, a line for each thing.
type preflight struct {
	room    Room
	notes   *notes
	content *fyne.Container
	outlook *widget.Notice
	lines   []*preflightLine
	list    *fyne.Container
	again   *control.Button
}

func newPreflight(room Room) Page {
	p := &preflight{room: room, notes: newNotes(room.State, session.PagePreflight), list: group()}
	p.again = control.NewButton(lang.L("Look again"), theme.ViewRefreshIcon(), room.Acts.Look)
	p.outlook = widget.NewNotice(widget.Info, "")
	p.content = column(p.outlook, panel(p.list), row(p.again))
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
	s := p.room.State
	lines := s.Preflight()
	p.outlook.Set(widget.Info, "")
	if s.Rehearsal {
		p.outlook.Set(widget.Info, Say(s.Outlook()))
	}
	for len(p.lines) < len(lines) {
		line := newPreflightLine()
		p.lines = append(p.lines, line)
		p.list.Add(line.box)
	}
	for i, line := range lines {
		p.lines[i].show(line, s.Rehearsal)
	}
}

// preflightLine is one thing: its mark, its name, what was found and what to do.
type preflightLine struct {
	box     *fyne.Container
	mark    *fw.Icon
	word    *quiet
	name    *fw.Label
	found   *fw.Label
	whatNow *quiet
}

func newPreflightLine() *preflightLine {
	l := &preflightLine{
		mark: fw.NewIcon(theme.QuestionIcon()), word: muted(""), found: paragraph(""), whatNow: muted(""),
		name: fw.NewLabelWithStyle("", fyne.TextAlignLeading, fyne.TextStyle{Bold: true}),
	}
	l.word.Wrapping = fyne.TextWrapOff
	head := container.New(&fixedWidth{190}, container.NewBorder(nil, nil, l.mark, nil, l.name))
	l.box = container.NewBorder(nil, nil, container.NewVBox(head), container.NewVBox(l.word), close(l.found, l.whatNow))
	return l
}

func (l *preflightLine) show(line session.Line, rehearsal bool) {
	icon, word, colour := markOf(line.Status, rehearsal)
	l.mark.SetResource(icon)
	l.word.paint(colour)
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

// markOf is a status as an icon, a word and the word's colour. Nothing stops a rehearsal.
func markOf(s session.Status, rehearsal bool) (fyne.Resource, string, fyne.ThemeColorName) {
	switch {
	case s == session.StatusOK:
		return theme.NewSuccessThemedResource(theme.ConfirmIcon()), lang.L("fine"), theme.ColorNameSuccess
	case s == session.StatusWarn:
		return theme.NewWarningThemedResource(theme.WarningIcon()), lang.L("mind this"), theme.ColorNameWarning
	case s == session.StatusBad && rehearsal:
		return theme.NewErrorThemedResource(theme.CancelIcon()), lang.L("would stop it"), theme.ColorNameError
	case s == session.StatusBad:
		return theme.NewErrorThemedResource(theme.CancelIcon()), lang.L("stops here"), theme.ColorNameError
	}
	return theme.NewColoredResource(theme.QuestionIcon(), look.ColorMuted), lang.L("not known"), look.ColorMuted
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
