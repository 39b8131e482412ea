package page

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/engine/plan"
)

// review shows all that will be done, and asks for the name of the disk.
type review struct {
	room    Room
	notes   *notes
	content fyne.CanvasObject

	planning *widget.Notice
	whole    *fyne.Container

	shown    *plan.Plan // what the controls show
	made     session.Review
	links    session.Links
	selected session.Selection

	losses   *widget.Notice
	diskmap  *widget.PartitionMap
	steps    *widget.StepList
	commands *widget.CodeView
	file     *control.Choice
	text     *widget.CodeView
	caveats  *widget.Notice
	exported *widget.Notice
	consent  *control.Entry
	asked    *fyne.Container
	question *widget.Notice
	folder   *control.Button
	archive  *control.Button
}

func newReview(room Room) Page {
	p := &review{room: room, notes: newNotes(room.State, session.PageReview)}
	p.planning = widget.NewNotice(widget.Info, "")
	p.losses, p.caveats = widget.NewNotice(widget.Bad, ""), widget.NewNotice(widget.Warn, "")
	p.diskmap = widget.NewReadOnlyMap(widget.MapData{})
	p.diskmap.OnSelect = func(id string) { p.sel(session.Selection{Role: roleOf(id)}) }
	p.steps = widget.NewStepList(nil, func(id string) { p.sel(session.Selection{Step: id}) })
	p.commands, p.text = widget.NewCodeView(widget.Shell, ""), widget.NewCodeView(widget.Nix, "")
	p.text.OnLine = func(line int) { p.sel(session.Selection{File: p.selected.File, Line: line}) }
	p.file = control.NewChoice(nil, func(path string) {
		p.showFile(path)
		p.sel(session.Selection{File: path})
	})
	p.exported = widget.NewNotice(widget.Good, "")
	p.folder = control.NewButton(lang.L("Export to a folder…"), theme.FolderOpenIcon(), func() { room.Acts.Export(false) })
	p.archive = control.NewButton(lang.L("Export as an archive…"), theme.DocumentSaveIcon(), func() { room.Acts.Export(true) })
	p.consent = control.NewEntry("", func(text string) {
		room.State.Consent = text
		p.notes.touch(session.FieldConsent)
		room.Acts.Changed()
	})
	p.question = widget.NewNotice(widget.Bad, "")
	p.asked = group(p.question, p.consent, p.notes.of(session.FieldConsent, p.consent))
	p.whole = column(
		p.losses,
		panel(title(lang.L("The disk as it will be")), p.diskmap),
		panel(title(lang.L("Steps, and what you could type instead")), beside(p.steps, high(p.commands, 260))),
		panel(container.NewBorder(nil, nil, title(lang.L("Configuration")), p.file), high(p.text, 320), row(p.folder, p.archive), p.exported),
		p.caveats,
		panel(p.asked),
	)
	p.content = column(p.planning, p.whole, p.notes.rest.box)
	p.Refresh()
	return p
}

func (p *review) Content() fyne.CanvasObject { return p.content }

func (p *review) Sentence() string {
	return lang.L("Nothing has been written yet. Point at a block, a step or a line: what belongs together lights up.")
}

func (p *review) First() fyne.Focusable {
	if p.room.State.Rehearsal {
		return nil
	}
	return p.consent
}

func (p *review) Reveal() fyne.Focusable { return p.notes.revealAll() }
func (p *review) Leave()                 {}

func (p *review) Refresh() {
	s, work := p.room.State, p.room.Work
	switch {
	case work.Planning:
		p.planning.Set(widget.Info, lang.L("The plan is being made…"))
	case work.PlanError != "":
		p.planning.Set(widget.Bad, work.PlanError)
	default:
		p.planning.Set(widget.Info, "")
	}
	fresh := s.Fresh()
	show(p.whole, fresh)
	if fresh {
		p.showPlan(s.Plan)
	}
	p.showExport()
	show(p.asked, !s.Rehearsal)
	if fresh && !s.Rehearsal {
		p.question.Set(widget.Bad, lang.L("This erases {{.Disk}}. Type {{.Name}} to begin.", map[string]string{"Disk": p.made.Disk, "Name": session.EraseName(*s.Plan)}))
		p.consent.SetPlaceHolder(session.EraseName(*s.Plan))
	}
	p.consent.ShowAs(s.Consent)
	if !work.Planning && work.PlanError == "" {
		p.notes.refresh()
	}
}

// showPlan fills the controls where the plan is another one.
func (p *review) showPlan(made *plan.Plan) {
	if p.shown == made {
		return
	}
	p.shown, p.made, p.links = made, session.MakeReview(*made), session.MakeLinks(*made)
	p.losses.Set(p.lossText())
	p.diskmap.SetData(mapOf(p.made.Map))
	p.steps.SetSteps(reviewSteps(p.made.Steps))
	options, first := p.files()
	p.file.SetOffer(options)
	p.file.ShowAs(first)
	p.showFile(first)
	p.caveats.Set(widget.Info, strings.Join(p.made.Notes, "\n"))
	if len(p.made.Steps) > 0 {
		p.showCommands(p.made.Steps[0].ID)
	}
}

