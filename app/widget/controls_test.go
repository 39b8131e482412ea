package widget

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"lethe/engine/quantity"
)

func TestSwitch(t *testing.T) {
	var heard []bool
	var s *Switch
	c := open(t, light(400, 120), func() fyne.CanvasObject {
		s = NewSwitch("Encrypt", "Asks for a passphrase.", func(on bool) { heard = append(heard, on) })
		return s
	})
	s.SetOn(true)
	if len(heard) != 0 {
		t.Error("SetOn called OnChanged")
	}
	test.Tap(s)
	c.Focus(s)
	press(s, fyne.KeySpace, fyne.KeySpace)
	if len(heard) != 3 || heard[0] || !heard[1] || heard[2] {
		t.Errorf("heard %v", heard)
	}
	low := s.MinSize().Height
	s.SetReason("Not here, because of a reason that is so long that it needs a line of its own, and another one.")
	test.Tap(s)
	press(s, fyne.KeySpace)
	if len(heard) != 3 || s.On() {
		t.Error("a disabled switch was flipped")
	}
	if s.MinSize().Height <= low {
		t.Error("the reason takes no room")
	}
	c.Unfocus()
	c.FocusNext()
	if c.Focused() != nil {
		t.Error("a disabled switch is a stop")
	}
	s.SetReason("")
	press(s, fyne.KeySpace)
	if !s.On() {
		t.Error("without the reason the switch still cannot be flipped")
	}
}

func TestCardList(t *testing.T) {
	var heard []string
	var l *CardList
	c := open(t, light(620, 380), func() fyne.CanvasObject {
		l = NewCardList(disks(), func(id string) { heard = append(heard, id) })
		return l
	})
	c.FocusNext()
	if c.Focused() != fyne.Focusable(l) {
		t.Fatalf("Tab reached %T", c.Focused())
	}
	press(l, fyne.KeySpace, fyne.KeyDown, fyne.KeySpace, fyne.KeyDown, fyne.KeyReturn, fyne.KeyReturn)
	if strings.Join(heard, " ") != "a c" || l.Selected() != "c" {
		t.Errorf("heard %v, chose %q: the refused card must not be chosen, and the same not twice", heard, l.Selected())
	}
	test.Tap(l.rows[1])
	test.Tap(l.rows[0])
	if l.Selected() != "a" {
		t.Errorf("a click chose %q", l.Selected())
	}
	l.Select("b")
	if l.Selected() != "" {
		t.Error("a refused card was chosen")
	}
	l.Select("c")
	l.SetCards(disks()[:2])
	if l.Selected() != "" || len(heard) != 3 {
		t.Errorf("after the chosen card went away %q is chosen, heard %v", l.Selected(), heard)
	}
}

func TestTwentyDisksScroll(t *testing.T) {
	var l *CardList
	c := open(t, light(620, 380), func() fyne.CanvasObject {
		l = NewCardList(many(20), nil)
		return l
	})
	if l.MinSize().Height > 440 {
		t.Errorf("twenty cards want a height of %v", l.MinSize().Height)
	}
	c.Focus(l)
	press(l, fyne.KeyEnd, fyne.KeySpace)
	if l.Selected() != "19" {
		t.Errorf("End and Space chose %q", l.Selected())
	}
	row := l.rows[19]
	if top := row.Position().Y - l.scroll.Offset.Y; top < 0 || top+row.Size().Height > l.scroll.Size().Height+1 {
		t.Errorf("the last card is at %v of %v", top, l.scroll.Size().Height)
	}
	press(l, fyne.KeyHome)
	if l.scroll.Offset.Y != 0 {
		t.Errorf("Home scrolled to %v", l.scroll.Offset.Y)
	}
}

func TestStepList(t *testing.T) {
	var heard []string
	var l *StepList
	open(t, light(420, 360), func() fyne.CanvasObject {
		l = NewStepList(steps(), func(id string) { heard = append(heard, id) })
		return l
	})
	first := l.rows[0]
	changed := steps()
	changed[3].State = Working
	l.SetSteps(changed)
	if l.rows[0] != first || l.bodies[3].step.State != Working {
		t.Error("another state made other rows, or was not shown")
	}
	press(l, fyne.KeyDown, fyne.KeySpace)
	test.Tap(l.rows[4])
	if strings.Join(heard, " ") != "wipe swap" {
		t.Errorf("heard %v", heard)
	}
	l.SetHighlighted("open", "mount")
	if !l.rows[3].stand.lit || l.rows[0].stand.lit {
		t.Error("the wrong steps are marked")
	}
	l.SetSteps(steps()[:2])
	if len(l.rows) != 2 || !l.lit["open"] {
		t.Error("the list does not follow its steps")
	}
}

