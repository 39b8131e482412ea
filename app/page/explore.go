package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/app/session"
	"lethe/app/widget"
)

// explore shows what the next boot would forget: the sum, a gauge of the memory that it takes, and a tree in which one keeps or forgets.
type explore struct {
	room    Room
	state   *session.Explore
	content *fyne.Container

	keeps   *exploreKeeps
	problem *widget.Notice
	unread  *unread
	top     *exploreTop
	waiting *exploreWaiting
	filter  *control.Entry
	marks   map[session.Mark]*control.Check
	order   *control.Choice
	tree    *widget.BarTree
	detail  *exploreDetail
	browse  fyne.CanvasObject
	act     *exploreAct
	acting  session.Act // as it was shown last
}

func newExplore(room Room) Page {
	p := &explore{room: room, state: room.Explore, marks: map[session.Mark]*control.Check{}}
	p.acting = session.Act{Kind: p.state.Act.Kind, State: p.state.Act.State}
	acts := &room.Acts.Explore
	p.keeps = newExploreKeeps(acts)
	p.problem = widget.NewNotice(widget.Bad, "")
	p.unread = newUnread(acts.AsRoot)
	p.top = newExploreTop(room, p.reveal)
	p.waiting = newExploreWaiting(room)
	p.filter = control.NewEntry(lang.L("Type to filter by path or owner"), func(text string) {
		p.state.Search(text)
		acts.Load()
	})
	p.tree = widget.NewBarTree(func() int { return p.state.Count() }, func(i int) widget.TreeRow { return treeRow(p.state, p.state.Row(i), p.room.Now()) }, "")
	p.tree.OnMove = func(i int) { p.state.Cursor = p.state.Row(i).Key; p.showTree() }
	p.tree.OnToggle, p.tree.OnEnter, p.tree.OnDelete = p.toggle, p.enter, p.forget
	p.tree.OnType = p.typed
	p.detail = newExploreDetail(room)
	p.act = newExploreAct(room)
	p.browse = p.arrange()
	below := container.NewStack(p.browse, p.act.box)
	p.content = stretched(exploreGap, below, p.keeps.box, p.problem, p.unread.box, p.top.box, p.waiting.box, below)
	p.Refresh()
	return p
}

// exploreGap leaves the tree more room than the gap of other pages would.
const exploreGap float32 = 12

// arrange puts the filter above the tree, and what is chosen below.
func (p *explore) arrange() fyne.CanvasObject {
	p.order = control.NewChoice([]control.Option{
		{Value: "folder", Label: lang.L("by folder")}, {Value: "owner", Label: lang.L("by owner")},
	}, func(value string) {
		p.state.SetByOwner(value == "owner")
		p.room.Acts.Explore.Load()
	})
	marks := container.New(layout.NewCustomPaddedHBoxLayout(0))
	inset := theme.InnerPadding()
	for _, m := range session.Marks() {
		p.marks[m] = control.NewCheck("", func(on bool) { p.showMark(m, on) })
		p.marks[m].Pointed = func(on bool) { p.detail.explain(m, on); p.showTree() }
		marks.Add(p.marks[m])
	}
	tree := high(p.tree, 150)
	head := container.NewBorder(nil, nil, nil, container.New(&fixedWidth{150}, p.order), p.filter)
	return stretched(look.SmallGap, tree, head, container.New(layout.NewCustomPaddedLayout(-inset/2, -inset/2, -inset, 0), marks), tree, p.detail.box)
}

func (p *explore) showMark(m session.Mark, on bool) {
	acts := &p.room.Acts.Explore
	if p.state.Show(m, on) {
		acts.Scan()
	}
	acts.Load()
}

// toggle opens or closes a folder, or shows more of one.
func (p *explore) toggle(index int) {
	row := p.state.Row(index)
	if row.Rest() && index > 0 { // it goes when what it stands for comes, and the cursor stays where that begins
		p.state.Cursor = p.state.Row(index - 1).Key
	}
	switch {
	case row.Hidden > 0:
		p.state.More(row.Path)
	case row.Rest():
		if row.Small > 0 {
			p.room.Acts.Explore.Seek(row.Path)
		}
		return
	case !row.Folder || !p.state.Toggle(row.Path):
		p.showTree()
		return
	}
	p.room.Acts.Explore.Load()
}

// enter keeps the row; one that stands for more rows shows them.
func (p *explore) enter(index int) bool {
	row := p.state.Row(index)
	if row.Rest() {
		p.toggle(index)
		return true
	}
	entry, suggested := p.state.Keepable(row.Path)
	if entry == "" {
		p.forget(index)
		return true
	}
	if suggested != "" {
		entry = suggested
	}
	p.room.Acts.Explore.Keep(entry)
	return true
}

