package page

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
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
	held  session.Selection // what was clicked last

	chosen   [2]*widget.FactList // two columns of one summary
	summary  fyne.CanvasObject
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
	for i := range p.chosen {
		p.chosen[i] = widget.NewFactList(func(id string) { room.Acts.Open(session.Page(id)) })
	}
	p.summary = panel(title(lang.L("What you chose")), beside(p.chosen[0], p.chosen[1]),
		bare(muted(lang.L("Choose a line to go to its page and change it.")), 0))
	p.losses, p.caveats = widget.NewNotice(widget.Bad, ""), widget.NewNotice(widget.Warn, "")
	p.diskmap = widget.NewReadOnlyMap(widget.MapData{})
	p.diskmap.OnSelect = func(id string) { p.sel(session.Selection{Role: roleOf(id)}) }
	p.diskmap.OnPoint = func(id string) { p.point(session.Selection{Role: roleOf(id)}) }
	p.steps = widget.NewStepList(nil, func(id string) { p.sel(session.Selection{Step: id}) })
	p.steps.OnPoint = func(id string) { p.point(session.Selection{Step: id}) }
	p.steps.ShowAll()
	p.paper = newPaper(room, p.sel, p.point)
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

// arrange begins with what was chosen. It puts what is lost and the question together, since one is the answer to the other, and
// below them how it is done.
func (p *review) arrange() *fyne.Container {
	steps := stretched(look.SmallGap, p.steps, title(lang.L("Steps")), p.steps)
	body := divided(2, 3, steps, p.paper.box)
	details := card(stretched(look.SmallGap, body, body, p.exports.buttons, p.exports.told))
	return stretched(look.Gap, details, p.summary, p.asked, panel(p.diskmap), details, p.caveats)
}

func (p *review) Content() fyne.CanvasObject { return p.content }

func (p *review) Sentence() string {
	if s := p.room.State; s.Rehearsal {
		return lang.L("Nothing is lost: this is a rehearsal on a virtual disk of {{.Size}}. Point at a block, a step or a line: what belongs to it lights up. A click keeps it lit and shows its text.",
			map[string]string{"Size": look.Number(s.Draft.Image.Human())})
	}
	return lang.L("Nothing has been written yet. Point at a block, a step or a line: what belongs to it lights up. A click keeps it lit and shows its text.")
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
	p.held = session.Selection{}
	p.shown, p.made, p.links = made, session.MakeReview(*made), session.MakeLinks(*made)
	p.showSummary()
	p.losses.Set(p.lossText())
	p.diskmap.SetData(mapOf(p.made.Map))
	p.steps.SetSteps(reviewSteps(p.made.Steps))
	p.paper.show(p.made)
	p.caveats.Set(widget.Info, strings.Join(engineAll(p.made.Notes), "\n"))
}

// showSummary divides what was chosen among two columns: disk and people, and what they get.
func (p *review) showSummary() {
	var facts []widget.Fact
	for _, c := range p.room.State.Summary() {
		facts = append(facts, widget.Fact{ID: string(c.Page), Label: Say(c.Label), Text: chosenText(c)})
	}
	half := (len(facts) + 1) / 2
	p.chosen[0].SetFacts(facts[:half])
	p.chosen[1].SetFacts(facts[half:])
}

// chosenText says what was chosen in one line.
func chosenText(c session.Chosen) string {
	var parts []string
	for _, t := range c.Says {
		part := Say(t)
		switch c.Field {
		case "locale.language":
			part = languageName(part)
		case "locale.time_zone":
			part = strings.ReplaceAll(part, "_", " ")
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
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

// sel keeps lit what belongs to a selection, and shows its text.
func (p *review) sel(selection session.Selection) {
	p.held = selection
	h := p.links.For(selection)
	if len(h.Steps) > 0 {
		p.steps.ScrollTo(h.Steps[0])
	}
	p.paper.follow(selection, h)
	p.light(h)
}

// point lights up what belongs to what is pointed at; where that is nothing, it is what was chosen last.
func (p *review) point(selection session.Selection) {
	if selection == (session.Selection{}) {
		selection = p.held
	}
	p.light(p.links.For(selection))
}

func (p *review) light(h session.Highlight) {
	ids := make([]string, len(h.Roles))
	for i, role := range h.Roles {
		ids[i] = string(role)
	}
	p.diskmap.SetHighlighted(ids...)
	p.steps.SetHighlighted(h.Steps...)
	p.paper.light(h)
}
