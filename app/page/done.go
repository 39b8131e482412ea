package page

import (
	"fmt"
	"time"

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

// done shows the verification and offers what comes next.
type done struct {
	room    Room
	content fyne.CanvasObject

	result  *widget.Notice
	checks  *checkList
	all     *control.Button // shows also the checks that passed
	showAll bool
	next    fyne.CanvasObject
	exports *exports
	keep    *control.Check
	path    *fw.Label
	kept    *fyne.Container
	virtual *fyne.Container
	reboot  *control.Button
	lies    *fw.Label
	problem *widget.Notice
	unseen  *widget.Notice // that the folder could not be shown
}

func newDone(room Room) Page {
	p := &done{room: room, result: widget.NewNotice(widget.Good, ""), checks: newCheckList(), exports: newExports(room)}
	p.problem, p.unseen = widget.NewNotice(widget.Bad, ""), widget.NewNotice(widget.Warn, "")
	p.keep = control.NewCheck(lang.L("Keep the virtual disk when this window is closed"), func(on bool) {
		room.Acts.KeepImage(on)
		p.Refresh()
	})
	p.path = paragraph("")
	p.path.Wrapping, p.path.TextStyle = fyne.TextWrapBreak, fyne.TextStyle{Monospace: true}
	copyPath := control.NewButton(lang.L("Copy"), theme.ContentCopyIcon(), func() { room.Acts.Copy(room.Work.Image) })
	p.lies = paragraph("")
	p.kept = group(flush(p.lies), container.NewBorder(nil, nil, nil, container.NewVBox(copyPath), flush(p.path)))
	p.virtual = group(title(lang.L("The virtual disk")), p.keep, p.kept, row(
		control.NewButton(lang.L("Show the folder"), theme.FolderIcon(), func() { room.Acts.OpenFolder(room.Work.Image) }),
	), p.unseen)
	p.all = control.NewButton("", nil, func() {
		p.showAll = !p.showAll
		p.Refresh()
	})
	p.next = panel(title(lang.L("What now")), whatNow(room.State), row(control.NewButton(lang.L("Begin again"), theme.ViewRefreshIcon(), room.Acts.Restart)))
	p.reboot = control.Important(lang.L("Restart now"), theme.ViewRefreshIcon(), fw.HighImportance, room.Acts.Reboot)
	p.content = column(
		p.result,
		p.next,
		panel(title(lang.L("What was verified")), p.checks.box, row(p.all)),
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
	p.showChecks(s.Run.Checks)
	p.exports.refresh(work)
	show(p.next, s.Rehearsal)
	show(p.virtual, s.Rehearsal)
	p.lies.SetText(lies(work))
	p.unseen.Set(widget.Warn, work.FolderError)
	show(p.reboot, !s.Rehearsal)
	p.path.SetText(work.Image)
	show(p.kept, p.keep.Checked && work.Image != "")
	p.problem.Set(widget.Bad, Engine(work.RebootError))
	if work.Rebooting {
		p.reboot.Disable()
	} else {
		p.reboot.Enable()
	}
}

// whatNow says after a rehearsal how the real thing is begun.
func whatNow(s *session.State) fyne.CanvasObject {
	if s.Checks.Live == session.Yes {
		return flush(paragraph(lang.L("Nothing on this computer was changed. To install for real, begin again and choose on the first page to install on a disk of this machine.")))
	}
	return close(
		flush(paragraph(lang.L("Nothing on this computer was changed. To install for real, start the computer from Lethe's live medium, a USB stick: this window opens there by itself and installs on a disk. It asks for everything again."))),
		flush(paragraph(lang.L("The medium is made from Lethe's source, on any computer with Nix, by nix build .#iso. The README tells how, below “The live medium”."))),
	)
}

// lies says where the virtual disk is, how long, and what can be done with it.
func lies(work *Work) string {
	text := lang.L("It is kept as this file, and the configuration beside it. Temporary folders are emptied when the computer starts again: move both elsewhere to have them for longer.")
	if work.Quick {
		text += " " + lang.L("Nobody knows its passphrase, which was made up for the one click.")
	}
	return text
}

// showChecks lists what did not pass, and the rest when it is asked for.
func (p *done) showChecks(checks []session.Check) {
	passed := 0
	var shown []session.Check
	for _, c := range checks {
		if c.Status == session.CheckPassed {
			passed++
		}
		if p.showAll || c.Status != session.CheckPassed {
			shown = append(shown, c)
		}
	}
	p.checks.show(shown)
	show(p.checks.box, len(shown) > 0)
	show(p.all, passed > 0)
	p.all.SetText(lang.L("Show the checks that passed: {{.Count}}", map[string]any{"Count": passed}))
	if p.showAll {
		p.all.SetText(lang.L("Hide the checks that passed"))
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
		"Took": tookText(p.room.State.Run.Took),
	}
	switch {
	case counts[session.CheckFailed] > 0:
		return widget.Bad, lang.L("Finished in {{.Took}}, but {{.Failed}} checks failed; {{.Passed}} passed and {{.Not}} could not be made.", data)
	case counts[session.CheckNotRehearsed] > 0:
		return widget.Good, lang.L("Finished in {{.Took}}: {{.Passed}} checks passed, none failed, and {{.Not}} could not be made.", data)
	}
	return widget.Good, lang.L("Finished in {{.Took}}: all {{.Passed}} checks passed.", data)
}

// tookText is how long a run took, such as "9.6 s" or "12 min 5 s".
func tookText(took time.Duration) string {
	if took < time.Minute {
		return look.Number(fmt.Sprintf("%.1f s", took.Seconds()))
	}
	took = took.Round(time.Second)
	return fmt.Sprintf("%d min %d s", int(took.Minutes()), int(took.Seconds())%60)
}
