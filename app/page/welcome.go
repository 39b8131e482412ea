package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/session"
	"lethe/app/widget"
)

// welcome asks for language, time zone and keyboard, since the passphrase depends on the keyboard, and offers a rehearsal.
type welcome struct {
	room    Room
	notes   *notes
	content fyne.CanvasObject

	mode                     *widget.Notice
	real                     *widget.Switch
	language, zone, keyboard *control.Finder
	desktop                  *quiet
	layout                   *control.Finder
	layoutBox                fyne.CanvasObject
	offered                  int // how many choices the machine's lists gave
}

func newWelcome(room Room) Page {
	w := &welcome{room: room, notes: newNotes(room.State, session.PageWelcome), mode: widget.NewNotice(widget.Info, "")}
	layer := control.NewLayer()
	finder := func(field, placeholder string, options []control.Option, choose func(string)) *control.Finder {
		f := control.NewFinder(layer, options, placeholder, func(value string) {
			choose(value)
			w.notes.touch(field)
			room.Acts.Changed()
		})
		f.Missed = func(text string) {
			room.State.Draft.Miss(field, text)
			w.notes.touch(field)
			room.Acts.Changed()
		}
		return f
	}
	w.language = finder("locale.language", lang.L("Type a language or country"), languageOptions(), room.State.ChooseLanguage)
	w.zone = finder("locale.time_zone", lang.L("Type a city or continent"), zoneOptions(room.Lists.Zones), room.State.ChooseZone)
	w.keyboard = finder("locale.console_keymap", lang.L("Type a language or the name of a keymap"), keymapOptions(room.Lists.Keymaps), w.setKeymap)
	w.layout = finder("locale.xkb_layout", lang.L("Type a language or the name of a layout"), layoutOptions(*room.Lists), w.setLayout)
	w.desktop = muted("")
	w.real = widget.NewSwitch(Say(room.State.Choice(session.ChoiceReal).Label), "", func(on bool) {
		room.State.Set(session.ChoiceReal, on)
		room.Acts.Changed()
	})
	w.layoutBox = labelled(lang.L("Keyboard layout in the desktop"), w.layout, w.notes.of("locale.xkb_layout", w.layout.Entry()))
	w.content = layer.Over(column(
		w.mode,
		panel(w.offer()),
		beside(
			labelled(lang.L("Language of the new system"), w.language, w.notes.of("locale.language", w.language.Entry())),
			labelled(lang.L("Time zone"), w.zone, w.notes.of("locale.time_zone", w.zone.Entry())),
		),
		beside(
			labelled(lang.L("Keyboard"), w.keyboard, flush(w.desktop), w.notes.of("locale.console_keymap", w.keyboard.Entry())),
			w.layoutBox,
		),
		w.real,
		row(control.Important(lang.L("See what the next boot would forget"), theme.SearchIcon(), fw.LowImportance, func() { room.Acts.OpenExplore() })),
		w.notes.rest.box,
	))
	w.Refresh()
	return w
}

// offer is the button that rehearses at once.
func (w *welcome) offer() fyne.CanvasObject {
	try := control.Important(lang.L("Try it on a virtual disk"), theme.MediaPlayIcon(), fw.HighImportance, w.room.Acts.Try)
	return container.NewBorder(nil, nil, nil, container.NewCenter(try), flush(paragraph(lang.L(
		"One click rehearses a whole encrypted installation on a file that stands for a disk. It takes less than a minute and changes nothing on this machine."))))
}

func (w *welcome) setKeymap(value string) {
	w.room.State.ChooseKeymap(value)
	w.layout.Restore()
}

func (w *welcome) setLayout(value string) {
	w.room.State.ChooseLayout(splitLayout(value))
}

func (w *welcome) Content() fyne.CanvasObject { return w.content }

func (w *welcome) Sentence() string {
	return lang.L("Lethe installs a NixOS that forgets at every boot what you did not choose to keep. First say how you type: the passphrase depends on it.")
}

func (w *welcome) First() fyne.Focusable  { return w.language.Quiet() }
func (w *welcome) Reveal() fyne.Focusable { return w.notes.revealAll() }

// Leave ends what is being typed, which the keys that lead on do not.
func (w *welcome) Leave() {
	for _, f := range []*control.Finder{w.language, w.zone, w.keyboard, w.layout} {
		f.Settle()
	}
}

// offerLists offers what the machine has, once that is known.
func (w *welcome) offerLists() {
	lists := w.room.Lists
	known := len(lists.Keymaps) + len(lists.Layouts) + len(lists.Zones)
	if known == w.offered {
		return
	}
	w.offered = known
	w.zone.SetOffer(zoneOptions(lists.Zones))
	w.keyboard.SetOffer(keymapOptions(lists.Keymaps))
	w.layout.SetOffer(layoutOptions(*lists))
}

func (w *welcome) Refresh() {
	w.offerLists()
	s := w.room.State
	full := s.Draft.Wishes.WithDefaults().Locale
	w.language.ShowAs(full.Language)
	w.zone.ShowAs(full.TimeZone)
	w.keyboard.ShowAs(full.ConsoleKeymap)
	w.layout.ShowAs(joinLayout(full.XkbLayout, full.XkbVariant))
	w.desktop.SetText(lang.L("This keymap is also the one of the passphrase prompt at boot."))
	real := s.Choice(session.ChoiceReal)
	w.real.SetOn(real.On)
	w.real.SetReason(Say(real.Why))
	switch {
	case s.Rehearsal:
		w.mode.Set(widget.Info, lang.L("This is a rehearsal: everything happens on a virtual disk, and no disk of this machine is written to."))
	default:
		w.mode.Set(widget.Warn, lang.L("This is a real installation: it erases the disk that you choose. Nothing is written before you type that disk's name on the last page."))
	}
	w.notes.refresh()
}