// lossText says what will be gone.
func (p *review) lossText() (widget.NoticeLevel, string) {
	switch {
	case p.room.State.Rehearsal:
		return widget.Info, lang.L("Nothing is lost: this is a rehearsal on {{.Disk}}.", map[string]string{"Disk": p.made.Disk})
	case len(p.made.Losses) == 0:
		return widget.Warn, lang.L("Nothing is known to be on {{.Disk}}; all of it is overwritten.", map[string]string{"Disk": p.made.Disk})
	}
	lines := []string{lang.L("This will be lost for good, on {{.Disk}}:", map[string]string{"Disk": p.made.Disk})}
	for _, l := range p.made.Losses {
		line := "• " + l.What
		if l.Used != "" {
			line += " – " + l.Used
		}
		lines = append(lines, line)
	}
	return widget.Bad, strings.Join(lines, "\n")
}

func reviewSteps(steps []session.ReviewStep) []widget.Step {
	list := make([]widget.Step, len(steps))
	for i, s := range steps {
		list[i] = widget.Step{ID: s.ID, Title: s.Title, Detail: s.Why}
		if s.NotRehearsed != "" {
			list[i].State, list[i].Detail = widget.Skipped, lang.L("Not rehearsed: {{.Why}}", map[string]string{"Why": s.NotRehearsed})
		}
	}
	return list
}

// diffName stands for the diff among the files.
const diffName = "diff"

// files offers the files of the configuration; that of the disks comes first.
func (p *review) files() (options []control.Option, first string) {
	if p.made.Diff != "" {
		options, first = append(options, control.Option{Value: diffName, Label: lang.L("What is added to your repository")}), diffName
	}
	for _, f := range p.made.Files {
		options = append(options, control.Option{Value: f.Path, Label: f.Path})
		if first == "" && strings.HasSuffix(f.Path, "disks.nix") {
			first = f.Path
		}
	}
	if first == "" && len(options) > 0 {
		first = options[0].Value
	}
	return options, first
}

// showFile shows a file of the configuration.
func (p *review) showFile(path string) {
	p.selected.File = path
	if path == diffName && p.made.Diff != "" {
		p.text.SetText(widget.Diff, p.made.Diff)
		return
	}
	for _, f := range p.made.Files {
		if f.Path == path {
			p.text.SetText(languageOf(path), f.Text)
		}
	}
}

// languageOf is how a file is coloured.
func languageOf(path string) widget.Language {
	switch {
	case strings.HasSuffix(path, ".nix"):
		return widget.Nix
	case strings.HasSuffix(path, ".toml"):
		return widget.TOML
	case strings.HasSuffix(path, "justfile"), strings.HasSuffix(path, ".sh"):
		return widget.Shell
	}
	return widget.Plain
}

// showCommands shows what a person could type instead of a step.
func (p *review) showCommands(id string) {
	for _, s := range p.made.Steps {
		if s.ID != id {
			continue
		}
		lines := []string{"# " + s.Title}
		if s.NotRehearsed != "" {
			lines = append(lines, "# "+lang.L("Not rehearsed: {{.Why}}", map[string]string{"Why": s.NotRehearsed}))
		}
		p.commands.SetText(widget.Shell, strings.Join(append(lines, s.Commands...), "\n"))
	}
}

// sel lights up what belongs to a selection.
func (p *review) sel(selection session.Selection) {
	h := p.links.For(selection)
	if selection.File == "" {
		selection.File = p.selected.File
		p.turnTo(h.Lines)
		selection.File = p.selected.File
	}
	p.selected = selection
	ids := make([]string, len(h.Roles))
	for i, role := range h.Roles {
		ids[i] = string(role)
	}
	p.diskmap.SetHighlighted(ids...)
	p.steps.SetHighlighted(h.Steps...)
	if len(h.Steps) > 0 {
		p.showCommands(h.Steps[0])
		p.steps.ScrollTo(h.Steps[0])
	}
	p.text.SetHighlighted(linesIn(h.Lines, p.selected.File)...)
}

// turnTo shows a file with lines that light up, unless the one that is shown has some.
func (p *review) turnTo(lines []session.LineRange) {
	in := func(path string) bool {
		return slices.ContainsFunc(lines, func(l session.LineRange) bool { return l.File == path })
	}
	if len(lines) == 0 || in(p.selected.File) {
		return
	}
	p.file.ShowAs(lines[0].File)
	p.showFile(lines[0].File)
}

// linesIn are the lines of one file; a range without lines is the whole file, which needs no light.
func linesIn(lines []session.LineRange, path string) []widget.LineRange {
	var list []widget.LineRange
	for _, l := range lines {
		if l.File == path && l.First > 0 {
			list = append(list, widget.LineRange{First: l.First, Last: l.Last})
		}
	}
	return list
}

func (p *review) showExport() {
	switch work := p.room.Work; {
	case work.ExportError != "":
		p.exported.Set(widget.Bad, work.ExportError)
	case work.Exported != "":
		p.exported.Set(widget.Good, lang.L("The configuration is in {{.Path}}.", map[string]string{"Path": work.Exported}))
	default:
		p.exported.Set(widget.Good, "")
	}
}
