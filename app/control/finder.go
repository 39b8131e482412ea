package control

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Finder chooses one of many things by a part of its name. The list comes up over the page when the field is clicked or reached by the
// keyboard, and narrows while one types; Up and Down walk through it, Enter takes what is marked, Escape takes nothing and shows again
// what was chosen before. A text that is on no list stays where it was typed, and its owner is told of it.
type Finder struct {
	widget.BaseWidget
	// Missed is told of a text that is not on the list, and with "" that it is gone; it may be nil.
	Missed func(text string)

	options []Option
	value   string
	changed func(value string)

	entry  *finderEntry
	list   *finderList
	layer  *Layer
	stray  string // what is shown and not on the list
	typed  bool   // since the list came up
	picked bool   // the mark was moved by the keyboard
	hushed bool   // the focus that comes next leaves the list closed
}

// NewFinder makes one, whose list comes up in a layer over the page; changed is called for the user's changes only.
func NewFinder(layer *Layer, options []Option, placeholder string, changed func(value string)) *Finder {
	f := &Finder{options: options, changed: changed, layer: layer}
	f.list = newFinderList(f.choose)
	f.entry = &finderEntry{finder: f}
	f.entry.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	f.entry.PlaceHolder = placeholder
	f.entry.ActionItem = widget.NewIcon(theme.MenuDropDownIcon())
	f.entry.OnChanged = func(string) { f.search() }
	f.entry.ExtendBaseWidget(f.entry)
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer is Fyne's.
func (f *Finder) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.entry) }

// Entry is what takes the focus.
func (f *Finder) Entry() fyne.Focusable { return f.entry }

// Quiet is what takes the focus when the program gives it: the list stays closed.
func (f *Finder) Quiet() fyne.Focusable {
	f.hushed = true
	return f.entry
}

// SetOffer replaces what can be found.
func (f *Finder) SetOffer(options []Option) {
	f.options = options
	if !f.open() && f.stray == "" {
		f.write(f.label(f.value)) // which may have a name now
	}
}

// Value is what is chosen.
func (f *Finder) Value() string { return f.value }

// ShowAs shows a value as the chosen one, without calling anybody. What is being typed is left alone, and what is on no list as long as
// the value is the same.
func (f *Finder) ShowAs(value string) {
	if f.value == value && f.entry.Text != "" || f.open() {
		f.value = value
		return
	}
	f.value = value
	f.Restore()
}

// open tells that something is being searched for.
func (f *Finder) open() bool { return f.list.open() }

