package control

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// mostRows is how many matches a [Finder] shows.
const mostRows = 6

// Finder chooses one of many things by typing a part of its name. The matches come up below while one types; Up and Down walk
// through them, Enter takes one, Escape takes none and shows again what was chosen before.
type Finder struct {
	widget.BaseWidget
	options []Option
	value   string
	changed func(value string)

	entry *finderEntry
	rows  *fyne.Container
	found []Option
	at    int // in found
}

// NewFinder makes one; changed is called for the user's changes only.
func NewFinder(options []Option, placeholder string, changed func(value string)) *Finder {
	f := &Finder{options: options, changed: changed, rows: container.NewVBox()}
	f.entry = &finderEntry{finder: f}
	f.entry.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	f.entry.PlaceHolder = placeholder
	f.entry.OnChanged = func(string) { f.search() }
	f.entry.ExtendBaseWidget(f.entry)
	f.rows.Hide()
	f.ExtendBaseWidget(f)
	return f
}

// CreateRenderer is Fyne's.
func (f *Finder) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewVBox(f.entry, f.rows))
}

// Entry is what takes the focus.
func (f *Finder) Entry() fyne.Focusable { return f.entry }

// SetOffer replaces what can be found.
func (f *Finder) SetOffer(options []Option) { f.options = options }

// Value is what is chosen.
func (f *Finder) Value() string { return f.value }

// ShowAs shows a value as the chosen one, without calling anybody. What is being typed is left alone.
func (f *Finder) ShowAs(value string) {
	if f.value == value && f.entry.Text != "" || f.open() {
		f.value = value
		return
	}
	f.value = value
	f.restore()
}

// open tells that something is being searched for.
func (f *Finder) open() bool { return f.rows.Visible() }

// label is what a value is shown as; one that is not offered is its own label.
func (f *Finder) label(value string) string {
	for _, o := range f.options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

// restore shows what is chosen and ends the search.
func (f *Finder) restore() {
	f.write(f.label(f.value))
	f.show(nil)
}

// write changes the text without a search.
func (f *Finder) write(text string) {
	f.entry.Write(text)
	f.entry.CursorColumn = 0
	f.entry.Refresh()
}

// search shows what fits the text.
func (f *Finder) search() {
	f.at = 0
	f.show(Match(f.options, f.entry.Text, mostRows))
}

// show lists what was found; nothing closes the list.
func (f *Finder) show(found []Option) {
	f.found = found
	f.rows.RemoveAll()
	for i, o := range found {
		f.rows.Add(newRow(o.Label, i == f.at, func() { f.choose(o.Value) }))
	}
	if len(found) == 0 {
		f.rows.Hide()
	} else {
		f.rows.Show()
	}
	f.Refresh()
}

// choose takes a value.
func (f *Finder) choose(value string) {
	changed := value != f.value
	f.value = value
	f.restore()
	if changed && f.changed != nil {
		f.changed(value)
	}
}

// settle ends typing: a text that names something exactly is taken, and so is any text where nothing is on offer.
func (f *Finder) settle() {
	text := strings.TrimSpace(f.entry.Text)
	for _, o := range f.options {
		if strings.EqualFold(o.Value, text) || strings.EqualFold(o.Label, text) {
			f.choose(o.Value)
			return
		}
	}
	if len(f.options) == 0 && text != "" {
		f.choose(text)
	}
}

// typedKey walks through the list; it tells whether the key was of use.
func (f *Finder) typedKey(e *fyne.KeyEvent) bool {
	if !f.open() {
		if Enters(e) {
			f.settle()
		}
		return false
	}
	switch {
	case e.Name == fyne.KeyDown:
		f.at = min(f.at+1, len(f.found)-1)
		f.show(f.found)
	case e.Name == fyne.KeyUp:
		f.at = max(f.at-1, 0)
		f.show(f.found)
	case Enters(e):
		f.choose(f.found[f.at].Value)
	case e.Name == fyne.KeyEscape:
		f.restore()
	default:
		return false
	}
	return true
}

// Match gives at most so many options that have every word of the text, those whose label or value begins with it first. All of
// them match an empty text.
func Match(options []Option, text string, most int) []Option {
	text = strings.ToLower(strings.TrimSpace(text))
	words := strings.Fields(text)
	var first, rest []Option
	for _, o := range options {
		all := strings.ToLower(o.Label + " " + o.Value)
		switch {
		case slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, w) }):
		case strings.HasPrefix(strings.ToLower(o.Label), text) || strings.HasPrefix(strings.ToLower(o.Value), text):
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
	switch {
	case e.finder.typedKey(k):
	case k.Name == fyne.KeyDown && !e.finder.open():
		e.finder.at = 0
		e.finder.show(Match(e.finder.options, "", mostRows))
	default:
		e.Entry.TypedKey(k)
	}
}

// View gives the matches too.
func (e *finderEntry) View() []fyne.CanvasObject { return []fyne.CanvasObject{e.finder, e} }

// FocusGained marks the text, so that typing begins anew.
func (e *finderEntry) FocusGained() {
	e.Entry.FocusGained()
	e.SelectAll()
}

// FocusLost takes what was typed, where that names something.
func (e *finderEntry) FocusLost() {
	e.Entry.FocusLost()
	if e.finder.open() {
		e.finder.settle()
	}
	if e.finder.open() {
		e.finder.restore()
	}
}

// row is one match.
type row struct {
	widget.BaseWidget
	label  string
	marked bool
	chosen func()
}

var _ desktop.Mouseable = (*row)(nil)

func newRow(label string, marked bool, chosen func()) *row {
	r := &row{label: label, marked: marked, chosen: chosen}
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer is Fyne's.
func (r *row) CreateRenderer() fyne.WidgetRenderer {
	back := canvas.NewRectangle(r.Theme().Color(theme.ColorNameSelection, fyne.CurrentApp().Settings().ThemeVariant()))
	back.CornerRadius = r.Theme().Size(theme.SizeNameSelectionRadius)
	back.Hidden = !r.marked
	label := widget.NewLabel(r.label)
	label.Truncation = fyne.TextTruncateEllipsis
	return widget.NewSimpleRenderer(container.NewStack(back, label))
}

// MouseDown chooses at once: the entry loses the focus next, and the row would be gone before the button comes up.
func (r *row) MouseDown(*desktop.MouseEvent) { r.chosen() }

// MouseUp does nothing.
func (r *row) MouseUp(*desktop.MouseEvent) {}

// Tapped chooses, for what has no mouse.
func (r *row) Tapped(*fyne.PointEvent) { r.chosen() }
