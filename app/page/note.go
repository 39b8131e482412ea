package page

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/session"
)

// note is the line below a field that says what is wrong with it. It is not there while nothing is.
type note struct {
	box   *fyne.Container
	icon  *fw.Icon
	label *fw.Label
}

func newNote() *note {
	n := &note{icon: fw.NewIcon(theme.WarningIcon()), label: paragraph("")}
	n.box = container.NewBorder(nil, nil, container.New(layout.NewCustomPaddedLayout(theme.InnerPadding(), 0, 0, 0), container.NewVBox(n.icon)), nil, flush(n.label))
	n.box.Hide()
	return n
}

// show says the problem, or nothing.
func (n *note) show(text string, blocks bool) {
	if text == "" {
		n.box.Hide()
		return
	}
	importance, icon := fw.WarningImportance, fyne.Resource(theme.NewWarningThemedResource(theme.WarningIcon()))
	if blocks {
		importance, icon = fw.DangerImportance, theme.NewErrorThemedResource(theme.ErrorIcon())
	}
	if n.label.Text != text || n.label.Importance != importance {
		n.label.Importance = importance
		n.icon.SetResource(icon)
		n.label.SetText(text)
	}
	n.box.Show()
}

// notes are the notes of a page, by the field of the session that they are about.
type notes struct {
	state   *session.State
	page    session.Page
	byField map[string]*note
	focus   map[string]fyne.Focusable
	touched map[string]bool
	reveal  bool
	// rest takes the problems of fields that have no place of their own.
	rest *note
}

func newNotes(state *session.State, page session.Page) *notes {
	return &notes{
		state: state, page: page, byField: map[string]*note{}, focus: map[string]fyne.Focusable{}, touched: map[string]bool{}, rest: newNote(),
	}
}

// of makes the place for what is wrong with a field; focusable may be nil.
func (n *notes) of(field string, focusable fyne.Focusable) fyne.CanvasObject {
	place := newNote()
	n.byField[field] = place
	if focusable != nil {
		n.focus[field] = focusable
	}
	return place.box
}

// touch tells that the user has done something in a field, so that its problems are no longer rude.
func (n *notes) touch(field string) { n.touched[field] = true }

// untouch is for a field in which somebody types, where what is there so far says little.
func (n *notes) untouch(field string) { delete(n.touched, field) }

// place is the field whose note takes a problem: its own, or that of the list that it is in ("a.b" for "a.b[2]").
func (n *notes) place(field string) string {
	for at := field; at != ""; at = at[:max(strings.LastIndexByte(at, '['), 0)] {
		if n.byField[at] != nil {
			return at
		}
	}
	return field
}

// typed is touch for a secret that is typed twice. Before it was typed the second time there is nothing to find fault with.
func (n *notes) typed(field string, t session.Typed) { n.touched[field] = !t.Half() }

// refresh shows the problems of the page: the first one of each field, what stops before what does not.
func (n *notes) refresh() {
	found, rest := map[string]session.Problem{}, session.Problem{}
	for _, p := range n.state.Problems(n.page) {
		field := p.Field
		p.Field = n.place(field)
		if p.Blocks && !n.reveal && !n.touched[field] && !n.touched[p.Field] {
			continue
		}
		if _, placed := n.byField[p.Field]; !placed {
			if rest.Says.Empty() || p.Blocks && !rest.Blocks {
				rest = p
			}
			continue
		}
		if old, is := found[p.Field]; !is || p.Blocks && !old.Blocks {
			found[p.Field] = p
		}
	}
	for field, place := range n.byField {
		p := found[field]
		place.show(Say(p.Says), p.Blocks)
	}
	n.rest.show(Say(rest.Says), rest.Blocks)
}

// revealAll shows every problem and gives the first field that stops Next.
func (n *notes) revealAll() fyne.Focusable {
	n.reveal = true
	n.refresh()
	_, field := n.stops()
	return field
}

// stops gives the note of the first problem that stops Next, and the field that it is about, nil where there is none to type in. Problems with a
// field come first: what is said of the page as a whole often ends with them.
func (n *notes) stops() (says fyne.CanvasObject, field fyne.Focusable) {
	for _, p := range n.state.Problems(n.page) {
		if !p.Blocks {
			continue
		}
		at := n.place(p.Field)
		place, f := n.byField[at], n.focus[at]
		if place == nil {
			place = n.rest
		}
		if f != nil {
			return place.box, f
		}
		if says == nil {
			says = place.box
		}
	}
	return says, nil
}

// Stops gives what a page says of the first problem that stops Next, after its Reveal, and the field that it is about. Either may be nil.
func Stops(p Page) (says fyne.CanvasObject, field fyne.Focusable) {
	var n *notes
	switch p := p.(type) {
	case *welcome:
		n = p.notes
	case *preflight:
		n = p.notes
	case *disk:
		n = p.notes
	case *layoutPage:
		n = p.notes
	case *encryption:
		n = p.notes
	case *account:
		n = p.notes
	case *system:
		n = p.notes
	case *review:
		n = p.notes
	}
	if n == nil {
		return nil, nil
	}
	return n.stops()
}
