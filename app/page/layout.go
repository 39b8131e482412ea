package page

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// layoutPage shows the disk before and after, and what can be chosen of the latter.
type layoutPage struct {
	room    Room
	notes   *notes
	content fyne.CanvasObject

	beforeBox             *fyne.Container
	before, after         *widget.PartitionMap
	drawn                 widget.MapData // of the sizes that made a layout last
	encryption, hibernate *widget.Switch
	keepPlain             *widget.Switch
	swap                  *widget.CardList
	esp, swapSize         *widget.SizeEntry
	topology              *widget.TopologyTable
	why                   *quiet
	odd                   *widget.Notice
	reset                 *control.Button
}

func newLayout(room Room) Page {
	p := &layoutPage{room: room, notes: newNotes(room.State, session.PageLayout)}
	s := room.State
	p.before, p.after = widget.NewReadOnlyMap(widget.MapData{}), widget.NewPartitionMap(widget.MapData{})
	p.after.OnMove = func(index int, sector quantity.Sectors) {
		if _, moved := s.MoveBoundary(index, sector); moved {
			room.Acts.Changed()
		}
	}
	p.odd = widget.NewNotice(widget.Info, "")
	p.encryption = p.toggle(session.ChoiceEncryption)
	p.hibernate = p.toggle(session.ChoiceHibernate) // which may make swap plain
	p.keepPlain = p.toggle(session.ChoiceKeepPlain)
	p.swap = widget.NewCardList(nil, func(key string) {
		s.Set(session.ChoiceKey(key), true)
		p.notes.touch(session.FieldSwapMode)
		room.Acts.Changed()
	})
	p.esp = p.sized(lang.L("Size of the EFI system partition"), session.FieldESP)
	p.swapSize = p.sized(lang.L("Size of swap"), session.FieldSwap)
	p.topology = widget.NewTopologyTable(device.Topology{})
	p.why = muted("")
	p.reset = control.NewButton(lang.L("Let Lethe choose the sizes"), theme.ContentUndoIcon(), func() {
		s.ResetSizes()
		room.Acts.Changed()
	})
	p.beforeBox = group(title(lang.L("Before")), p.before)
	p.content = column(
		panel(p.beforeBox, title(lang.L("After")), p.after, p.notes.of(session.FieldLayout, nil)),
		beside(
			panel(p.encryption, labelled(lang.L("Swap"), p.swap), p.keepPlain, p.notes.of(session.FieldSwapMode, p.keepPlain), p.hibernate),
			panel(p.esp, p.notes.of(session.FieldESP, nil), p.swapSize, p.notes.of(session.FieldSwap, nil), row(p.reset)),
		),
		panel(title(lang.L("How the disk wants to be written to")), p.topology, flush(p.why), p.odd),
		p.notes.rest.box,
	)
	p.Refresh()
	return p
}

// toggle is a switch of the session.
func (p *layoutPage) toggle(key session.ChoiceKey) *widget.Switch {
	return widget.NewSwitch(Say(p.room.State.Choice(key).Label), "", func(on bool) {
		p.room.State.Set(key, on)
		p.notes.touch(session.FieldSwapMode)
		p.room.Acts.Changed()
	})
}

// showToggle shows a switch of the session as it is.
func showToggle(w *widget.Switch, c session.Choice) {
	w.SetOn(c.On)
	w.SetSentence(Say(c.Warning))
	if c.Enabled {
		w.SetReason("")
		return
	}
	w.SetReason(Say(c.Why))
}

func (p *layoutPage) sized(label, field string) *widget.SizeEntry {
	return widget.NewSizeEntry(label, 0, func(text string) {
		p.notes.touch(field)
		p.notes.touch(session.FieldLayout)
		p.room.State.SetSize(field, strings.TrimSpace(text))
		p.room.Acts.Changed()
	})
}

func (p *layoutPage) Content() fyne.CanvasObject { return p.content }

func (p *layoutPage) Sentence() string {
	return lang.L("Drag a boundary, move it with the arrow keys, or type a size. Every boundary lies on the grain, the step in which the disk works best.")
}

func (p *layoutPage) First() fyne.Focusable {
	if bar := focusable(p.after); bar != nil {
		return bar
	}
	return focusable(p.encryption)
}