// label is what a value is shown as; one that is not offered is its own label.
func (f *Finder) label(value string) string {
	for _, o := range f.options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

// Restore shows what is chosen, and ends the search.
func (f *Finder) Restore() {
	f.write(f.label(f.value))
	f.close()
	f.miss("")
}

// miss notes what is on no list.
func (f *Finder) miss(text string) {
	if f.stray == text {
		return
	}
	f.stray = text
	if f.Missed != nil {
		f.Missed(text)
	}
}

// write changes the text without a search.
func (f *Finder) write(text string) {
	f.entry.Write(text)
	f.entry.CursorColumn = 0
	f.entry.Refresh()
}

// unfold lists everything, with what is chosen marked.
func (f *Finder) unfold() {
	if f.open() || len(f.options) == 0 {
		return
	}
	f.typed, f.picked = false, false
	at := slices.IndexFunc(f.options, func(o Option) bool { return o.Value == f.value })
	f.list.show(f.options, max(at, 0))
	f.layer.show(f)
}

// search lists what fits the text.
func (f *Finder) search() {
	f.miss("")
	f.unfold()
	f.typed, f.picked = true, false
	found := Match(f.options, f.entry.Text, len(f.options))
	if len(found) == 0 {
		f.close()
		return
	}
	f.list.show(found, 0)
	f.place() // it may have another height
}

// place puts the list below the field, or above it where there is more room.
func (f *Finder) place() {
	driver := fyne.CurrentApp().Driver()
	at := driver.AbsolutePositionForObject(f.entry).Subtract(driver.AbsolutePositionForObject(f.layer.over))
	size := fyne.NewSize(f.entry.Size().Width, f.list.MinSize().Height)
	below := at.Y + f.entry.Size().Height
	if below+size.Height > f.layer.over.Size().Height && at.Y >= size.Height {
		below = at.Y - size.Height
	}
	f.list.Resize(size)
	f.list.Move(fyne.NewPos(at.X, below))
}

// close takes the list away.
func (f *Finder) close() {
	if f.open() {
		f.list.show(nil, 0)
		f.layer.hide()
	}
}

// choose takes a value.
func (f *Finder) choose(value string) {
	changed := value != f.value
	f.value = value
	f.Restore()
	if changed && f.changed != nil {
		f.changed(value)
	}
}

// Settle ends typing. What was marked by the keyboard is taken, a text that names something exactly or fits one thing alone, and any text
// where nothing is on offer. Any other one stays, and is told of.
func (f *Finder) Settle() {
	text := strings.TrimSpace(f.entry.Text)
	found := Match(f.options, text, 2)
	exact := slices.IndexFunc(f.options, func(o Option) bool { return strings.EqualFold(o.Value, text) || strings.EqualFold(o.Label, text) })
	switch {
	case f.open() && f.picked:
		f.choose(f.list.marked())
	case f.open() && !f.typed || text == "" || text == f.label(f.value):
		f.Restore()
	case exact >= 0:
		f.choose(f.options[exact].Value)
	case len(f.options) == 0:
		f.choose(text)
	case len(found) == 1:
		f.choose(found[0].Value)
	default:
		f.close()
		f.miss(text)
	}
}

// typedKey walks through the list; it tells whether the key was of use.
func (f *Finder) typedKey(e *fyne.KeyEvent) bool {
	if !f.open() {
		switch {
		case e.Name == fyne.KeyDown:
			f.unfold()
			return f.open()
		case Enters(e):
			f.Settle()
		case e.Name == fyne.KeyEscape && f.stray != "":
			f.Restore()
			return true
		}
		return false
	}
	switch {
	case e.Name == fyne.KeyDown:
		f.walk(1)
	case e.Name == fyne.KeyUp:
		f.walk(-1)
	case e.Name == fyne.KeyPageDown:
		f.walk(mostRows)
	case e.Name == fyne.KeyPageUp:
		f.walk(-mostRows)
	case Enters(e):
		f.choose(f.list.marked())
	case e.Name == fyne.KeyEscape:
		f.Restore()
	default:
		return false
	}
	return true
}

// walk moves the mark.
func (f *Finder) walk(by int) {
	f.picked = true
	f.list.walk(by)
}

// Match gives at most so many options that have every word of the text, those of which something begins with it first. All of
// them match an empty text.
func Match(options []Option, text string, most int) []Option {
	text = strings.ToLower(strings.TrimSpace(text))
	words := strings.Fields(text)
	var first, rest []Option
	for _, o := range options {
		all := strings.ToLower(o.Label + " " + o.Value + " " + o.Also)
		switch {
		case slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, w) }):
		case slices.ContainsFunc([]string{o.Label, o.Value, o.Also}, func(name string) bool { return strings.HasPrefix(strings.ToLower(name), text) }):
			first = append(first, o)
		default:
			rest = append(rest, o)
		}
	}
	list := append(first, rest...)
	return list[:min(most, len(list))]
}

// finderEntry is where one types.
type finderEntry struct {
	Entry
	finder *Finder
}

// TypedKey walks through the list, edits, or hands the key on.
func (e *finderEntry) TypedKey(k *fyne.KeyEvent) {
	if !e.finder.typedKey(k) {
		e.Entry.TypedKey(k)
	}
}

// View gives the list too.
func (e *finderEntry) View() []fyne.CanvasObject {
	if e.finder.open() {
		return []fyne.CanvasObject{e.finder.list, e}
	}
	return []fyne.CanvasObject{e}
}

// MouseDown marks the whole text when the field is entered, and puts the cursor where the pointer is only in one that is being typed in.
func (e *finderEntry) MouseDown(m *desktop.MouseEvent) {
	if !e.Focused() {
		e.FocusByClick(e)
		return
	}
	e.Entry.MouseDown(m)
	e.finder.unfold()
}

// FocusGained marks the text, so that typing begins anew, and shows the list.
func (e *finderEntry) FocusGained() {
	hushed := e.finder.hushed
	e.finder.hushed = false
	if !hushed {
		e.finder.unfold() // before the window brings both into view
	}
	e.Entry.FocusGained()
	e.SelectAll()
}

// FocusLost takes what was typed, where that names something.
func (e *finderEntry) FocusLost() {
	e.Entry.FocusLost()
	e.finder.Settle()
}
