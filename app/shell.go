package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
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
	bottom   fyne.CanvasObject
	side     fyne.CanvasObject // the rail on its ground
	rehearse *fyne.Container   // says on the explorer what the rail says elsewhere
	middle   *centred
	message  *widget.Notice
	backward *control.Button
	forward  *control.Button
	asked    *asked
	waiting  *asked
	picker   *dialog.FileDialog // over the question that it belongs to
}

func newShell(w *window) *shell {
	s := &shell{w: w, heading: widget.NewHeading("", ""), place: container.NewStack(), message: widget.NewNotice(widget.Bad, "")}
	s.rail = widget.NewRail(nil, func(id string) { w.jump(session.Page(id)) })
	s.backward = control.NewButton(lang.L("Back"), theme.NavigateBackIcon(), w.back)
	s.forward = control.Important(lang.L("Next"), nil, fw.HighImportance, w.next)
	inner := container.New(&stretched{look.Gap}, s.heading, s.message, s.place)
	s.middle = &centred{look.ContentWidth, look.Margin}
	s.scroll = container.NewVScroll(container.New(s.middle, inner))
	s.rehearse = container.NewHBox(fw.NewIcon(look.IconInfo.In(theme.ColorNamePrimary)),
		fw.NewLabelWithStyle(lang.L("Rehearsal on a made-up system"), fyne.TextAlignLeading, fyne.TextStyle{Bold: true}))
	s.rehearse.Hide()
	buttons := container.New(layout.NewCustomPaddedLayout(look.SmallGap, look.SmallGap+look.SmallGap/2, look.Margin, look.Margin),
		container.New(layout.NewCustomPaddedHBoxLayout(look.SmallGap), s.rehearse, layout.NewSpacer(), s.backward, s.forward))
	rail := container.New(layout.NewCustomPaddedLayout(look.Gap, look.Gap, look.SmallGap, look.SmallGap), container.New(&column{look.RailWidth - 2*look.SmallGap}, s.rail))
	s.bottom = newGround(theme.ColorNameBackground, container.New(layout.NewCustomPaddedVBoxLayout(0), newGround(theme.ColorNameSeparator, newStrip(1)), buttons))
	s.side = newGround(look.ColorRail, rail)
	s.content = container.New(&frame{}, s.side, s.scroll, s.bottom)
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

// widen gives the explorer, which is no step of an installation, the room of the rail and more of the window's width.
func (s *shell) widen(on bool) {
	width := look.ContentWidth
	if on {
		width = exploreWidth
	}
	visible(s.rehearse, on && s.w.explorer.state.MadeUp)
	if s.side.Visible() != on && s.middle.width == width {
		return
	}
	visible(s.side, !on)
	s.middle.width = width
	s.content.Refresh()
	s.scroll.Content.Refresh()
	s.bottom.Refresh()
}

// exploreWidth is the most that the explorer is wide.
const exploreWidth = 1280

// refresh shows what the rail, the heading and the buttons say now.
func (s *shell) refresh() {
	state := s.w.state
	s.heading.SetText(page.Say(state.Name(state.Page)), s.w.current().Sentence())
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
	s.widen(state.Page == session.PageExplore)
	visible(s.bottom, state.Page != session.PageInstall)
	visible(s.backward, state.Page != session.PageWelcome && state.Page != session.PageInstall && state.Page != session.PageDone &&
		(state.Page != session.PageExplore || state.CanBack()))
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
	case session.PageExplore:
		if !state.CanNext() {
			return "", fw.MediumImportance, false
		}
		return lang.L("Install NixOS…"), fw.MediumImportance, true
	}
	return lang.L("Next"), fw.HighImportance, true
}

// railItems are the pages as the rail shows them.
func railItems(state *session.State) []widget.RailItem {
	var items []widget.RailItem
	ahead := false
	for _, p := range session.Pages() {
		item := widget.RailItem{ID: string(p), Title: page.Say(state.Name(p)), State: widget.RailDone, Reachable: p != state.Page && state.CanGo(p)}
		switch {
		case p == state.Page:
			item.State, ahead = widget.RailCurrent, true
		case ahead || !state.WasShown(p): // no tick for what nobody has seen
			item.State = widget.RailAhead
		}
		items = append(items, item)
	}
	return items
}

// scrollBy scrolls the page with the keys that every reader knows.
func (s *shell) scrollBy(key fyne.KeyName) {
	view, most := s.scroll.Size().Height, s.scroll.Content.Size().Height-s.scroll.Size().Height
	y := s.scroll.Offset.Y
	switch key {
	case fyne.KeyPageDown:
		y += view * 9 / 10
	case fyne.KeyPageUp:
		y -= view * 9 / 10
	case fyne.KeyHome:
		y = 0
	case fyne.KeyEnd:
		y = most
	}
	s.scroll.ScrollToOffset(fyne.NewPos(s.scroll.Offset.X, min(max(y, 0), max(most, 0))))
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

// frame puts the rail at the left, and beside it the page above the buttons, without gaps: the page's shadow lies on the edge of
// the buttons.
type frame struct{}

// MinSize is that of Fyne's layouts.
func (*frame) MinSize(objects []fyne.CanvasObject) fyne.Size {
	rail, page, bottom := railSize(objects[0]), objects[1].MinSize(), objects[2].MinSize()
	return fyne.NewSize(rail.Width+max(page.Width, bottom.Width), max(rail.Height, page.Height+bottom.Height))
}

// Layout is that of Fyne's layouts.
func (*frame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	left, low := railSize(objects[0]).Width, float32(0)
	if objects[2].Visible() {
		low = objects[2].MinSize().Height
	}
	objects[0].Resize(fyne.NewSize(left, size.Height))
	objects[1].Move(fyne.NewPos(left, 0))
	objects[1].Resize(fyne.NewSize(size.Width-left, size.Height-low))
	objects[2].Move(fyne.NewPos(left, size.Height-low))
	objects[2].Resize(fyne.NewSize(size.Width-left, low))
}

// railSize is the room for the rail, which the explorer has none of.
func railSize(rail fyne.CanvasObject) fyne.Size {
	if !rail.Visible() {
		return fyne.Size{}
	}
	return rail.MinSize()
}

// stretched stands objects one below the other, and gives the last one the height that is left.
type stretched struct{ gap float32 }

// MinSize is that of Fyne's layouts.
func (s *stretched) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		least := o.MinSize()
		if size.Height > 0 {
			size.Height += s.gap
		}
		size = fyne.NewSize(max(size.Width, least.Width), size.Height+least.Height)
	}
	return size
}

// Layout is that of Fyne's layouts.
func (s *stretched) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		height := o.MinSize().Height
		if i == len(objects)-1 {
			height = max(height, size.Height-y)
		}
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, height))
		y += height + s.gap
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
