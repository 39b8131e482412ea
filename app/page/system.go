package page

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"lethe/app/control"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/engine/config"
)

// system asks for the desktop, the services, and what is kept besides what is kept anyway.
type system struct {
	room    Room
	notes   *notes
	content fyne.CanvasObject

	desktop   *widget.CardList
	services  []*serviceBox
	home      *control.Choice
	homeMeans *quiet
	keptBox   *fyne.Container
	kept      []keptLine
	folders   *control.Entry
	homes     *control.Entry
	own       *widget.Switch
	source    *control.Entry
	rev       *control.Entry
	ownBox    *fyne.Container
	generated *fyne.Container
}

// services are the toggles of the page, in order.
var services = []session.ChoiceKey{
	session.ChoiceBluetooth, session.ChoicePrinting, session.ChoiceSSH, session.ChoiceFlatpak, session.ChoiceSteam,
	session.ChoiceDocker, session.ChoicePodman, session.ChoiceLibvirt, session.ChoiceTailscale,
}

// serviceBox is a service to tick, with what there is to say about it.
type serviceBox struct {
	key   session.ChoiceKey
	check *control.Check
	says  *note
}

// gone says what all of this is about before it asks for anything.
func gone() fyne.CanvasObject {
	n := widget.NewNotice(widget.Info, "")
	n.Set(widget.Info, lang.L("The system is made anew at every boot, and forgets whatever is not kept. ~/notes.txt is gone after the next boot, while ~/Documents/notes.txt stays: what stays is listed below."))
	return n
}

func newSystem(room Room) Page {
	p := &system{room: room, notes: newNotes(room.State, session.PageSystem), keptBox: tight()}
	s := room.State
	p.desktop = widget.NewCardList(nil, func(key string) {
		s.Set(session.ChoiceKey(key), true)
		room.Acts.Changed()
	})
	p.home = control.NewChoice([]control.Option{
		{Value: "simple", Label: lang.L("Keep all settings")},
		{Value: "minimal", Label: lang.L("Keep chosen settings only")},
	}, func(value string) {
		s.Draft.Wishes.Persistence.Home = value
		room.Acts.Changed()
	})
	persistence := &s.Draft.Wishes.Persistence
	p.folders = p.paths("persistence.directories", lang.L("/var/lib/example, one on each line"), func() *[]string { return &persistence.Directories })
	p.homes = p.paths("persistence.home_directories", lang.L("Games/example, one on each line"), func() *[]string { return &persistence.HomeDirectories })
	p.homeMeans = muted("")
	p.generated = column(
		gone(),
		panel(title(lang.L("Desktop")), p.desktop, p.notes.of("desktop.environment", focusable(p.desktop))),
		panel(title(lang.L("Services")), p.serviceGrid()),
		panel(
			title(lang.L("What is kept")),
			flush(paragraph(lang.L("This list follows from your choices above. ~ is the home of each user. Everything else is gone at the next boot."))),
			labelled(lang.L("Settings in each home"), p.home, flush(p.homeMeans)),
			p.keptBox,
			beside(
				labelled(lang.L("Keep these folders too"), p.folders, p.notes.of("persistence.directories", p.folders), p.notes.of("persistence", p.folders)),
				labelled(lang.L("Keep these in each home too"), p.homes, p.notes.of("persistence.home_directories", p.homes)),
			),
		),
	)
	p.own = widget.NewSwitch(lang.L("Install a configuration of my own"), lang.L("A flake in a git repository. Lethe adds the disk and the hardware to it and changes no file of yours."), p.setOwn)
	p.source = control.NewEntry(lang.L("https://example.org/me/nixos.git, or a folder"), func(text string) { p.set("repo.source", &s.Draft.Wishes.Repo.Source, text) })
	p.rev = control.NewEntry(lang.L("the default branch"), func(text string) { p.set("repo.rev", &s.Draft.Wishes.Repo.Rev, text) })
	p.ownBox = beside(
		labelled(lang.L("Repository"), p.source, p.notes.of("repo.source", p.source)),
		labelled(lang.L("Branch, tag or commit"), p.rev, p.notes.of("repo.rev", p.rev)),
	)
	p.content = column(p.generated, panel(p.own, p.ownBox), p.notes.rest.box)
	p.own.SetOn(s.Draft.Wishes.Repo.Source != "")
	p.Refresh()
	return p
}

