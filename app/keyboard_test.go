package main

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"lethe/app/session"
)

// key presses a key where the focus is, or on the window where nothing has it.
func (s *stand) key(name fyne.KeyName) {
	e := &fyne.KeyEvent{Name: name}
	c := s.w.win.Canvas()
	if f := c.Focused(); f != nil {
		f.TypedKey(e)
		return
	}
	c.OnTypedKey()(e)
}

// chord presses a key with Alt, as the window system hands it on.
func (s *stand) chord(name fyne.KeyName) {
	shortcut := &desktop.CustomShortcut{KeyName: name, Modifier: fyne.KeyModifierAlt}
	c := s.w.win.Canvas()
	if f, ok := c.Focused().(fyne.Shortcutable); ok {
		f.TypedShortcut(shortcut)
		return
	}
	c.OnTypedKey()(&fyne.KeyEvent{Name: "Alt+" + name}) // what the window's own shortcuts do; the test canvas keeps none
}

// write types where the focus is.
func (s *stand) write(text string) {
	s.t.Helper()
	f := s.w.win.Canvas().Focused()
	if f == nil {
		s.t.Fatalf("nothing has the focus on %s", s.w.state.Page)
	}
	for _, r := range text {
		f.TypedRune(r)
	}
}

// round gives everything that Tab reaches.
func (s *stand) round() []fyne.Focusable {
	c := s.w.win.Canvas()
	c.Unfocus()
	var all []fyne.Focusable
	for range 300 {
		c.FocusNext()
		f := c.Focused()
		if f == nil || len(all) > 0 && f == all[0] {
			return all
		}
		all = append(all, f)
	}
	s.t.Fatalf("Tab never comes round on %s", s.w.state.Page)
	return nil
}

// TestKeyboard walks through every page with Tab and tries the keys of the window on everything that can have the focus.
func TestKeyboard(t *testing.T) {
	s := newStand(t, false)
	s.picture() // lays out everything
	for _, p := range []session.Page{
		session.PageWelcome, session.PagePreflight, session.PageDisk, session.PageLayout, session.PageEncryption, session.PageAccount, session.PageSystem,
	} {
		s.at(p)
		reached := s.round()
		if len(reached) < 3 {
			t.Errorf("%s: Tab reaches only %d things", p, len(reached))
		}
		for _, f := range reached {
			what := fmt.Sprintf("%s: %T", p, f)
			s.w.win.Canvas().Focus(f)
			s.chord(fyne.KeyLeft)
			s.came(what+": Alt+Left", p, -1)
			s.w.win.Canvas().Focus(f)
			s.key(fyne.KeyEscape)
			s.came(what+": Escape", p, -1)
		}
		s.w.focus(s.w.current().First())
		s.fill(p)
		s.chord(fyne.KeyRight)
	}
	s.at(session.PageReview)
}

// came checks that a key led to the page before (or, on the first, nowhere), and goes on to the page again.
func (s *stand) came(what string, p session.Page, by int) {
	s.t.Helper()
	at := 0
	for i, q := range session.Pages() {
		if q == p {
			at = i
		}
	}
	want := session.Pages()[max(0, at+by)]
	if s.w.state.Page != want {
		s.t.Errorf("%s leads to %s and not to %s", what, s.w.state.Page, want)
	}
	s.w.state.Go(p)
	s.w.turn()
}

// fill types what a page needs, by the keys alone.
func (s *stand) fill(p session.Page) {
	s.t.Helper()
	switch p {
	case session.PageEncryption:
		if s.w.has(session.PassphraseID) {
			return
		}
		s.w.focus(s.w.current().First())
		s.write(passphrase)
		s.w.win.Canvas().FocusNext()
		s.write(passphrase)
		s.until("the passphrase is typed", func() bool { return s.w.state.Draft.Passphrase.Ready() })
	case session.PageAccount:
		if s.w.state.Draft.Wishes.Users[0].Name != "" {
			return
		}
		s.w.focus(s.w.current().First())
		for range 3 {
			s.w.win.Canvas().FocusNext()
			if e, ok := s.w.win.Canvas().Focused().(interface{ SelectedText() string }); ok && e != nil {
				break
			}
		}
		s.write("ada")
	}
}

// passphrase is what tests type.
const passphrase = "quiet ferry umbrella seven"

// TestRehearsal rehearses by the keys alone, and finds the passphrase where it belongs and nowhere else.
func TestRehearsal(t *testing.T) {
	s := newStand(t, false)
	for p := session.PageWelcome; p != session.PageReview; p = s.w.state.Page {
		s.w.focus(s.w.current().First())
		s.fill(p)
		s.chord(fyne.KeyRight)
		if s.w.state.Page == p {
			t.Fatalf("%s cannot be left: %v", p, s.w.state.Problems(p))
		}
	}
	s.until("the plan is there", s.w.state.CanNext)
	s.key(fyne.KeyReturn)
	s.at(session.PageDone)
	if got := s.engine.secret(session.PassphraseID); got != passphrase {
		t.Errorf("the run was given %q", got)
	}
	if s.w.state.Run.Outcome != session.OutcomeDone || len(s.w.state.Run.Checks) == 0 {
		t.Errorf("%+v", s.w.state.Run)
	}
	for name, p := range s.w.pages {
		for _, o := range test.LaidOutObjects(p.Content()) {
			if e, ok := o.(interface{ SelectedText() string }); ok && fmt.Sprintf("%+v", e) != "" {
				if text, ok := o.(fmt.Stringer); ok && text.String() == passphrase {
					t.Errorf("%s still holds the passphrase", name)
				}
			}
		}
	}
}
