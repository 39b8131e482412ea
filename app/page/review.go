package page

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/engine/plan"
)

// review shows all that will be done, and asks for the name of the disk. What it lists takes the height that is left.
type review struct {
	room    Room
	notes   *notes
	content fyne.CanvasObject

	planning *widget.Notice
	whole    *fyne.Container

	shown *plan.Plan // what the controls show
	made  session.Review
	links session.Links

	losses   *widget.Notice
	diskmap  *widget.PartitionMap
	steps    *widget.StepList
	paper    *paper
	caveats  *widget.Notice
	exports  *exports
	consent  *control.Entry
	asked    fyne.CanvasObject
	question *fw.Label
}

func newReview(room Room) Page {
	p := &review{room: room, notes: newNotes(room.State, session.PageReview), exports: newExports(room)}
	p.planning = widget.NewNotice(widget.Info, "")
	p.losses, p.caveats = widget.NewNotice(widget.Bad, ""), widget.NewNotice(widget.Warn, "")
	p.diskmap = widget.NewReadOnlyMap(widget.MapData{})
	p.diskmap.OnSelect = func(id string) { p.sel(session.Selection{Role: roleOf(id)}) }
	p.steps = widget.NewStepList(nil, func(id string) { p.sel(session.Selection{Step: id}) })
	p.steps.ShowAll()
	p.paper = newPaper(room, p.sel)
	p.consent = control.NewEntry("", func(text string) {
		room.State.Consent = text
		p.notes.touch(session.FieldConsent)
		room.Acts.Changed()
	})
	p.question = fw.NewLabelWithStyle("", fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	p.asked = panel(p.losses, bare(p.question, 0), p.consent, p.notes.of(session.FieldConsent, p.consent))
	p.whole = p.arrange()
	p.content = stretched(look.Gap, p.whole, p.planning, p.whole, p.notes.rest.box)
	p.Refresh()
	return p
}

// arrange puts what is lost and the question together, since one is the answer to the other, and below them how it is done.
func (p *review) arrange() *fyne.Container {
	heading := container.NewVBox(layout.NewSpacer(), title(lang.L("Steps")), layout.NewSpacer())
	steps := stretched(look.SmallGap, p.steps, high(heading, p.paper.head.MinSize().Height), p.steps)
	body := divided(2, 3, steps, p.paper.box)
	details := card(stretched(look.SmallGap, body, body, p.exports.buttons, p.exports.told))
	return stretched(look.Gap, details, p.asked, panel(p.diskmap), details, p.caveats)
}

func (p *review) Content() fyne.CanvasObject { return p.content }

func (p *review) Sentence() string {
	if s := p.room.State; s.Rehearsal {
		return lang.L("Nothing is lost: this is a rehearsal on a virtual disk of {{.Size}}. Point at a block, step or line: what belongs together lights up.",
			map[string]string{"Size": look.Number(s.Draft.Image.Human())})
	}
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
		p.planning.Set(widget.Bad, Engine(work.PlanError))
	default:
		p.planning.Set(widget.Info, "")
	}
	fresh := s.Fresh()
	show(p.whole, fresh)
	if fresh {
		p.showPlan(s.Plan)
	}
	p.exports.refresh(work)
	show(p.asked, !s.Rehearsal)
	if fresh && !s.Rehearsal {
		p.question.SetText(lang.L("Type {{.Name}} to begin.", map[string]string{"Name": session.EraseName(*s.Plan)}))
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
	p.paper.show(p.made)
	p.caveats.Set(widget.Info, strings.Join(engineAll(p.made.Notes), "\n"))
}

// lossText says what will be gone; in a rehearsal the sentence of the page does.
func (p *review) lossText() (widget.NoticeLevel, string) {
	switch {
	case p.room.State.Rehearsal:
		return widget.Info, ""
	case len(p.made.Losses) == 0:
		return widget.Warn, lang.L("Nothing is known to be on {{.Disk}}; all of it is overwritten.", map[string]string{"Disk": p.made.Disk})
	}
	lines := []string{lang.L("This will be lost for good, on {{.Disk}}:", map[string]string{"Disk": p.made.Disk})}
	for _, l := range p.made.Losses {
		line := "• " + Engine(l.What)
		if l.Used != "" {
			line += " – " + Engine(l.Used)
		}
		lines = append(lines, line)
	}
	return widget.Bad, strings.Join(lines, "\n")
}

// reviewSteps are the steps by their titles; what else there is to say of one stands beside it when it is chosen.
func reviewSteps(steps []session.ReviewStep) []widget.Step {
	list := make([]widget.Step, len(steps))
	for i, s := range steps {
		list[i] = widget.Step{ID: s.ID, Title: Engine(s.Title)}
		if s.NotRehearsed != "" {
			list[i].State, list[i].Detail = widget.Skipped, lang.L("Not rehearsed")
		}
	}
	return list
}

// sel lights up what belongs to a selection.
func (p *review) sel(selection session.Selection) {
	h := p.links.For(selection)
	ids := make([]string, len(h.Roles))
	for i, role := range h.Roles {
		ids[i] = string(role)
	}
	p.diskmap.SetHighlighted(ids...)
	p.steps.SetHighlighted(h.Steps...)
	if len(h.Steps) > 0 {
		p.steps.ScrollTo(h.Steps[0])
	}
	p.paper.light(selection, h)
}
