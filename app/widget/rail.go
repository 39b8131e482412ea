package widget

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
)

// RailState tells where a page is from where the user is.
type RailState string

// The states of a page in the rail.
const (
	RailDone    RailState = "done"
	RailCurrent RailState = "current"
	RailAhead   RailState = "ahead"
)

// RailItem is one page in the rail. Only a reachable one can be gone to.
type RailItem struct {
	ID        string
	Title     string
	State     RailState
	Reachable bool
}

// Rail is the sidebar that lists the pages and shows where the user is.
type Rail struct {
	choices
	OnSelect func(id string)

	items  []RailItem
	bodies []*railBody
	footer *paragraph
}

// NewRail makes a rail.
func NewRail(items []RailItem, selected func(id string)) *Rail {
	r := &Rail{OnSelect: selected, footer: newParagraph("", theme.SizeNameCaptionText, look.ColorMuted, fyne.TextStyle{})}
	r.setUp(r, 2-2*rowInset, 400, fyne.NewSize(10, 8), r.pick)
	r.SetItems(items)
	return r
}

// SetItems shows other pages or other states.
func (r *Rail) SetItems(items []RailItem) {
	if slices.Equal(r.items, items) && len(r.bodies) == len(items) {
		return
	}
	same := len(items) == len(r.bodies)
	r.items = slices.Clone(items)
	if !same {
		r.bodies = nil
		var contents []choiceContent
		for range items {
			body := newRailBody()
			r.bodies = append(r.bodies, body)
			contents = append(contents, body)
		}
		r.setRows(contents)
	}
	higher := false
	for i, item := range items {
		higher = r.bodies[i].set(item) || higher
		r.rows[i].setStanding(standing{flat: true, chosen: item.State == RailCurrent, refused: !item.Reachable})
		if item.State == RailCurrent && !r.focused {
			r.cursor = i
		}
	}
	if higher {
		r.list.Refresh()
	}
	r.paint()
}

// SetFooter shows a text at the bottom, such as that this is a rehearsal.
func (r *Rail) SetFooter(text string) {
	if r.footer.text != text {
		r.footer.setText(text)
		r.Refresh()
	}
}

func (r *Rail) pick(index int) (used bool) {
	item := r.items[index]
	if item.State == RailCurrent {
		return false
	}
	if item.Reachable && r.OnSelect != nil {
		r.OnSelect(item.ID)
	}
	return true
}

// CreateRenderer is Fyne's.
func (r *Rail) CreateRenderer() fyne.WidgetRenderer {
	return &railRenderer{choicesRenderer: choicesRenderer{&r.choices}, r: r}
}

type railRenderer struct {
	choicesRenderer
	r *Rail
}

func (r *railRenderer) Layout(size fyne.Size) {
	const pad float32 = 10
	foot := r.r.footer.heightFor(size.Width - 2*pad)
	r.choicesRenderer.Layout(fyne.NewSize(size.Width, size.Height-foot))
	show(r.r.footer, fyne.NewPos(pad, size.Height-foot), fyne.NewSize(size.Width-2*pad, foot))
}

func (r *railRenderer) MinSize() fyne.Size {
	least := r.choicesRenderer.MinSize()
	return fyne.NewSize(least.Width, least.Height+r.r.footer.MinSize().Height)
}

func (r *railRenderer) Refresh() {
	r.Layout(r.r.Size())
	r.choicesRenderer.Refresh()
	r.r.footer.Refresh()
}

func (r *railRenderer) Objects() []fyne.CanvasObject {
	return append(r.choicesRenderer.Objects(), r.r.footer)
}

// railBody is the inside of a row.
type railBody struct {
	panel
	icon  *picture
	title *paragraph
}

func newRailBody() *railBody {
	b := &railBody{
		icon:  newPicture(theme.BrokenImageIcon(), 18),
		title: newParagraph("", theme.SizeNameText, theme.ColorNameForeground, fyne.TextStyle{}),
	}
	b.content = newColumn(0, newBeside(b.icon, b.title, 10, 1))
	b.ExtendBaseWidget(b)
	return b
}

// set shows a page, and tells whether the row may be of another height now.
func (b *railBody) set(item RailItem) (higher bool) {
	icon, ink, colour := look.IconWaiting, look.ColorMuted, look.ColorMuted
	switch item.State {
	case RailDone:
		icon, ink, colour = look.IconCheck, theme.ColorNameSuccess, theme.ColorNameForeground
	case RailCurrent:
		icon, ink, colour = look.IconCurrent, theme.ColorNamePrimary, theme.ColorNameForeground
	}
	b.icon.set(icon.In(ink))
	bold := item.State == RailCurrent
	higher = b.title.text != item.Title || b.title.style.Bold != bold // bold letters are wider
	b.title.style.Bold = bold
	b.title.colour = colour
	b.title.text = item.Title
	b.title.flow(b.title.laidWidth)
	b.settle()
	return higher
}
