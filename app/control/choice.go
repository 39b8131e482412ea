package control

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// Option is one of the things that a [Choice] offers.
type Option struct {
	Value string
	Label string
	// Also is what a [Finder] finds it by besides.
	Also string
}

// Choice offers a few things of which one is chosen. It is a drop-down list that knows values and shows labels.
type Choice struct {
	widget.Select
	Stop
	options []Option
	focused bool
}

// NewChoice makes one; changed is called for the user's changes only.
func NewChoice(options []Option, changed func(value string)) *Choice {
	c := &Choice{}
	c.ExtendBaseWidget(c)
	c.SetOffer(options)
	c.OnChanged = func(label string) {
		if i := slices.Index(c.Options, label); i >= 0 && changed != nil {
			changed(c.options[i].Value)
		}
	}
	return c
}

// SetOffer replaces what is offered.
func (c *Choice) SetOffer(options []Option) {
	if slices.Equal(c.options, options) && c.Options != nil {
		return
	}
	c.options, c.Options = options, make([]string, len(options))
	for i, o := range options {
		c.Options[i] = o.Label
	}
	c.Refresh()
}

// ShowAs shows a value as the chosen one, without calling anybody.
func (c *Choice) ShowAs(value string) {
	label := ""
	for _, o := range c.options {
		if o.Value == value {
			label = o.Label
		}
	}
	if c.Selected != label {
		c.Selected = label
		c.Refresh()
	}
}

// CreateRenderer draws a border around Fyne's, as entries have one.
func (c *Choice) CreateRenderer() fyne.WidgetRenderer {
	border := canvas.NewRectangle(color.Transparent)
	r := &bordered{c.Select.CreateRenderer(), c, border}
	r.paint()
	return r
}

// bordered adds a border to a renderer.
type bordered struct {
	fyne.WidgetRenderer
	choice *Choice
	border *canvas.Rectangle
}

func (r *bordered) paint() {
	th := r.choice.Theme()
	ink, width := theme.ColorNameInputBorder, float32(1)
	if r.choice.focused && !r.choice.Disabled() {
		ink, width = look.ColorRing, look.FocusWidth
	}
	r.border.StrokeColor, r.border.StrokeWidth = th.Color(ink, fyne.CurrentApp().Settings().ThemeVariant()), width
	r.border.CornerRadius = th.Size(theme.SizeNameInputRadius)
}

// Layout is Fyne's.
func (r *bordered) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.border.Resize(size)
}

// Objects is Fyne's.
func (r *bordered) Objects() []fyne.CanvasObject { return append(r.WidgetRenderer.Objects(), r.border) }

// Refresh is Fyne's.
func (r *bordered) Refresh() {
	r.paint()
	r.WidgetRenderer.Refresh()
	r.border.Refresh()
}

// FocusGained shows the focus and tells of it.
func (c *Choice) FocusGained() {
	c.focused = true
	c.Select.FocusGained()
	c.Reached(c)
}

// FocusLost hides it.
func (c *Choice) FocusLost() {
	c.focused = false
	c.Select.FocusLost()
}

// Tapped opens the list.
func (c *Choice) Tapped(e *fyne.PointEvent) { c.ByClick(func() { c.Select.Tapped(e) }) }

// TypedKey opens the list, steps through it, or hands the key on.
func (c *Choice) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight:
		c.Select.TypedKey(e)
	default:
		HandOn(c, e)
	}
}
