package page

import (
	"fmt"
	"strconv"
	"time"

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
	"lethe/engine/event"
)

// install shows the run: how far it is, what it is at, and what became of it.
type install struct {
	room    Room
	content fyne.CanvasObject

	bar      *widget.Bar
	doing    *fw.Label
	progress fyne.CanvasObject
	diskmap  *widget.PartitionMap
	steps    *widget.StepList
	log      *widget.LogView
	filter   *control.Entry
	lost     *quiet
	lostBox  fyne.CanvasObject
	shown    uint64 // of the lines of the log
	current  string
	cancel   *control.Button
	copy     *control.Button
	failure  *fyne.Container
	what     *widget.Notice
	disk     *widget.Notice
	again    *control.Button
	retry    *control.Button
	goOn     *control.Button
	stalled  *fyne.Container
	silent   *widget.Notice
	report   *control.Button
	saved    *widget.Notice
	lastShow string
}

func newInstall(room Room) Page {
	p := &install{room: room, bar: widget.NewBar(), doing: paragraph("")}
	p.diskmap = widget.NewReadOnlyMap(widget.MapData{})
	p.steps = widget.NewStepList(nil, nil)
	p.log = widget.NewLogView()
	p.filter = control.NewEntry(lang.L("Show only lines with…"), p.log.SetFilter)
	p.lost = muted("")
	p.lostBox = flush(p.lost)
	p.lostBox.Hide()
	p.copy = control.NewButton(lang.L("Copy"), theme.ContentCopyIcon(), func() { room.Acts.Copy(p.log.Text()) })
	p.cancel = control.NewButton(lang.L("Cancel…"), theme.CancelIcon(), room.Acts.Cancel)
	p.what, p.disk, p.saved = widget.NewNotice(widget.Bad, ""), widget.NewNotice(widget.Warn, ""), widget.NewNotice(widget.Good, "")
	p.again = control.Important(lang.L("Rehearse again"), theme.ViewRefreshIcon(), fw.HighImportance, room.Acts.Again)
	p.retry = control.NewButton("", theme.NavigateBackIcon(), room.Acts.Retry)
	p.report = control.NewButton(lang.L("Save a report…"), theme.DocumentSaveIcon(), room.Acts.SaveReport)
	p.goOn = control.Important(lang.L("Continue the installation…"), theme.MediaPlayIcon(), fw.HighImportance, room.Acts.Continue)
	p.failure = group(p.what, p.disk, row(p.goOn, p.again, p.retry, p.report), p.saved)
	p.silent = widget.NewNotice(widget.Warn, "")
	p.stalled = group(p.silent, row(
		control.NewButton(lang.L("Go on waiting"), nil, room.Acts.KeepWaiting),
		control.NewButton(lang.L("Cancel…"), theme.CancelIcon(), room.Acts.Cancel)))
	p.stalled.Hide()
	p.progress = panel(p.bar, container.NewBorder(nil, nil, nil, container.NewVBox(p.cancel), flush(p.doing)))
	p.content = p.arrange()
	p.Refresh()
	return p
}

// arrange gives the log the whole width and the height that is left.
func (p *install) arrange() fyne.CanvasObject {
	steps := high(p.steps, 120)
	list := card(stretched(look.SmallGap, steps, title(lang.L("Steps")), steps))
	lines := high(p.log, 130)
	head := container.New(layout.NewFormLayout(), container.New(layout.NewCustomPaddedLayout(0, 0, 0, look.SmallGap), container.NewVBox(layout.NewSpacer(), title(lang.L("Log")), layout.NewSpacer())),
		container.NewBorder(nil, nil, nil, p.copy, p.filter))
	log := card(stretched(look.SmallGap, lines, head, lines, p.lostBox))
	return stretched(look.Gap, log, p.failure, p.stalled, p.progress, divided(2, 3, list, panel(p.diskmap)), log)
}

func (p *install) Content() fyne.CanvasObject { return p.content }

func (p *install) Sentence() string {
	if p.room.State.Watching {
		return lang.L("Another program installs on this machine. This window only shows what it does, and can ask it to cancel.")
	}
	if p.room.State.Rehearsal {
		return lang.L("The rehearsal runs on a virtual disk, with the same engine as a real installation.")
	}
	return lang.L("The system is being installed. Keep the machine on; it is kept awake.")
}

// First is the filter. When the run has ended it is nothing else, since that comes by itself, maybe while somebody types there.
func (p *install) First() fyne.Focusable {
	if p.room.State.Run.Ended() && !p.filter.Focused() {
		return nil
	}
	return p.filter
}
func (p *install) Reveal() fyne.Focusable { return p.First() }
func (p *install) Leave()                 {}

func (p *install) Refresh() {
	run := &p.room.State.Run
	p.showBar(run)
	p.showSteps(run)
	p.showMap()
	p.showLog(run)
	p.showEnd(run)
	p.showStall(run)
	show(p.cancel, !run.Ended())
	if run.Stopping {
		p.cancel.Disable()
	} else {
		p.cancel.Enable()
	}
}