// paths is an entry for several paths. Half a path is often a wrong one, so nothing is said of it before the entry is left.
func (p *system) paths(field, placeholder string, wish func() *[]string) *control.Entry {
	e := control.NewLines(placeholder, func(text string) {
		var list []string
		for line := range strings.SplitSeq(text, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				list = append(list, line)
			}
		}
		*wish() = list
		p.notes.untouch(field)
		p.room.Acts.Changed()
	})
	e.Left = func() {
		p.notes.touch(field)
		p.notes.refresh()
	}
	e.SetMinRowsVisible(3)
	return e
}

func (p *system) set(field string, wish *string, text string) {
	*wish = strings.TrimSpace(text)
	p.notes.touch(field)
	p.room.Acts.Changed()
}

// setOwn switches between the generated configuration and one's own; what was typed stays in the entries.
func (p *system) setOwn(on bool) {
	repo := &p.room.State.Draft.Wishes.Repo
	if on {
		repo.Source, repo.Rev = strings.TrimSpace(p.source.Text), strings.TrimSpace(p.rev.Text)
	} else {
		*repo = config.Repo{}
	}
	p.room.Acts.Changed()
	if on {
		p.room.Acts.Focus(p.source)
	}
}

func (p *system) serviceGrid() fyne.CanvasObject {
	boxes := grid(2)
	for _, key := range services {
		box := &serviceBox{key: key, says: newNote()}
		c := p.room.State.Choice(key)
		box.check = control.NewCheck(Say(c.Label), func(on bool) {
			p.room.State.Set(key, on)
			p.room.Acts.Changed()
		})
		p.services = append(p.services, box)
		boxes.Add(tight(box.check, underCheck(muted(Say(c.About))), box.says.box))
	}
	return boxes
}

func (p *system) Content() fyne.CanvasObject { return p.content }

func (p *system) Sentence() string {
	return lang.L("Choose what runs, and what outlives a boot. All of it can be changed later in the configuration.")
}

func (p *system) First() fyne.Focusable {
	if p.own.On() {
		return p.source
	}
	return focusable(p.desktop)
}

func (p *system) Reveal() fyne.Focusable {
	if f := p.notes.revealAll(); f != nil {
		return f
	}
	return p.First()
}
func (p *system) Leave() {}

func (p *system) Refresh() {
	s := p.room.State
	own := p.own.On()
	show(p.generated, !own)
	show(p.ownBox, own)
	cards, on := choiceCards(s, session.ChoicePlasma, session.ChoiceGnome, session.ChoiceNoDesktop)
	for i := range cards {
		about := s.Choice(session.ChoiceKey(cards[i].ID)).About
		cards[i].Lines = append([]string{Say(about)}, cards[i].Lines...)
	}
	p.desktop.SetCards(cards)
	p.desktop.Select(on)
	for _, box := range p.services {
		c := s.Choice(box.key)
		box.check.ShowAs(c.On)
		if c.Enabled {
			box.check.Enable()
			box.says.show(Say(c.Warning), false)
		} else {
			box.check.Disable()
			box.says.show(Say(c.Why), false)
		}
	}
	home := s.Draft.Wishes.WithDefaults().Persistence.Home
	p.home.ShowAs(home)
	p.homeMeans.SetText(homeMeans(home))
	p.folders.ShowAs(strings.Join(s.Draft.Wishes.Persistence.Directories, "\n"))
	p.homes.ShowAs(strings.Join(s.Draft.Wishes.Persistence.HomeDirectories, "\n"))
	p.showKept()
	p.notes.refresh()
}