func TestRail(t *testing.T) {
	var heard []string
	var r *Rail
	c := open(t, light(230, 360), func() fyne.CanvasObject {
		r = NewRail(pages(), func(id string) { heard = append(heard, id) })
		return r
	})
	c.FocusNext()
	press(r, fyne.KeySpace) // on the current page
	press(r, fyne.KeyDown, fyne.KeySpace, fyne.KeyDown, fyne.KeySpace, fyne.KeyHome, fyne.KeyReturn)
	if strings.Join(heard, " ") != "encryption welcome" {
		t.Errorf("went to %v: pages that are not reachable must not be gone to", heard)
	}
}

// TestRailLiesAlike in whatever order its pages, their states and its size come.
func TestRailLiesAlike(t *testing.T) {
	const width = 150 // some titles need two lines
	size := fyne.NewSize(width, 340)
	last := pages()
	last[4].Title, last[4].State, last[4].Reachable = "Host and users of this machine", RailCurrent, true
	last[2].State = RailDone
	orders := map[string]func(*Rail){
		"pages, size":             func(r *Rail) { r.SetItems(last); r.Resize(size) },
		"size, pages":             func(r *Rail) { r.Resize(size); r.SetItems(last) },
		"size, untitled, pages":   func(r *Rail) { r.Resize(size); r.SetItems(make([]RailItem, len(last))); r.SetItems(last) },
		"others, size, pages":     func(r *Rail) { r.SetItems(pages()); r.Resize(size); r.SetItems(last) },
		"pages, wide, size":       func(r *Rail) { r.SetItems(last); r.Resize(size.AddWidthHeight(300, 0)); r.Resize(size) },
		"narrow, pages, size":     func(r *Rail) { r.Resize(size.SubtractWidthHeight(60, 0)); r.SetItems(last); r.Resize(size) },
		"size, pages, again":      func(r *Rail) { r.Resize(size); r.SetItems(last); r.SetItems(pages()); r.SetItems(last); r.Refresh() },
		"footer, size, pages, no": func(r *Rail) { r.SetFooter("A rehearsal"); r.Resize(size); r.SetItems(last); r.SetFooter("") },
	}
	var want []fyne.Position
	for name, order := range orders {
		var r *Rail
		open(t, light(400, 400), func() fyne.CanvasObject {
			r = NewRail(nil, nil)
			return container.NewWithoutLayout(r)
		})
		order(r)
		var got []fyne.Position
		for i, row := range r.rows {
			body := r.bodies[i]
			got = append(got, row.Position(), row.Position().Add(row.Size()), row.content.Position(), body.title.Position(), body.icon.Position())
			if y := row.Position().Y; y != float32(int(y)) {
				t.Errorf("%s: row %d begins at %v, not on a whole pixel", name, i, y)
			}
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: the rows lie at\n%v, not at\n%v", name, got, want)
		}
	}
	if low := want[len(want)-4].Y; low < 5*37+41+19 {
		t.Errorf("the rail ends at %v: no title has two lines", low)
	}
}

func TestSizeEntry(t *testing.T) {
	var heard []string
	var s *SizeEntry
	c := open(t, light(420, 160), func() fyne.CanvasObject {
		s = NewSizeEntry("swap", quantity.GiB, func(text string) { heard = append(heard, text) })
		return s
	})
	c.Focus(s.Focusable())
	s.entry.SetText("1KiB")
	s.SetValue(4 * quantity.GiB)
	if s.entry.Text != "4GiB" {
		t.Errorf("the text is %q", s.entry.Text)
	}
	s.entry.SetText("8 X")
	s.SetValue(2 * quantity.GiB)
	if s.entry.Text != "8 X" {
		t.Errorf("what was being typed became %q", s.entry.Text)
	}
	s.entry.SetText("8 GiB")
	s.SetValue(8 * quantity.GiB)
	if s.entry.Text != "8 GiB" {
		t.Errorf("the same size in other words became %q", s.entry.Text)
	}
	if !slices.Equal(heard, []string{"1KiB", "8 X", "8 GiB"}) {
		t.Errorf("heard %q", heard)
	}
	s.SetHint("Becomes 8 GiB.")
	s.SetReason("There is no swap.")
	if !s.entry.Disabled() || s.message.text != "There is no swap." {
		t.Error("the reason is not shown, or the entry is not disabled")
	}
	s.SetReason("")
	if s.entry.Disabled() || s.message.text != "Becomes 8 GiB." {
		t.Errorf("without the reason it says %q, or cannot be typed into", s.message.text)
	}
}

func TestNoticeHidesWithoutText(t *testing.T) {
	var n *Notice
	open(t, light(400, 100), func() fyne.CanvasObject {
		n = NewNotice(Warn, "")
		return n
	})
	if n.Visible() {
		t.Error("an empty notice is shown")
	}
	n.Set(Bad, "Something.")
	if !n.Visible() {
		t.Error("a notice with a text is hidden")
	}
}
