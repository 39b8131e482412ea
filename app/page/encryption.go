package page

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/engine/keyboard"
)

// encryption switches the encryption and takes the passphrase.
type encryption struct {
	room    Room
	notes   *notes
	content fyne.CanvasObject

	on, discards *widget.Switch
	entry        *widget.PassphraseEntry
	entryBox     *fyne.Container
	given        *widget.Notice
	another      *control.Button
	givenBox     *fyne.Container
	keymap       *quiet
	moved        *widget.Notice
	accept       *control.Check
	secretBox    fyne.CanvasObject
}

func newEncryption(room Room) Page {
	p := &encryption{room: room, notes: newNotes(room.State, session.PageEncryption)}
	toggle := func(key session.ChoiceKey) *widget.Switch {
		return widget.NewSwitch(Say(room.State.Choice(key).Label), "", func(on bool) {
			room.State.Set(key, on)
			room.Acts.Changed()
		})
	}
	p.on, p.discards = toggle(session.ChoiceEncryption), toggle(session.ChoiceDiscards)
	p.entry = widget.NewPassphraseEntry(widget.PassphraseOptions{
		Label: lang.L("Passphrase"), AgainLabel: lang.L("Passphrase again"), Do: room.Do,
	})
	p.entry.OnChanged = p.typed
	p.entry.OnLeft = func() {
		p.notes.touch(session.FieldPassphrase)
		p.room.Acts.Changed()
	}
	p.keymap, p.moved = muted(""), widget.NewNotice(widget.Warn, "")
	p.given = widget.NewNotice(widget.Good, "")
	p.another = control.NewButton(lang.L("Choose another passphrase"), theme.ContentUndoIcon(), p.forget)
	p.entryBox = group(p.entry)
	p.givenBox = group(p.given, row(p.another))
	p.accept = control.NewCheck(lang.L("I can type this passphrase at the boot prompt, with a dead key, Compose or a lock"), func(on bool) {
		room.State.Draft.Passphrase.Accepted = on
		room.Acts.Changed()
	})
	p.secretBox = panel(p.entryBox, p.givenBox, p.notes.of(session.FieldPassphrase, focusable(p.entry)), bare(p.keymap, 0), p.moved, p.accept)
	p.content = column(
		panel(p.on, p.discards),
		p.secretBox,
		p.notes.rest.box,
	)
	p.Refresh()
	return p
}

// typed tells the session what is typed, without saying it.
func (p *encryption) typed(state widget.PassphraseState) {
	typed := typedOf(state)
	typed.Accepted = typed.First && p.room.State.Draft.Passphrase.Accepted
	p.notes.typed(session.FieldPassphrase, typed)
	p.room.State.Draft.Passphrase = typed
	p.room.Acts.Changed()
}

// typedOf is what the session may know of a secret.
func typedOf(s widget.PassphraseState) session.Typed {
	return session.Typed{First: s.Typed, Second: s.Matches || s.Differs, Same: s.Matches, Score: max(0, s.Score), Refused: s.Problem}
}

// forget wipes the passphrase, so that another can be typed.
func (p *encryption) forget() {
	p.room.Acts.Forget(session.PassphraseID)
	p.room.State.Draft.Passphrase = session.Typed{}
	p.entry.Clear()
	p.room.Acts.Changed()
	p.room.Acts.Focus(focusable(p.entry))
}

func (p *encryption) Content() fyne.CanvasObject { return p.content }

func (p *encryption) Sentence() string {
	return lang.L("Encryption keeps whoever gets hold of the disk from reading it. The passphrase is asked for at every boot; nobody can bring it back.")
}

func (p *encryption) First() fyne.Focusable {
	switch {
	case !p.room.State.Draft.Wishes.Encryption.Enable:
		return focusable(p.on)
	case p.kept():
		return p.another
	}
	return focusable(p.entry)
}

func (p *encryption) Reveal() fyne.Focusable {
	if f := p.notes.revealAll(); f != nil && !p.kept() {
		return f
	}
	return p.First()
}

// kept tells that the main program has the passphrase.
func (p *encryption) kept() bool { return p.room.Acts.Has(session.PassphraseID) }

// Leave hands the passphrase over, so that it is in no entry any more.
func (p *encryption) Leave() {
	typed := p.room.State.Draft.Passphrase // which the emptied entry would call gone
	if text := p.entry.Take(); text != nil {
		p.room.Acts.Keep(session.PassphraseID, text)
		p.room.State.Draft.Passphrase = typed
	}
	p.moved.Set(widget.Warn, "") // nothing of it stays where nobody looks
}

func (p *encryption) Refresh() {
	s := p.room.State
	showToggle(p.on, s.Choice(session.ChoiceEncryption))
	showToggle(p.discards, s.Choice(session.ChoiceDiscards))
	if !s.Draft.Wishes.Encryption.Enable {
		p.secretBox.Hide()
		p.moved.Set(widget.Warn, "")
		p.notes.refresh()
		return
	}
	p.secretBox.Show()
	if p.kept() {
		p.entryBox.Hide()
		p.givenBox.Show()
		p.given.Set(widget.Good, lang.L("A passphrase is set ({{.Strength}}).", map[string]string{"Strength": strengthWord(s.Draft.Passphrase.Score)}))
		if s.Draft.Passphrase.Missing {
			p.given.Set(widget.Warn, lang.L("A passphrase is set, and the boot prompt's keymap may lack a character of it."))
			p.notes.touch(session.FieldPassphrase)
		}
	} else {
		p.givenBox.Hide()
		p.entryBox.Show()
		p.entry.SetKnown(known(s)...)
	}
	p.showKeymap() // before what it finds is told
	p.notes.refresh()
}

