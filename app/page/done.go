package page

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/session"
	"lethe/app/widget"
)

// done shows the verification and offers what comes next.
type done struct {
	room    Room
	content fyne.CanvasObject

	result   *widget.Notice
	checks   *widget.StepList
	shown    int
	where    *fw.Label
	exported *widget.Notice
	folder   *control.Button
	archive  *control.Button
	open     *control.Button
	keep     *control.Check
	virtual  *fyne.Container
	again    *control.Button
	reboot   *control.Button
	problem  *widget.Notice
}

func newDone(room Room) Page {
	p := &done{room: room, result: widget.NewNotice(widget.Good, ""), where: paragraph(""), shown: -1}
	p.checks = widget.NewStepList(nil, nil)
	p.exported, p.problem = widget.NewNotice(widget.Good, ""), widget.NewNotice(widget.Bad, "")
	p.folder = control.NewButton(lang.L("Export to a folder…"), theme.FolderOpenIcon(), func() { room.Acts.Export(false) })
	p.archive = control.NewButton(lang.L("Export as an archive…"), theme.DocumentSaveIcon(), func() { room.Acts.Export(true) })
	p.open = control.NewButton(lang.L("Show the folder"), theme.FolderIcon(), func() { room.Acts.OpenFolder(room.Work.Image) })
	p.keep = control.NewCheck(lang.L("Keep the virtual disk when this window is closed"), func(on bool) { room.Acts.KeepImage(on) })
	p.again = control.NewButton(lang.L("Begin again"), theme.ViewRefreshIcon(), room.Acts.Restart)
	p.reboot = control.Important(lang.L("Restart now"), theme.ViewRefreshIcon(), fw.HighImportance, room.Acts.Reboot)
	p.virtual = group(title(lang.L("The virtual disk")), flush(p.where), p.keep, row(p.open, p.again))
	p.content = column(
		p.result,
		panel(title(lang.L("What was verified")), p.checks),
		panel(title(lang.L("The configuration is yours")),
			flush(paragraph(lang.L("It is a git repository with one commit. Keep a copy: it can install the same system again."))),
			row(p.folder, p.archive), p.exported),
		panel(p.virtual, row(p.reboot), p.problem),
	)
	p.Refresh()
	return p
}

func (p *done) Content() fyne.CanvasObject { return p.content }

func (p *done) Sentence() string {
	if p.room.State.Rehearsal {
		return lang.L("The rehearsal is over. What it could not prove is named below.")
	}
	return lang.L("The system is installed. Remove the live medium when the machine starts again.")
}

func (p *done) First() fyne.Focusable {
	if p.room.State.Rehearsal {
		return nil
	}
	return p.reboot
}
func (p *done) Reveal() fyne.Focusable { return nil }
func (p *done) Leave()                 {}

func (p *done) Refresh() {
	s, work := p.room.State, p.room.Work
	p.result.Set(p.resultText())
	if p.shown != len(s.Run.Checks) {
		p.shown = len(s.Run.Checks)
		p.checks.SetSteps(checkSteps(s.Run.Checks))
	}
	show(p.virtual, s.Rehearsal)
	show(p.reboot, !s.Rehearsal)
	p.where.SetText(lang.L("It lies in {{.Path}}.", map[string]string{"Path": work.Image}))
	switch {
	case work.ExportError != "":
		p.exported.Set(widget.Bad, work.ExportError)
	case work.Exported != "":
		p.exported.Set(widget.Good, lang.L("The configuration is in {{.Path}}.", map[string]string{"Path": work.Exported}))
	default:
		p.exported.Set(widget.Good, "")
	}
	p.problem.Set(widget.Bad, work.RebootError)
	if work.Rebooting {
		p.reboot.Disable()
	} else {
		p.reboot.Enable()
	}
}

// resultText counts the checks.
func (p *done) resultText() (widget.NoticeLevel, string) {
	counts := map[session.CheckStatus]int{}
	for _, c := range p.room.State.Run.Checks {
		counts[c.Status]++
	}
	data := map[string]any{
		"Passed": counts[session.CheckPassed], "Failed": counts[session.CheckFailed], "Not": counts[session.CheckNotRehearsed],
		"Took": p.room.State.Run.Took.Round(100 * time.Millisecond).String(),
	}
	switch {
	case counts[session.CheckFailed] > 0:
		return widget.Bad, lang.L("Finished in {{.Took}}, but {{.Failed}} checks failed; {{.Passed}} passed and {{.Not}} could not be made.", data)
	case counts[session.CheckNotRehearsed] > 0:
		return widget.Good, lang.L("Finished in {{.Took}}: {{.Passed}} checks passed, none failed, and {{.Not}} could not be made.", data)
	}
	return widget.Good, lang.L("Finished in {{.Took}}: all {{.Passed}} checks passed.", data)
}

func checkSteps(checks []session.Check) []widget.Step {
	list := make([]widget.Step, len(checks))
	for i, c := range checks {
		state := widget.Skipped
		switch c.Status {
		case session.CheckPassed:
			state = widget.Done
		case session.CheckFailed:
			state = widget.Failed
		}
		list[i] = widget.Step{ID: c.Name, Title: c.Name, Detail: c.Detail, State: state}
	}
	return list
}