// showBar says how far the run is, and how long it may still take.
func (p *install) showBar(run *session.Run) {
	text := ""
	if left, known := run.Left(p.room.Now()); known {
		text = Say(session.LeftText(left))
	}
	p.bar.Set(run.Done, text)
	switch run.Outcome {
	case session.OutcomeDone:
		p.bar.SetState(widget.Done)
	case session.OutcomeFailed, session.OutcomeCancelled:
		p.bar.SetState(widget.Failed)
	default:
		p.bar.SetState(widget.Working)
	}
	p.doing.SetText(p.doingText(run))
}

func (p *install) doingText(run *session.Run) string {
	switch {
	case run.Stopping:
		return lang.L("Stopping at the next safe point…")
	case run.Outcome == session.OutcomeDone:
		return lang.L("Everything is done.")
	case run.Ended():
		return lang.L("The run has ended.")
	case run.Current < 0:
		return lang.L("Beginning…")
	}
	step := run.Steps[run.Current]
	text := lang.L("Step {{.At}} of {{.All}}: {{.Title}}", map[string]any{"At": run.Current + 1, "All": len(run.Steps), "Title": Engine(step.Title)})
	for _, more := range []string{Say(run.Figures), Engine(run.Now)} {
		if more != "" {
			text += "\n" + more
		}
	}
	return text
}

// showSteps lists the steps with what became of each.
func (p *install) showSteps(run *session.Run) {
	list := make([]widget.Step, len(run.Steps))
	signature, current := "", ""
	for i, s := range run.Steps {
		list[i] = widget.Step{ID: s.ID, Title: Engine(s.Title), Detail: stepDetail(s), State: stateOf(s.State)}
		signature += string(s.State) + s.ID + list[i].Detail + "\n"
		switch s.State {
		case session.StepRunning, session.StepUndoing, session.StepFailed, session.StepUndoFailed:
			current = s.ID
		}
	}
	if signature != p.lastShow {
		p.lastShow = signature
		p.steps.SetSteps(list)
	}
	if current != "" && current != p.current {
		p.current = current
		p.steps.ScrollTo(current)
	}
}

func stepDetail(s session.RunStep) string {
	switch s.State {
	case session.StepDone:
		if s.Took < 10*time.Millisecond {
			return ""
		}
		return look.Number(fmt.Sprintf("%.2f s", s.Took.Seconds()))
	case session.StepNotRehearsed:
		return lang.L("Not rehearsed: {{.Why}}", map[string]string{"Why": Engine(s.Text)})
	case session.StepUndoing:
		return lang.L("being undone")
	case session.StepUndone:
		return lang.L("undone")
	case session.StepStopped:
		return lang.L("cancelled")
	case session.StepUndoFailed:
		return lang.L("could not be undone: {{.Why}}", map[string]string{"Why": Engine(s.Text)})
	}
	return Engine(s.Text)
}

// stateOf is a step's state as the widgets show it.
func stateOf(s session.StepState) widget.State {
	switch s {
	case session.StepRunning, session.StepUndoing:
		return widget.Working
	case session.StepDone:
		return widget.Done
	case session.StepFailed, session.StepUndoFailed:
		return widget.Failed
	case session.StepNotRehearsed, session.StepUndone, session.StepStopped:
		return widget.Skipped
	}
	return widget.Waiting
}

// showMap fills in the partitions as their steps are done.
func (p *install) showMap() {
	made := p.room.State.Plan
	if made == nil {
		return
	}
	data := mapOf(session.After(made.Layout))
	for i, b := range data.Blocks {
		fill := p.room.State.Fill(roleOf(b.ID))
		data.Blocks[i].State, data.Blocks[i].Progress = stateOf(fill.State), fill.Share
	}
	for i := range data.Boundaries {
		data.Boundaries[i].Movable = false
	}
	p.diskmap.SetData(data)
}

// showLog adds the lines that are new.
func (p *install) showLog(run *session.Run) {
	total := run.LogTotal()
	if total == p.shown {
		return
	}
	if total < p.shown { // another run
		p.log.Clear()
		p.shown = 0
	}
	fresh := run.Log(session.LogFilter{Tail: int(min(total-p.shown, session.LogMost))})
	lines := make([]widget.LogLine, len(fresh))
	second, said := int64(0), ""
	for i, l := range fresh {
		if at := l.Time.Unix(); said == "" || at != second { // many lines are of the same second
			second, said = at, l.Time.Local().Format(time.TimeOnly)
		}
		lines[i] = widget.LogLine{Time: said, Level: logLevel(l), Text: logText(l)}
	}
	p.log.Append(lines...)
	p.shown = total
	p.showLost(run.LogLost())
}

// showLost says how many lines are gone.
func (p *install) showLost(lines uint64) {
	if lines > 0 {
		p.lost.SetText(lang.L("{{.Count}} earlier lines are not kept.", map[string]string{"Count": strconv.FormatUint(lines, 10)}))
	}
	show(p.lostBox, lines > 0)
}