func (p *explore) forget(index int) {
	if row := p.state.Row(index); !row.Rest() && p.state.Forgettable(row.Path) {
		p.room.Acts.Explore.Forget(row.Path)
	}
}

// typed begins to filter with a letter that was typed on the tree.
func (p *explore) typed(r rune) {
	p.room.Acts.Focus(p.filter)
	p.filter.TypedRune(r)
}

// reveal shows something in the tree.
func (p *explore) reveal(path string) {
	p.state.Reveal(path)
	p.filter.Write("")
	p.room.Acts.Explore.Load()
	p.room.Acts.Focus(p.tree.Focusable())
}

func (p *explore) Content() fyne.CanvasObject { return p.content }

func (p *explore) Sentence() string {
	switch {
	case p.state.KeepsRoot:
		return lang.L("This is not an impermanent system: its root keeps everything, so the next boot forgets nothing.")
	case p.state.MadeUp:
		return lang.L("A made-up system, to see how it works: what is kept or forgotten here changes nothing on this machine.")
	}
	return lang.L("The root of this system is emptied at every boot. Keep what you would miss; the rest goes.")
}

func (p *explore) First() fyne.Focusable {
	if p.state.KeepsRoot {
		return p.keeps.button
	}
	if p.state.Act.Kind != session.ActNone {
		return p.act.first()
	}
	return p.tree.Focusable()
}
func (p *explore) Reveal() fyne.Focusable { return nil }
func (p *explore) Leave()                 {}

func (p *explore) Refresh() {
	s := p.state
	p.problem.Set(widget.Bad, Engine(s.Error))
	p.unread.show(s)
	p.top.refresh(s)
	p.waiting.refresh(s)
	acting := s.Act.Kind != session.ActNone
	show(p.keeps.box, s.KeepsRoot)
	show(p.top.box, !s.KeepsRoot)
	show(p.browse, !acting && !s.KeepsRoot)
	show(p.act.box, acting)
	if acting {
		p.act.refresh(s)
	} else {
		p.showBrowse()
	}
	p.moveFocus()
}

// moveFocus follows an act as it comes, asks and goes.
func (p *explore) moveFocus() {
	now := p.state.Act
	if now.Kind == p.acting.Kind && now.State == p.acting.State {
		return
	}
	p.acting = session.Act{Kind: now.Kind, State: now.State}
	if p.room.State.Page == session.PageExplore {
		p.room.Acts.Focus(p.First())
	}
}

func (p *explore) showBrowse() {
	s := p.state
	p.filter.ShowAs(s.Text)
	if s.ByOwner {
		p.order.ShowAs("owner")
	} else {
		p.order.ShowAs("folder")
	}
	for m, check := range p.marks {
		label := markLabel(m, countOf(s, m))
		if check.Text != label {
			check.Text = label
			check.Refresh()
		}
		check.ShowAs(s.Shows(m))
	}
	p.tree.SetEmpty(emptyTree(s))
	p.showTree()
}

func (p *explore) showTree() {
	p.tree.Changed(p.state.Index(p.state.Cursor))
	p.detail.refresh(p.state)
}

// countOf is how many entries a mark is about; what is kept is counted only where it was looked for.
func countOf(s *session.Explore, m session.Mark) int64 { return session.SumOf(s.Total(), m).Count }

// emptyTree says why there is nothing in the tree.
func emptyTree(s *session.Explore) string {
	switch {
	case s.Phase == session.ExploreScanning:
		return lang.L("Looking…")
	case s.Text != "":
		return lang.L("Nothing that is shown has this in its path or its owner's name.")
	case s.Phase == session.ExploreDone:
		return lang.L("Nothing: the next boot would forget nothing that you would miss.")
	}
	return ""
}

// unread says what could not be read, and offers to look with root's eyes.
type unread struct {
	box    *fyne.Container
	notice *widget.Notice
	button *control.Button
}

func newUnread(asRoot func()) *unread {
	u := &unread{notice: widget.NewNotice(widget.Warn, "")}
	u.button = control.NewButton(lang.L("Look with root's permission"), theme.LoginIcon(), func() { asRoot() })
	u.box = container.NewBorder(nil, nil, nil, container.NewCenter(u.button), u.notice)
	return u
}

func (u *unread) show(s *session.Explore) {
	n := s.Summary.UnreadableCount
	text := ""
	if n > 0 && s.Phase != session.ExploreScanning {
		text = lang.N("{{.Count}} folders could not be read. What is in them is in none of the sums.", int(n), map[string]any{"Count": grouped(n)})
	}
	u.notice.Set(widget.Warn, text)
	show(u.button, !s.AsRoot && !s.MadeUp)
	show(u.box, text != "")
}