func (p *layoutPage) Reveal() fyne.Focusable {
	if f := p.notes.revealAll(); f != nil {
		return f
	}
	return p.First()
}
func (p *layoutPage) Leave() {}

func (p *layoutPage) Refresh() {
	s := p.room.State
	p.showBefore()
	p.showAfter()
	showToggle(p.encryption, s.Choice(session.ChoiceEncryption))
	showToggle(p.hibernate, s.Choice(session.ChoiceHibernate))
	showToggle(p.keepPlain, s.Choice(session.ChoiceKeepPlain))
	if s.Choice(session.ChoiceKeepPlain).Enabled {
		p.keepPlain.Show()
	} else {
		p.keepPlain.Hide()
	}
	p.showSwap()
	p.notes.refresh()
}

func (p *layoutPage) showBefore() {
	s := p.room.State
	disk, ok := s.Target()
	if s.Rehearsal || !ok {
		p.beforeBox.Hide()
		return
	}
	p.beforeBox.Show()
	p.before.SetData(mapOf(session.Before(disk)))
}

func (p *layoutPage) showAfter() {
	after, err := p.room.State.After()
	if err != nil || p.room.State.SizesWrong() {
		p.after.SetData(unknown(p.drawn))
		p.esp.SetHint("")
		p.swapSize.SetHint("")
		return
	}
	p.drawn = mapOf(after)
	p.after.SetData(p.drawn)
	p.topology.SetTopology(after.Topology)
	p.why.SetText(lang.L("The grain is {{.Size}}: {{.Why}}.", map[string]any{"Size": look.Number(after.Bytes(after.Grain.Optimal)), "Why": Engine(after.Grain.Source)}))
	p.odd.Set(widget.Warn, Engine(after.Grain.Disagrees))
	if esp, ok := after.Layout.Find(layout.ESP); ok {
		p.showSize(p.esp, esp, after)
	}
	if swap, ok := after.Layout.Find(layout.Swap); ok {
		p.swapSize.SetReason("")
		p.showSize(p.swapSize, swap, after)
	} else {
		p.swapSize.SetReason(lang.L("There is no swap."))
	}
}

// showSize shows a partition's size, and what it becomes on the grain.
func (p *layoutPage) showSize(e *widget.SizeEntry, part layout.Partition, m session.Map) {
	e.SetValue(part.Wished)
	is := m.SectorSize.Of(part.Sectors())
	if is == part.Wished {
		e.SetHint(counted(e.Text(), is))
		return
	}
	e.SetHint(lang.L("Becomes {{.Size}} on the grain.", map[string]string{"Size": look.Number(is.Human())}))
}

// counted says in the map's units what was typed in others, such as GB. Of an empty field it says nothing: the size is Lethe's own then.
func counted(text string, is quantity.Bytes) string {
	if text = strings.TrimSpace(text); text == "" || strings.Contains(strings.ToLower(text), "i") {
		return ""
	}
	return lang.L("{{.Typed}} is {{.Size}}.", map[string]string{"Typed": text, "Size": look.Number(is.Human())})
}

// unknown is a map without what follows from sizes: where nothing fits what is typed, nothing is claimed.
func unknown(data widget.MapData) widget.MapData {
	data.Boundaries, data.Blocks = nil, slices.Clone(data.Blocks)
	for i := range data.Blocks {
		data.Blocks[i].SizeText = "?"
	}
	return data
}

// showSwap offers the ways to swap; one that cannot be chosen says why.
func (p *layoutPage) showSwap() {
	cards, chosen := choiceCards(p.room.State, session.ChoiceSwapRandom, session.ChoiceSwapNone, session.ChoiceSwapPlain)
	p.swap.SetCards(cards)
	p.swap.Select(chosen)
}

// choiceCards are toggles of which one is on, as cards.
func choiceCards(s *session.State, keys ...session.ChoiceKey) (cards []widget.Card, on string) {
	for _, key := range keys {
		c := s.Choice(key)
		card := widget.Card{ID: string(key), Title: Say(c.Label)}
		if !c.Warning.Empty() {
			card.Lines = []string{Say(c.Warning)}
		}
		if !c.Enabled {
			card.Reason = Say(c.Why)
		}
		if c.On {
			on = string(key)
		}
		cards = append(cards, card)
	}
	return cards, on
}