// logText says what a step is at: its beginning, its end and its undoing have one title. What a program says stays as it is.
func logText(l session.LogLine) string {
	if l.Kind == event.Log {
		return l.Text
	}
	says := Engine(l.Text)
	step := map[string]string{"Step": says, "Why": says}
	switch {
	case !l.Head:
		return says
	case l.Kind == event.StepStart:
		return lang.L("Begins: {{.Step}}", step)
	case l.Kind == event.StepDone && l.Status != "":
		return lang.L("Not rehearsed: {{.Why}}", step)
	case l.Kind == event.StepDone:
		return lang.L("Done: {{.Step}}", step)
	case l.Kind == event.StepFailed && l.Status == event.Cancelled:
		return lang.L("Stopped: {{.Step}}", step)
	case l.Kind == event.StepFailed:
		return lang.L("Failed: {{.Step}}", step)
	case l.Kind == event.UndoStart:
		return lang.L("Undoing: {{.Step}}", step)
	case l.Kind == event.UndoDone:
		return lang.L("Undone: {{.Step}}", step)
	case l.Kind == event.UndoFailed:
		return lang.L("Could not be undone: {{.Step}}", step)
	case l.Kind == event.RunCancelled:
		return lang.L("The run was cancelled.")
	}
	return says
}

func logLevel(l session.LogLine) widget.NoticeLevel {
	if l.Status == event.Cancelled {
		return widget.Warn
	}
	switch l.Kind {
	case event.StepFailed, event.RunFailed, event.UndoFailed:
		return widget.Bad
	case event.RunCancelled, event.UndoStart, event.UndoDone:
		return widget.Warn
	case event.StepDone, event.RunDone:
		if l.Status != "" {
			return widget.Info // it was not rehearsed
		}
		return widget.Good
	}
	return widget.Info
}

// showWays offers what can be done now, each by what it does: a rehearsal begins once more at once; a real disk has to be confirmed anew.
func (p *install) showWays() {
	further, rehearsal := p.room.State.CanContinue(), p.room.State.Rehearsal
	text, importance := lang.L("Back to the disks"), fw.HighImportance
	switch {
	case rehearsal:
		text, importance = lang.L("Back to the choices"), fw.MediumImportance
	case further:
		text, importance = lang.L("Begin anew"), fw.MediumImportance
	}
	if p.retry.Text != text {
		p.retry.Text, p.retry.Importance = text, importance
		p.retry.Refresh()
	}
	show(p.goOn, further)
	show(p.again, rehearsal)
}

// showStall asks about a program that has said nothing for long. Nothing is stopped without an answer.
func (p *install) showStall(run *session.Run) {
	show(p.stalled, run.Stalled != nil && !run.Stopping)
	if run.Stalled != nil {
		p.silent.Set(widget.Warn, lang.L("Nothing was heard from {{.Program}} for {{.Minutes}} minutes. It may be at something large, or hang. Go on waiting, or cancel?", map[string]any{
			"Program": run.Stalled.Program, "Minutes": int(run.Stalled.For.Minutes()),
		}))
	}
}

// showDisk says what is left of the disk. A virtual one held nothing before, and the engine's words are about disks that may have.
func (p *install) showDisk(run *session.Run) {
	if !p.room.State.Rehearsal {
		p.disk.Set(widget.Warn, Engine(run.Next))
		return
	}
	p.disk.Set(widget.Info, lang.L("The virtual disk is unfinished, and nothing else was touched. It is removed when the next rehearsal begins, or when this window is closed."))
}

// showEnd says what became of a run that did not finish.
func (p *install) showEnd(run *session.Run) {
	ended := run.Outcome == session.OutcomeFailed || run.Outcome == session.OutcomeCancelled
	show(p.failure, ended)
	p.showWays()
	show(p.progress, !ended)
	if !ended {
		return
	}
	step := ""
	for _, s := range run.Steps {
		if s.State == session.StepFailed || s.State == session.StepUndoFailed {
			step = Engine(s.Title)
		}
	}
	switch {
	case run.Outcome == session.OutcomeCancelled:
		p.what.Set(widget.Info, lang.L("The run was cancelled."))
	case step == "":
		p.what.Set(widget.Bad, lang.L("It could not be done: {{.Cause}}", map[string]string{"Cause": Engine(run.Error)}))
	default:
		p.what.Set(widget.Bad, lang.L("The step “{{.Step}}” failed: {{.Cause}}", map[string]string{"Step": step, "Cause": Engine(run.Error)}))
	}
	p.showDisk(run)
	good := ""
	if work := p.room.Work; work.Saved != "" {
		good = lang.L("The report is in {{.Path}}. It holds no passphrase and no password.", map[string]string{"Path": work.Saved})
	}
	tell(p.saved, p.room.Work.SaveError, good)
}
