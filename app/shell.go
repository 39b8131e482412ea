package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/app/page"
	"lethe/app/session"
	"lethe/app/widget"
)

// shell is what stays around the pages: the rail, the heading, the buttons, and questions above all of it.
type shell struct {
	w       *window
	content fyne.CanvasObject

	rail     *widget.Rail
	heading  *widget.Heading
	place    *fyne.Container
	scroll   *container.Scroll
	message  *widget.Notice
	backward *control.Button
	forward  *control.Button
	asked    *asked
	waiting  *asked
}

func newShell(w *window) *shell {
	s := &shell{w: w, heading: widget.NewHeading("", ""), place: container.NewStack(), message: widget.NewNotice(widget.Bad, "")}
	s.rail = widget.NewRail(nil, func(id string) { w.jump(session.Page(id)) })
	s.backward = control.NewButton(lang.L("Back"), theme.NavigateBackIcon(), w.back)
	s.forward = control.Important(lang.L("Next"), nil, fw.HighImportance, w.next)
	inner := container.New(layout.NewCustomPaddedVBoxLayout(look.Gap), s.heading, s.message, s.place)
	s.scroll = container.NewVScroll(container.New(&centred{look.ContentWidth, look.Margin}, inner))
	buttons := container.New(layout.NewCustomPaddedLayout(look.SmallGap, look.SmallGap+look.SmallGap/2, look.Margin, look.Margin),
		container.NewHBox(layout.NewSpacer(), s.backward, s.forward))
	rail := container.New(layout.NewCustomPaddedLayout(look.Gap, look.Gap, look.SmallGap, look.SmallGap), container.New(&column{look.RailWidth - 2*look.SmallGap}, s.rail))
	s.content = container.NewBorder(nil, nil, newGround(look.ColorRail, rail), nil,
		container.NewBorder(nil, newGround(theme.ColorNameBackground, container.NewVBox(fw.NewSeparator(), buttons)), nil, nil, s.scroll))
	return s
}

// turn shows a page from its top.
func (s *shell) turn(p page.Page) {
	s.place.Objects = []fyne.CanvasObject{p.Content()}
	s.place.Refresh()
	s.message.Set(widget.Bad, "")
	s.refresh()
	s.scroll.ScrollToTop()
}

// refresh shows what the rail, the heading and the buttons say now.
func (s *shell) refresh() {
	state := s.w.state
	s.heading.SetText(page.Say(heading(state)), s.w.current().Sentence())
	s.rail.SetItems(railItems(state))
	s.rail.SetFooter("")
	if state.Rehearsal {
		s.rail.SetFooter(lang.L("Rehearsal on a virtual disk"))
	}
	label, importance, works := s.primary()
	if s.forward.Text != label || s.forward.Importance != importance {
		s.forward.Text, s.forward.Importance = label, importance
		s.forward.Refresh()
	}
	able(s.forward, works && s.waiting == nil)
	visible(s.forward, label != "")
	able(s.backward, state.CanBack() && s.waiting == nil)
	visible(s.backward, state.Page != session.PageWelcome && state.Page != session.PageInstall && state.Page != session.PageDone)
}

// heading is the title of the open page.
func heading(state *session.State) session.Text {
	if state.Page == session.PageInstall && state.Rehearsal {
		return session.Text{Form: "Rehearsal"}
	}
	return state.Page.Title()
}

// primary is what the coloured button says, how strongly, and whether it works.
func (s *shell) primary() (label string, importance fw.Importance, works bool) {
	state := s.w.state
	switch state.Page {
	case session.PageReview:
		if state.Rehearsal {
			return lang.L("Start the rehearsal"), fw.HighImportance, state.CanNext()
		}
		return lang.L("Erase the disk and install"), fw.DangerImportance, state.CanNext()
	case session.PageInstall:
		return "", fw.HighImportance, false
	case session.PageDone:
		return lang.L("Close"), fw.HighImportance, true
	}
	return lang.L("Next"), fw.HighImportance, true
}

// railItems are the pages as the rail shows them.
func railItems(state *session.State) []widget.RailItem {
	var items []widget.RailItem
	ahead := false
	for _, p := range session.Pages() {
		item := widget.RailItem{ID: string(p), Title: page.Say(p.Title()), State: widget.RailDone, Reachable: p != state.Page && state.CanGo(p)}
		switch {
		case p == state.Page:
			item.State, ahead = widget.RailCurrent, true
		case ahead:
			item.State = widget.RailAhead
		}
		items = append(items, item)
	}
	return items
}

// tell says above the page that something went wrong.
func (s *shell) tell(text string) {
	s.message.Set(widget.Bad, text)
	s.scroll.ScrollToTop()
}

func able(b *control.Button, on bool) {
	switch {
	case on && b.Disabled():
		b.Enable()
	case !on && !b.Disabled():
		b.Disable()
	}
}

func visible(o fyne.CanvasObject, on bool) {
	switch {
	case on && !o.Visible():
		o.Show()
	case !on && o.Visible():
		o.Hide()
	}
}

// centred gives one object at most a width, in the middle, with a margin around it.
type centred struct{ width, margin float32 }

// MinSize is that of Fyne's layouts.
func (c *centred) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().Add(fyne.NewSquareSize(2 * c.margin))
}

// Layout is that of Fyne's layouts.
func (c *centred) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := min(c.width, size.Width-2*c.margin)
	objects[0].Move(fyne.NewPos((size.Width-width)/2, c.margin))
	objects[0].Resize(fyne.NewSize(width, size.Height-2*c.margin))
}
