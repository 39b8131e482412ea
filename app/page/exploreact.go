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
)

// exploreAct takes the place of the tree while something is kept or forgotten: what it would do, how far it is, what came of it.
type exploreAct struct {
	box     fyne.CanvasObject
	name    *fw.Label
	what    *fw.Label
	notes   *widget.Notice
	problem *widget.Notice
	good    *widget.Notice
	caption *fw.Label
	diff    *widget.CodeView
	changes fyne.CanvasObject
	bar     *widget.Bar
	next    *fyne.Container
	command *fw.Label
	copy    *control.Button
	no, yes *control.Button
	state   session.ActState
	shown   string // the diff
}

func newExploreAct(room Room) *exploreAct {
	acts := &room.Acts.Explore
	a := &exploreAct{name: fw.NewLabel(""), what: paragraph(""), bar: widget.NewBar(), diff: widget.NewCodeView(widget.Diff, ""), command: fw.NewLabel("")}
	a.name.SizeName, a.name.TextStyle, a.name.Truncation = theme.SizeNameSubHeadingText, fyne.TextStyle{Bold: true}, fyne.TextTruncateEllipsis
	a.command.TextStyle, a.command.Truncation = fyne.TextStyle{Monospace: true}, fyne.TextTruncateEllipsis
	a.notes, a.problem, a.good = widget.NewNotice(widget.Warn, ""), widget.NewNotice(widget.Bad, ""), widget.NewNotice(widget.Good, "")
	a.copy = control.Important(lang.L("Copy the command"), theme.ContentCopyIcon(), fw.HighImportance, func() { room.Acts.Copy(a.command.Text) })
	now := lang.L("Now rebuild, so that the system keeps it. In a terminal:")
	if room.Explore.MadeUp {
		now = lang.L("On a real system you would now rebuild, so that it is kept. In a terminal:")
	}
	a.next = group(flush(paragraph(now)),
		container.NewBorder(nil, nil, nil, a.copy, flush(a.command)))
	a.caption = fw.NewLabel("")
	view := high(a.diff, 110)
	a.changes = stretched(look.SmallGap, view, bare(a.caption, 0), view)
	a.no = control.NewButton("", nil, func() { a.refuse(acts) })
	a.yes = control.Important("", nil, fw.HighImportance, func() { acts.Confirm() })
	buttons := container.New(layout.NewCustomPaddedHBoxLayout(look.SmallGap), layout.NewSpacer(), a.no, a.yes)
	gap := layout.NewSpacer()
	a.box = card(stretched(look.SmallGap, a.changes, bare(a.name, 0), flush(a.what), a.problem, a.good, a.notes, a.changes, a.bar, a.next, gap, buttons))
	return a
}

// refuse puts the act aside, or stops it.
func (a *exploreAct) refuse(acts *ExploreActs) {
	if a.state == session.ActWorking {
		acts.Abort()
		return
	}
	acts.Dismiss()
}

// first is what has the keyboard: never what deletes.
func (a *exploreAct) first() fyne.Focusable {
	if a.yes.Visible() && a.yes.Importance != fw.DangerImportance {
		return a.yes
	}
	if a.next.Visible() {
		return a.copy
	}
	return a.no
}

func (a *exploreAct) refresh(s *session.Explore) {
	act := s.Act
	a.state = act.State
	a.name.SetText(actTitle(act))
	a.what.SetText(actSentence(s))
	show(a.what, a.what.Text != "")
	a.problem.Set(widget.Bad, actProblem(act))
	good, notes := actResult(act)
	a.good.Set(widget.Good, good)
	a.notes.Set(widget.Warn, strings.Join(notes, "\n"))
	a.showDiff(act)
	show(a.bar, act.State == session.ActWorking)
	a.bar.Set(act.Share(), actDoing(act))
	rebuild := ""
	if act.State == session.ActDone {
		rebuild = act.Kept.Rebuild + act.Gone.Rebuild
	}
	a.command.SetText(rebuild)
	show(a.next, rebuild != "")
	a.showButtons(act)
}

func (a *exploreAct) showDiff(act session.Act) {
	text := ""
	switch {
	case act.State != session.ActReview:
	case act.Kind == session.ActKeep:
		text = act.KeepPlan.Change.Diff
	case act.Kind == session.ActForget:
		text = act.ForgetPlan.Change.Diff
	}
	a.caption.SetText(lang.L("What changes in your configuration:"))
	show(a.changes, text != "")
	if text != a.shown {
		a.shown = text
		a.diff.SetText(widget.Diff, text)
	}
}

func (a *exploreAct) showButtons(act session.Act) {
	yes, importance := "", fw.HighImportance
	if act.State == session.ActReview {
		switch act.Kind {
		case session.ActKeep:
			yes = lang.L("Keep it")
		case session.ActSync:
			yes = lang.L("Copy again")
		case session.ActForget:
			yes, importance = lang.L("Forget it"), fw.WarningImportance
		case session.ActDelete:
			yes, importance = lang.L("Delete for good"), fw.DangerImportance
		}
	}
	no := lang.L("Cancel")
	if act.State == session.ActDone || act.State == session.ActFailed {
		no = lang.L("Back to the list")
	}
	if a.yes.Text != yes || a.yes.Importance != importance {
		a.yes.Text, a.yes.Importance = yes, importance
		a.yes.Refresh()
	}
	show(a.yes, yes != "")
	if a.no.Text != no {
		a.no.SetText(no)
	}
}
