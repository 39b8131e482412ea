package widget

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// queue stands for Fyne's goroutine: what is done there waits until the test drains it.
type queue chan func()

func (q queue) do(f func()) { q <- f }

// drain runs what comes until done says so.
func (q queue) drain(t *testing.T, done func() bool) {
	t.Helper()
	for !done() {
		select {
		case f := <-q:
			f()
		case <-time.After(20 * time.Second):
			t.Fatal("no estimate came")
		}
	}
}

func passphrase(t *testing.T) (*PassphraseEntry, fyne.Canvas, queue) {
	q := make(queue, 100)
	var p *PassphraseEntry
	c := open(t, light(460, 330), func() fyne.CanvasObject {
		p = NewPassphraseEntry(PassphraseOptions{Label: "Passphrase", AgainLabel: "again", Known: []string{"ada", "blitzar"}, Do: q.do})
		p.SetBeyond("beyond")
		return p
	})
	return p, c, q
}

func TestTakeLeavesNothing(t *testing.T) {
	p, c, q := passphrase(t)
	const text = "correct horse battery staple"
	test.Type(p.first, text)
	test.Type(p.again, text[:4])
	if p.Take() != nil || p.first.Text != text {
		t.Error("what does not match was taken or lost")
	}
	test.Type(p.again, text[4:])
	q.drain(t, func() bool { return p.State().Score >= 0 && !p.estimates.running })
	if s := p.State(); !s.Usable() || s.Score < 3 || !s.ASCII || s.Words == "" {
		t.Errorf("the state is %+v", s)
	}
	if got := string(p.Take()); got != text {
		t.Errorf("took %q", got)
	}
	for _, f := range []*passField{p.first, p.again} {
		c.Focus(f)
		f.TypedShortcut(&fyne.ShortcutUndo{})
		f.TypedShortcut(&fyne.ShortcutRedo{})
		if f.Text != "" {
			t.Errorf("undo gives back %q", f.Text)
		}
	}
	if p.estimates.text != "" || p.State().Typed || p.Take() != nil || len(p.Characters()) != 0 {
		t.Error("something of it is left")
	}
}

func TestPassphraseState(t *testing.T) {
	p, _, q := passphrase(t)
	for _, c := range []struct {
		text    string
		usable  bool
		ascii   bool
		most    int
		letters string
	}{
		{"blitzar", true, true, 0, "abilrtz"},
		{"zwölf Boxkämpfer jagen Viktor", true, false, 4, ""},
		{"with\ttab", false, true, 4, ""},
		{strings.Repeat("x", 513), false, true, 4, "x"},
		{strings.Repeat("ä", 256), true, false, 4, "ä"},
	} {
		p.first.SetText(c.text)
		p.again.SetText(c.text)
		q.drain(t, func() bool { return p.State().Score >= 0 && !p.estimates.running })
		s := p.State()
		if s.Usable() != c.usable || s.ASCII != c.ascii || s.Score > c.most {
			t.Errorf("%.20q: %+v", c.text, s)
		}
		if c.letters != "" && string(p.Characters()) != c.letters {
			t.Errorf("%.20q has the characters %q", c.text, string(p.Characters()))
		}
		if (s.Problem != "" || !s.ASCII) == p.warning.Hidden {
			t.Errorf("%.20q: the warning is %q", c.text, p.warning.text)
		}
	}
}

// An estimate reaches the entry through Fyne's goroutine only: until that comes to it, typing goes on without one.
func TestTypingDoesNotWaitForTheEstimate(t *testing.T) {
	p, _, q := passphrase(t)
	test.Type(p.first, strings.Repeat("aB3$ xyzzy-ada-blitzar ", 8))
	if s := p.State(); s.Score != -1 || s.Words != strengthWords(-1) {
		t.Errorf("while typing the state is %+v", s)
	}
	q.drain(t, func() bool { return !p.estimates.running })
	if p.State().Score != 4 {
		t.Errorf("the score is %d", p.State().Score)
	}
}

func TestOneEstimateAtATime(t *testing.T) {
	p, _, q := passphrase(t)
	test.Type(p.first, "many letters typed fast")
	if len(q) > 2 {
		t.Errorf("%d estimates at once", len(q))
	}
	q.drain(t, func() bool { return p.State().Score >= 0 && !p.estimates.running })
	if p.estimates.text != "" {
		t.Error("the text is kept after the estimate")
	}
}

func TestCapsLock(t *testing.T) {
	p, _, _ := passphrase(t)
	shift := &fyne.KeyEvent{Name: desktop.KeyShiftLeft}
	lock := &fyne.KeyEvent{Name: desktop.KeyCapsLock}
	is := func(want bool, what string) {
		t.Helper()
		if p.State().CapsLock != want {
			t.Errorf("%s: caps lock %v, want %v", what, !want, want)
		}
	}
	p.first.TypedRune('a')
	is(false, "a")
	p.first.TypedRune('A')
	is(true, "A without Shift")
	p.first.KeyDown(lock)
	is(false, "after the key")
	p.first.KeyDown(lock)
	is(true, "after the key again")
	p.first.KeyDown(shift)
	p.first.TypedRune('B')
	p.first.KeyUp(shift)
	is(false, "B with Shift")
	p.first.KeyDown(shift)
	p.first.TypedRune('b')
	p.first.KeyUp(shift)
	is(true, "b with Shift")
	p.first.TypedRune('7')
	is(true, "7 tells nothing")
}

func TestReveal(t *testing.T) {
	p, c, _ := passphrase(t)
	c.Focus(p.reveal)
	p.reveal.TypedRune(' ')
	if p.first.Password || p.again.Password {
		t.Error("Space on the toggle does not show what is typed")
	}
	p.Clear()
	if !p.first.Password || !p.again.Password {
		t.Error("emptied entries still show what is typed")
	}
}

func TestStopsOfPassphrase(t *testing.T) {
	p, c, _ := passphrase(t)
	var stops []fyne.Focusable
	for range 4 {
		c.FocusNext()
		stops = append(stops, c.Focused())
	}
	if stops[0] != fyne.Focusable(p.first) || stops[1] != fyne.Focusable(p.again) || stops[2] != fyne.Focusable(p.reveal) || stops[3] != fyne.Focusable(p.first) {
		t.Errorf("Tab goes over %T %T %T %T", stops[0], stops[1], stops[2], stops[3])
	}
}
