package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"github.com/google/go-cmp/cmp"

	"lethe/app/control"
	"lethe/app/session"
	"lethe/app/widget"
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
	s.settle()
	for _, p := range []session.Page{
		session.PageWelcome, session.PagePreflight, session.PageDisk, session.PageLayout, session.PageEncryption, session.PageAccount, session.PageSystem,
	} {
		s.at(p)
		for _, f := range s.round() {
			s.keysOn(f, p)
		}
		s.fill(p)
		s.w.current().Leave() // takes the secrets, as turning the page does
		s.w.refresh()
		typed := s.w.state.Draft
		reached := s.round()
		if len(reached) < 3 {
			t.Errorf("%s: Tab reaches only %d things", p, len(reached))
		}
		for _, f := range reached {
			s.keysOn(f, p)
		}
		if diff := cmp.Diff(typed, s.w.state.Draft, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
			t.Errorf("%s: going back and forth changed what was typed: %s", p, diff)
		}
		s.w.focus(s.w.current().First())
		s.chord(fyne.KeyRight)
	}
	s.at(session.PageReview)
	s.until("the plan is there", s.w.state.CanNext)
	for _, f := range s.round() {
		s.keysOn(f, session.PageReview)
	}
}

// keysOn tries the keys of the window while something has the focus.
func (s *stand) keysOn(f fyne.Focusable, p session.Page) {
	s.t.Helper()
	c := s.w.win.Canvas()
	what := fmt.Sprintf("%s: %T", p, f)
	if c.Focus(f); c.Focused() != f {
		s.t.Fatalf("%s cannot have the focus", what)
	}
	s.chord(fyne.KeyLeft)
	s.came(what+": Alt+Left", p, -1)
	c.Focus(f)
	s.key(fyne.KeyEscape)
	s.came(what+": Escape", p, -1)

	var heard []fyne.KeyName
	c.SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name != control.KeyReached { // which nobody presses
			heard = append(heard, e.Name)
		}
	})
	defer c.SetOnTypedKey(s.w.typedKey)
	c.Focus(f)
	s.chord(fyne.KeyRight)
	if !slices.Equal(heard, []fyne.KeyName{control.KeyForward}) {
		s.t.Errorf("%s: of Alt+Right the window heard %v", what, heard)
	}
	if ownEnter(f) {
		return
	}
	heard = nil
	s.key(fyne.KeyReturn)
	s.key(fyne.KeyReturn) // the first may choose what the cursor is on
	if !slices.Contains(heard, fyne.KeyReturn) {
		s.t.Errorf("%s: the window heard %v of Enter", what, heard)
	}
}

// ownEnter tells that Enter belongs to what has the focus: it presses a button, begins a line, chooses a step.
func ownEnter(f fyne.Focusable) bool {
	switch f := f.(type) {
	case *control.Button:
		return true
	case *control.Entry:
		return f.MultiLine
	case *widget.StepList:
		return f.OnSelect != nil
	}
	return false
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
	c := s.w.win.Canvas()
	switch p {
	case session.PageDisk:
		if _, chosen := s.w.state.Selected(); chosen || s.w.state.Rehearsal {
			return
		}
		s.w.focus(s.w.current().First())
		s.key(fyne.KeySpace)
	case session.PageEncryption:
		if s.w.has(session.PassphraseID) {
			return
		}
		s.w.focus(s.w.current().First())
		s.write(passphrase)
		c.FocusNext()
		s.write(passphrase)
		s.until("the passphrase is typed", func() bool { return s.w.state.Draft.Passphrase.Ready() })
	case session.PageAccount:
		if s.w.state.Draft.Wishes.Users[0].Name != "" {
			return
		}
		s.w.focus(s.w.current().First())
		c.FocusNext()
		s.onTo("*control.Entry")
		s.write("ada")
		if s.w.state.Rehearsal {
			return
		}
		s.onTo("*widget.passField")
		s.write(password)
		c.FocusNext()
		s.write(password)
	}
}

// onTo goes on with Tab until something of a kind has the focus.
func (s *stand) onTo(kind string) {
	s.t.Helper()
	for range 100 {
		if fmt.Sprintf("%T", s.w.win.Canvas().Focused()) == kind {
			return
		}
		s.w.win.Canvas().FocusNext()
	}
	s.t.Fatalf("Tab reaches no %s on %s", kind, s.w.state.Page)
}

// password is what tests type as the first user's.
const password = "wobbling lanterns octave"

// passphrase is what tests type.
const passphrase = "quagmire ferrule umbrella sevenfold"

// TestRehearsal rehearses by the keys alone, and finds the passphrase where it belongs and nowhere else.
func TestRehearsal(t *testing.T) {
	s := newStand(t, false)
	for p := session.PageWelcome; p != session.PageReview; p = s.w.state.Page {
		s.w.focus(s.w.current().First())
		s.fill(p)
		if p == session.PageEncryption {
			s.seekWhileTyped()
		}
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
	s.settle()
	if found := seek(passphrase, s.inWindow()); len(found) > 0 {
		t.Errorf("the passphrase can still be reached at %v", found)
	}
}

// seekWhileTyped proves that a passphrase is found where there is one: in an entry, and in its undo history.
func (s *stand) seekWhileTyped() {
	s.t.Helper()
	s.settle()
	found := strings.Join(seek(passphrase, s.inWindow()), "\n")
	for _, at := range []string{".Entry.Text", ".undoStack", ".estimates"} {
		if !strings.Contains(found, at) {
			s.t.Fatalf("the passphrase is typed, and not found at %s but at\n%s", at, found)
		}
	}
}
