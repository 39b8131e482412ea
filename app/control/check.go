package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Check is a box to tick.
type Check struct {
	widget.Check
	Stop
}

// NewCheck makes one; changed is called for the user's changes and for SetChecked.
func NewCheck(label string, changed func(on bool)) *Check {
	c := &Check{}
	c.Text, c.OnChanged = label, changed
	c.ExtendBaseWidget(c)
	return c
}

// ShowAs ticks the box or not, without calling anybody.
func (c *Check) ShowAs(on bool) {
	if c.Checked != on {
		c.Checked = on
		c.Refresh()
	}
}

// FocusGained shows the focus and tells of it.
func (c *Check) FocusGained() {
	c.Check.FocusGained()
	c.Reached(c)
}

// Tapped ticks the box.
func (c *Check) Tapped(e *fyne.PointEvent) { c.ByClick(func() { c.Check.Tapped(e) }) }

// TypedKey hands the key on; Space, which ticks the box, comes as a rune.
func (c *Check) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		return
	}
	HandOn(c, e)
}
