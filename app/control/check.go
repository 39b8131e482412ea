package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// Check is a box to tick.
type Check struct {
	widget.Check
	Stop
	// Pointed is called when the pointer or the focus comes to the box, and when it goes; it may be nil.
	Pointed func(on bool)
	focused bool
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

// CreateRenderer is Fyne's. The ring goes round box and text, however wide the room for them is.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	return newRinged(c.Check.CreateRenderer(), func() mark {
		size := c.Size()
		return mark{on: c.focused && !c.Disabled(), ink: look.ColorRing, size: fyne.NewSize(min(size.Width, c.MinSize().Width), size.Height)}
	})
}

// FocusGained shows the focus and tells of it.
func (c *Check) FocusGained() {
	c.focused = true
	c.Check.FocusGained()
	c.Reached(c)
	c.point(true)
}

// FocusLost shows that the focus is gone, and tells of it.
func (c *Check) FocusLost() {
	c.focused = false
	c.Check.FocusLost()
	c.point(false)
}

// MouseIn shows that the pointer is there, and tells of it.
func (c *Check) MouseIn(e *desktop.MouseEvent) {
	c.Check.MouseIn(e)
	c.point(true)
}

// MouseOut shows that the pointer is gone, and tells of it.
func (c *Check) MouseOut() {
	c.Check.MouseOut()
	c.point(false)
}

func (c *Check) point(on bool) {
	if c.Pointed != nil {
		c.Pointed(on)
	}
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
