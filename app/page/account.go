package page

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/engine/config"
)

// account asks for the name of the computer and for its users.
type account struct {
	room    Room
	notes   *notes
	content fyne.CanvasObject

	host    *control.Entry
	network *control.Choice
	users   *fyne.Container
	blocks  []*userBlock
	add     *control.Button
	about   *widget.Notice
}

func newAccount(room Room) Page {
	p := &account{room: room, notes: newNotes(room.State, session.PageAccount), users: column()}
	wishes := &room.State.Draft.Wishes
	p.host = control.NewEntry("", func(text string) {
		wishes.Host.Name = strings.TrimSpace(text)
		p.notes.touch("host.name")
		room.Acts.Changed()
	})
	p.host.Marks = true
	p.network = control.NewChoice(nil, func(value string) {
		room.State.Set(session.ChoiceKey(value), true)
		room.Acts.Changed()
	})
	p.add = control.NewButton(lang.L("Add another user"), theme.ContentAddIcon(), func() {
		room.State.AddUser()
		room.Acts.Changed()
		room.Acts.Focus(p.blocks[len(p.blocks)-1].full)
	})
	p.about = widget.NewNotice(widget.Info, "")
	p.content = column(
		panel(beside(
			labelled(lang.L("Name of the computer"), p.host, p.notes.of("host.name", p.host)),
			labelled(lang.L("Network"), p.network, p.notes.of("host.network", p.network)),
		)),
		p.about,
		p.users,
		p.notes.of(session.FieldUsers, nil),
		row(p.add),
		p.notes.rest.box,
	)
	p.Refresh()
	return p
}

func (p *account) Content() fyne.CanvasObject { return p.content }

func (p *account) Sentence() string {
	return lang.L("Root is locked: administrators use sudo. Passwords are stored as hashes on the disk alone, never in the configuration.")
}

func (p *account) First() fyne.Focusable { return p.host }

func (p *account) Reveal() fyne.Focusable {
	if f := p.notes.revealAll(); f != nil {
		return f
	}
	return p.First()
}

// Leave hands the passwords over, so that they are in no entry any more.
func (p *account) Leave() {
	for i, b := range p.blocks {
		kept := &p.room.State.Draft.Accounts[i]
		typed := kept.Password // which the emptied entry would call gone
		if text := b.password.Take(); text != nil {
			p.room.Acts.Keep(kept.ID, text)
			kept.Password = typed
		}
	}
}

func (p *account) Refresh() {
	s := p.room.State
	p.host.ShowAs(s.Draft.Wishes.WithDefaults().Host.Name)
	p.showNetwork()
	switch {
	case s.Rehearsal:
		p.about.Set(widget.Info, lang.L("A rehearsal needs no password, since nobody logs in to a virtual disk."))
	default:
		p.about.Set(widget.Info, "")
	}
	p.showUsers()
	p.notes.refresh()
}

func (p *account) showNetwork() {
	var options []control.Option
	on := ""
	for _, key := range []session.ChoiceKey{session.ChoiceNetworkManager, session.ChoiceDHCP} {
		c := p.room.State.Choice(key)
		options = append(options, control.Option{Value: string(key), Label: Say(c.Label)})
		if c.On {
			on = string(key)
		}
	}
	p.network.SetOffer(options)
	p.network.ShowAs(on)
}

// showUsers has one block for each user; blocks are kept as long as their users, since passwords may be typed in them.
func (p *account) showUsers() {
	s := p.room.State
	same := len(p.blocks) == len(s.Draft.Accounts)
	for i := range p.blocks {
		same = same && p.blocks[i].id == s.Draft.Accounts[i].ID
	}
	if !same {
		p.rebuild()
	}
	for _, b := range p.blocks {
		b.refresh()
	}
}

func (p *account) rebuild() {
	old := map[string]*userBlock{}
	for _, b := range p.blocks {
		old[b.id] = b
	}
	p.blocks = nil
	p.users.RemoveAll()
	for i, a := range p.room.State.Draft.Accounts {
		b := old[a.ID]
		if b == nil || b.index != i { // its fields are named by the place of the user
			b = newUserBlock(p, i)
		}
		p.blocks = append(p.blocks, b)
		p.users.Add(b.box)
	}
}

// userBlock is one user.
type userBlock struct {
	page  *account
	index int
	id    string
	box   fyne.CanvasObject

	name, full  *control.Entry
	shell       *control.Choice
	admin       *control.Check
	keys        *control.Entry
	password    *widget.PassphraseEntry
	passwordBox *fyne.Container
	given       *fyne.Container
	another     *control.Button
	remove      *control.Button
}

