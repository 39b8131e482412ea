package page

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/app/session"
	"lethe/app/widget"
)

// disk asks which disk to take, or how large the virtual one of a rehearsal is.
type disk struct {
	room    Room
	notes   *notes
	content fyne.CanvasObject

	notice *widget.Notice
	real   fyne.CanvasObject
	cards  *widget.CardList
	empty  *widget.Notice
	again  *control.Button

	virtual fyne.CanvasObject
	size    *widget.SizeEntry
	sector  *control.Choice
	about   *widget.Notice
}

func newDisk(room Room) Page {
	d := &disk{room: room, notes: newNotes(room.State, session.PageDisk), notice: widget.NewNotice(widget.Warn, "")}
	d.cards = widget.NewCardList(nil, func(path string) {
		d.notes.touch(session.FieldDisk)
		room.State.Notice = session.Text{}
		room.State.Select(path)
		room.Acts.Changed()
	})
	d.again = control.NewButton(lang.L("Look for disks again"), theme.ViewRefreshIcon(), room.Acts.Look)
	d.empty = widget.NewNotice(widget.Info, "")
	d.real = column(d.cards, d.empty, d.notes.of(session.FieldDisk, nil), row(d.again))

	d.size = widget.NewSizeEntry(lang.L("Size of the virtual disk"), room.State.Draft.Image, func(text string) {
		d.notes.touch(session.FieldImage)
		room.State.SetSize(session.FieldImage, strings.TrimSpace(text))
		room.Acts.Changed()
	})
	d.sector = control.NewChoice([]control.Option{
		{Value: "512", Label: lang.L("512 bytes, as most disks have")}, {Value: "4096", Label: lang.L("4096 bytes, as some NVMe drives have")},
	}, func(value string) {
		room.State.Draft.Sector = 512
		if value == "4096" {
			room.State.Draft.Sector = 4096
		}
		room.Acts.Changed()
	})
	d.about = widget.NewNotice(widget.Info, lang.L("The virtual disk is a sparse file: it takes only as much room as is written to it, a few hundred MiB at most. It is removed when this window is closed, unless you keep it."))
	d.virtual = column(
		panel(
			beside(
				group(d.size, d.notes.of(session.FieldImage, focusable(d.size))),
				labelled(lang.L("Sector size"), d.sector),
			),
		),
		d.about,
	)
	d.content = column(d.notice, d.real, d.virtual, d.notes.rest.box)
	d.Refresh()
	return d
}

func (d *disk) Content() fyne.CanvasObject { return d.content }

func (d *disk) Sentence() string {
	if d.room.State.Rehearsal {
		return lang.L("A rehearsal works on a file that stands for a disk. Choose how large it is.")
	}
	return lang.L("Lethe takes one whole disk. Keeping or resizing partitions, and another system on the same disk, are out of scope for now.")
}

func (d *disk) First() fyne.Focusable {
	if d.room.State.Rehearsal {
		return focusable(d.size)
	}
	return focusable(d.cards)
}

func (d *disk) Reveal() fyne.Focusable {
	if f := d.notes.revealAll(); f != nil {
		return f
	}
	return d.First()
}
func (d *disk) Leave() {}

func (d *disk) Refresh() {
	s := d.room.State
	d.notice.Set(widget.Warn, Say(s.Notice))
	if s.Rehearsal {
		d.real.Hide()
		d.virtual.Show()
		if _, wrong := s.Draft.Sizes[session.FieldImage]; !wrong { // what is refused can be read
			d.size.SetValue(s.Draft.Image)
		}
		d.sector.ShowAs("512")
		if s.Draft.Sector == 4096 {
			d.sector.ShowAs("4096")
		}
		d.notes.refresh()
		return
	}
	d.virtual.Hide()
	d.real.Show()
	cards, chosen := diskCards(s.Cards())
	d.cards.SetCards(cards)
	d.cards.Select(chosen)
	switch {
	case len(cards) > 0:
		d.empty.Set(widget.Info, "")
	case s.Shown.Grade == "":
		d.empty.Set(widget.Info, lang.L("The disks of this machine are being read…"))
	default:
		d.empty.Set(widget.Warn, lang.L("This machine has no disk. Connect one, and look again."))
	}
	d.notes.refresh()
}

// diskCards are the disks as a list shows them, and the chosen one.
func diskCards(disks []session.Card) (cards []widget.Card, chosen string) {
	for _, c := range disks {
		card := widget.Card{ID: c.Path, Icon: theme.StorageIcon(), Title: Engine(c.Title), Lines: cardLines(c)}
		if c.Removable {
			card.Badge = lang.L("removable")
		}
		if !c.Selectable {
			card.Reason = Say(c.Reason)
		}
		if c.Selected {
			chosen = c.Path
		}
		cards = append(cards, card)
	}
	return cards, chosen
}

// mostContents is how many things on a disk a card names.
const mostContents = 5

func cardLines(c session.Card) []string {
	first := []string{look.Number(c.Size)}
	for _, part := range []string{c.Bus, c.Path} {
		if part != "" {
			first = append(first, part)
		}
	}
	if c.Serial != "" {
		first = append(first, lang.L("serial number {{.Serial}}", map[string]string{"Serial": c.Serial}))
	}
	lines := []string{strings.Join(first, " · ")}
	if len(c.LookAlikes) > 0 {
		lines = append(lines, lang.L("Looks just like {{.Others}}; this one is at {{.Place}}", map[string]string{"Others": strings.Join(c.LookAlikes, ", "), "Place": c.Place}))
	}
	for i, content := range c.Contents {
		if i == mostContents {
			lines = append(lines, lang.N("and {{.Count}} more", len(c.Contents)-i, map[string]any{"Count": len(c.Contents) - i}))
			break
		}
		lines = append(lines, Say(content))
	}
	if c.Selectable && !c.Reason.Empty() {
		lines = append(lines, Say(c.Reason))
	}
	return lines
}

// focusable finds what can take the focus in a control: itself, or what it says.
func focusable(o fyne.CanvasObject) fyne.Focusable {
	if f, ok := o.(fyne.Focusable); ok {
		return f
	}
	if inner, ok := o.(interface{ Focusable() fyne.Focusable }); ok {
		return inner.Focusable()
	}
	return nil
}