// known are words that somebody would try first.
func known(s *session.State) []string {
	var words []string
	for _, word := range append([]string{s.Draft.Wishes.Host.Name}, names(s)...) {
		if word != "" {
			words = append(words, word)
		}
	}
	return words
}

func names(s *session.State) []string {
	var list []string
	for _, u := range s.Draft.Wishes.Users {
		list = append(list, u.Name, u.FullName)
	}
	return list
}

// strengthWord says a score.
func strengthWord(score int) string {
	switch {
	case score <= 0:
		return lang.L("guessed at once")
	case score == 1:
		return lang.L("weak")
	case score == 2:
		return lang.L("fair")
	case score == 3:
		return lang.L("strong")
	}
	return lang.L("very strong")
}

// showKeymap says which keymap the boot prompt has, and what of the passphrase lies elsewhere there.
func (p *encryption) showKeymap() {
	keymap := p.room.State.Draft.Wishes.WithDefaults().Locale.ConsoleKeymap
	moved, typed, known := p.movedOn(keymap)
	says := lang.L("The prompt at boot has the keymap {{.Keymap}}.", map[string]string{"Keymap": keymap})
	switch {
	case !typed:
	case !known:
		says += "\n" + lang.L("Whether its keys are those of this session is not known; choose a passphrase that you can type on both.")
	case len(moved) == 0 && p.differs(keymap):
		says += "\n" + lang.L("Its keys are not all where this session has them, but those of your passphrase are.")
	}
	p.keymap.SetText(says)
	p.moved.Set(widget.Warn, p.movedText(moved))
	clear(moved)
	typedNow := p.room.State.Draft.Passphrase
	p.accept.ShowAs(typedNow.Accepted)
	show(p.accept, typedNow.Missing)
}

// movedText names the characters of a passphrase while it is typed. Of one that is kept nothing is shown any more.
func (p *encryption) movedText(moved []keyboard.Moved) string {
	if p.kept() {
		if len(moved) == 0 {
			return ""
		}
		return lang.L("Some of its characters are on other keys at the boot prompt than here. Choose it again to see which.")
	}
	var lines []string
	for _, m := range moved {
		lines = append(lines, movedLine(m))
	}
	return strings.Join(lines, "\n")
}

// movedOn compares the passphrase with a keymap, be it kept or being typed; of the latter the session is told what it has to know.
func (p *encryption) movedOn(keymap string) (moved []keyboard.Moved, typed, known bool) {
	if p.kept() {
		moved, known = p.room.Acts.MovedIn(keymap, session.PassphraseID)
		return moved, true, known
	}
	moved, typed, known = movedWhileTyped(p.room, keymap, p.entry)
	p.room.State.Draft.Passphrase.Missing = anyMissing(moved)
	p.room.State.Draft.Passphrase.Accepted = p.room.State.Draft.Passphrase.Accepted && anyMissing(moved)
	beyond := ""
	if !known {
		beyond = lang.L("It has characters outside of ASCII, which the boot prompt's keyboard may not have.")
	}
	p.entry.SetBeyond(beyond)
	return moved, typed, known
}

// movedWhileTyped compares what is being typed with a keymap.
func movedWhileTyped(room Room, keymap string, entry *widget.PassphraseEntry) (moved []keyboard.Moved, typed, known bool) {
	characters := entry.Characters()
	moved, known = room.Acts.Moved(keymap, characters)
	typed = len(characters) > 0
	clear(characters)
	if !typed {
		moved = nil
	}
	return moved, typed, known
}

// anyMissing tells that nothing is known by which a keymap types some character.
func anyMissing(moved []keyboard.Moved) bool {
	return slices.ContainsFunc(moved, func(m keyboard.Moved) bool { return m.Missing })
}

// differs tells that a console keymap has ASCII characters on other keys than this session.
func (p *encryption) differs(keymap string) bool {
	var all []rune
	for r := ' '; r <= '~'; r++ {
		all = append(all, r)
	}
	moved, known := p.room.Acts.Moved(keymap, all)
	return known && len(moved) > 0
}

// movedLine says where a character is at the boot prompt.
func movedLine(m keyboard.Moved) string {
	character := string(m.Rune)
	if m.Missing {
		return lang.L("“{{.Character}}” has no key at the boot prompt that is known here. A dead key, Compose or a lock may give it, or nothing.", map[string]string{"Character": character})
	}
	return lang.L("“{{.Character}}” is typed with {{.There}} there; here it is {{.Here}}.", map[string]string{
		"Character": character, "There": m.ConsoleKey.String(), "Here": m.SessionKey.String(),
	})
}