func newUserBlock(p *account, index int) *userBlock {
	b := &userBlock{page: p, index: index, id: p.room.State.Draft.Accounts[index].ID}
	field := func(name string) string { return fmt.Sprintf("users[%d].%s", index, name) }
	b.name = control.NewEntry(lang.L("for example ada"), func(text string) { b.set(field("name"), &b.user().Name, strings.TrimSpace(text)) })
	b.name.Marks = true
	b.full = control.NewEntry(lang.L("for example Ada Lovelace; may stay empty"), func(text string) {
		p.room.State.SetFullName(index, text)
		p.notes.touch(field("full_name"))
		p.room.Acts.Changed()
	})
	b.shell = control.NewChoice(plainOptions([]string{"bash", "zsh", "fish"}), func(value string) { b.set(field("shell"), &b.user().Shell, value) })
	b.admin = control.NewCheck(lang.L("Administrator: may use sudo"), func(on bool) {
		b.user().Admin = on
		p.room.Acts.Changed()
	})
	b.keys = control.NewEntry(lang.L("ssh-ed25519 AAAA… (one key, may stay empty)"), func(text string) {
		b.user().AuthorizedKeys = nil
		if text = strings.TrimSpace(text); text != "" {
			b.user().AuthorizedKeys = []string{text}
		}
		p.notes.touch(field("authorized_keys[0]"))
		p.room.Acts.Changed()
	})
	b.password = widget.NewPassphraseEntry(widget.PassphraseOptions{Label: lang.L("Password"), AgainLabel: lang.L("Password again"), Do: p.room.Do})
	b.password.OnChanged = func(state widget.PassphraseState) {
		typed := typedOf(state)
		p.notes.typed(session.FieldPassword(index), typed)
		p.room.State.Draft.Accounts[index].Password = typed
		p.room.Acts.Changed()
	}
	b.password.OnLeft = func() {
		p.notes.touch(session.FieldPassword(index))
		p.room.Acts.Changed()
	}
	b.another = control.NewButton(lang.L("Choose another password"), theme.ContentUndoIcon(), b.forget)
	b.remove = control.NewButton(lang.L("Remove this user"), theme.DeleteIcon(), func() {
		p.room.Acts.Forget(p.room.State.RemoveUser(index))
		p.room.Acts.Changed()
	})
	b.passwordBox = group(b.password)
	b.given = group(widget.NewNotice(widget.Good, lang.L("A password is set.")), row(b.another))
	b.box = panel(
		beside(
			labelled(lang.L("Full name"), b.full, p.notes.of(field("full_name"), b.full)),
			labelled(lang.L("User name"), b.name, p.notes.of(field("name"), b.name)),
		),
		b.passwordBox, b.given, p.notes.of(session.FieldPassword(index), focusable(b.password)),
		beside(
			labelled(lang.L("Shell"), b.shell, p.notes.of(field("shell"), b.shell)),
			labelled(lang.L("Public SSH key"), b.keys, p.notes.of(field("authorized_keys[0]"), b.keys)),
		),
		container.NewBorder(nil, nil, b.admin, b.remove),
	)
	return b
}

func (b *userBlock) user() *config.User { return &b.page.room.State.Draft.Wishes.Users[b.index] }

func (b *userBlock) set(field string, wish *string, value string) {
	*wish = value
	b.page.notes.touch(field)
	b.page.room.Acts.Changed()
}

func (b *userBlock) forget() {
	b.page.room.Acts.Forget(b.id)
	b.page.room.State.Draft.Accounts[b.index].Password = session.Typed{}
	b.password.Clear()
	b.page.room.Acts.Changed()
	b.page.room.Acts.Focus(focusable(b.password))
}

func (b *userBlock) refresh() {
	u := b.user()
	b.name.ShowAs(u.Name)
	b.full.ShowAs(u.FullName)
	b.shell.ShowAs(u.Shell)
	if u.Shell == "" {
		b.shell.ShowAs(config.DefaultShell)
	}
	b.admin.ShowAs(u.Admin)
	key := ""
	if len(u.AuthorizedKeys) > 0 {
		key = u.AuthorizedKeys[0]
	}
	b.keys.ShowAs(key)
	b.password.SetKnown(known(b.page.room.State)...)
	kept := b.page.room.Acts.Has(b.id)
	if !kept {
		b.judge()
	}
	show(b.given, kept)
	show(b.passwordBox, !kept)
	show(b.remove, len(b.page.blocks) > 1)
}

// judge tells the session whether the text console has every character of the password that is being typed.
func (b *userBlock) judge() {
	s := b.page.room.State
	moved, _, known := movedWhileTyped(b.page.room, s.Draft.Wishes.WithDefaults().Locale.ConsoleKeymap, b.password)
	s.Draft.Accounts[b.index].Password.Missing = anyMissing(moved)
	clear(moved)
	beyond := ""
	if !known {
		beyond = lang.L("It has characters outside of ASCII, which the keyboard of the text console may not have.")
	}
	b.password.SetBeyond(beyond)
}

// show makes a thing visible or not.
func show(o fyne.CanvasObject, visible bool) {
	if visible {
		o.Show()
		return
	}
	o.Hide()
}
