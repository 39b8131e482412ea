package page_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"lethe/app/control"
	"lethe/app/session"
)

// key types a key into what has the focus.
func (d *stand) key(name fyne.KeyName) {
	d.t.Helper()
	d.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: name})
}

// clear empties what has the focus, as somebody who types anew does.
func (d *stand) retype(text string) {
	d.t.Helper()
	d.win.Canvas().Focused().(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutSelectAll{})
	d.key(fyne.KeyBackspace)
	d.write(text)
}

// TestListsRefuseWhatIsNotOnThem says so at the field, and stops Next, until something on the list is chosen.
func TestListsRefuseWhatIsNotOnThem(t *testing.T) {
	const refusal = "“qqqq” is not on the list."
	s := rehearsal(t, session.PageWelcome)
	d := newStand(t, usual, s, nil)
	d.retype("qqqq")
	d.page.Leave() // as Next does, by the keyboard too
	d.shows(refusal)
	if s.CanNext() {
		t.Fatal("a language that does not exist is passed over")
	}
	if d.page.Reveal() != d.win.Canvas().Focused() {
		t.Error("Next does not lead to the field")
	}
	d.win.Canvas().FocusNext()
	d.shows(refusal)
	d.win.Canvas().FocusPrevious()
	d.retype("Germany")
	d.shows("-" + refusal)
	d.key(fyne.KeyReturn)
	if got := s.Draft.Wishes.Locale.Language; got != "de_DE.UTF-8" || !s.CanNext() {
		t.Errorf("chosen is %q: %v", got, s.Problems(session.PageWelcome))
	}
}

// TestKeyboardsHaveNames finds a keymap by what people call it, in English and in their own language.
func TestKeyboardsHaveNames(t *testing.T) {
	for typed, want := range map[string]string{"german (germany) – de-latin1": "de-latin1", "Deutsch nodeadkeys": "de-latin1-nodeadkeys", "français bepo": "fr-bepo", "uk": "uk", "Swedish (Sweden)": "sv-latin1"} {
		s := rehearsal(t, session.PageWelcome)
		d := newStand(t, usual, s, nil)
		d.win.Canvas().FocusNext()
		d.win.Canvas().FocusNext()
		d.retype(typed)
		d.win.Canvas().FocusNext()
		if got := s.Draft.Wishes.Locale.ConsoleKeymap; got != want || !s.CanNext() {
			t.Errorf("%q is %q: %v", typed, got, s.Problems(session.PageWelcome))
		}
	}
}

// TestListComesUp when the field is clicked or reached by the keyboard, and not when the page is opened.
func TestListComesUp(t *testing.T) {
	s := rehearsal(t, session.PageWelcome)
	d := newStand(t, usual, s, nil)
	const offered, other = "English (Antigua", "Atlantic/Reykjavik"
	d.shows("-" + offered)
	f := d.win.Canvas().Focused()
	d.win.Canvas().Unfocus()
	f.(desktop.Mouseable).MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
	if d.win.Canvas().Focused() != f {
		t.Fatal("a click does not enter the field")
	}
	d.shows(offered) // beside what is chosen
	d.write("Germ")  // which replaces what is there
	if text := f.(interface{ SelectedText() string }); text.SelectedText() != "" {
		t.Error("typing begins beside what was there")
	}
	d.shows("German (Germany)", "-"+offered)
	d.key(fyne.KeyEscape)
	d.shows("English (United States)", "-German (Germany)")
	d.win.Canvas().FocusNext()
	d.shows("UTC")
	d.key(fyne.KeyPageUp)
	d.key(fyne.KeyReturn)
	if got := s.Draft.Wishes.Locale.TimeZone; got == "" || got == "UTC" || strings.Contains(got, other) {
		t.Errorf("the keyboard chose %q", got)
	}
}

// TestMatch finds by every word of label, value and what is not shown, what begins with the text first.
func TestMatch(t *testing.T) {
	options := []control.Option{{Value: "at", Label: "Austria, German"}, {Value: "de", Label: "German", Also: "Deutsch"}, {Value: "us", Label: "English"}, {Value: "be", Label: "Belgian", Also: "Vlaams Deutsch"}}
	for text, want := range map[string]string{"german": "de at", "deutsch": "de be", "german austria": "at", "": "at de us be", "x": ""} {
		var got []string
		for _, o := range control.Match(options, text, 9) {
			got = append(got, o.Value)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q finds %q", text, got)
		}
	}
}

// TestListStaysAtItsField where a note above it moves that.
func TestListStaysAtItsField(t *testing.T) {
	s := rehearsal(t, session.PageWelcome)
	d := newStand(t, usual, s, nil)
	d.retype("Mars")
	d.win.Canvas().FocusNext()
	d.win.Canvas().FocusNext() // to what is below the note
	d.shows("is not on the list")
	place := fyne.CurrentApp().Driver().AbsolutePositionForObject
	entry := d.win.Canvas().Focused().(fyne.CanvasObject)
	list := entry.(control.Viewed).View()[0]
	if top, bottom := place(entry).Y, place(entry).Y+entry.Size().Height; place(list).Y != bottom && place(list).Y+list.Size().Height != top {
		t.Errorf("the list is at %v, the field at %v", place(list), place(entry))
	}
}
