package page

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
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

	result  *widget.Notice
	checks  *checkList
	exports *exports
	keep    *control.Check
	path    *fw.Label
	kept    *fyne.Container
	virtual *fyne.Container
	reboot  *control.Button
	problem *widget.Notice
}

func newDone(room Room) Page {
	p := &done{room: room, result: widget.NewNotice(widget.Good, ""), checks: newCheckList(), exports: newExports(room)}
	p.problem = widget.NewNotice(widget.Bad, "")
	p.keep = control.NewCheck(lang.L("Keep the virtual disk when this window is closed"), func(on bool) {
		room.Acts.KeepImage(on)
		p.Refresh()
	})
	p.path = paragraph("")
	p.path.Wrapping, p.path.TextStyle = fyne.TextWrapBreak, fyne.TextStyle{Monospace: true}
	copyPath := control.NewButton(lang.L("Copy"), theme.ContentCopyIcon(), func() { room.Acts.Copy(room.Work.Image) })
	p.kept = group(flush(paragraph(lang.L("It is kept as this file, and the configuration beside it."))),
		container.NewBorder(nil, nil, nil, container.NewVBox(copyPath), flush(p.path)))
	p.virtual = group(title(lang.L("The virtual disk")), p.keep, p.kept, row(
		control.NewButton(lang.L("Show the folder"), theme.FolderIcon(), func() { room.Acts.OpenFolder(room.Work.Image) }),
		control.NewButton(lang.L("Begin again"), theme.ViewRefreshIcon(), room.Acts.Restart),
	))
	p.reboot = control.Important(lang.L("Restart now"), theme.ViewRefreshIcon(), fw.HighImportance, room.Acts.Reboot)
	p.content = column(
		p.result,
		panel(title(lang.L("What was verified")), p.checks.box),
		panel(title(lang.L("The configuration is yours")),
			flush(paragraph(lang.L("It is a git repository with one commit. Keep a copy: it can install the same system again."))),
			p.exports.buttons, p.exports.told),
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

// First is nothing: the page comes by itself, maybe while somebody presses a key, and all that it offers ends something.
func (p *done) First() fyne.Focusable  { return nil }
func (p *done) Reveal() fyne.Focusable { return nil }
func (p *done) Leave()                 {}

func (p *done) Refresh() {
	s, work := p.room.State, p.room.Work
	p.result.Set(p.resultText())
	p.checks.show(s.Run.Checks)
	p.exports.refresh(work)
	show(p.virtual, s.Rehearsal)
	show(p.reboot, !s.Rehearsal)
	p.path.SetText(work.Image)
	show(p.kept, p.keep.Checked && work.Image != "")
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
