package page_test

import (
	"testing"

	"lethe/app/control"
	"lethe/app/session"
)

// TestDifferingPasswords are called that, once and in one way, also when they were left half typed.
func TestDifferingPasswords(t *testing.T) {
	const differ, again = "The two passwords differ. Type the same one twice.", "Type the password a second time."
	s := onDisk(t, 0, session.PageAccount)
	s.Draft.Accounts[0].Password = session.Typed{}
	d := newStand(t, usual, s, nil)
	for range 4 {
		d.win.Canvas().FocusNext()
	}
	d.write("wobbling lanterns octave")
	d.win.Canvas().FocusNext()
	d.write("wobbling")
	d.shows("-"+differ, "-"+again) // it may become the same
	d.win.Canvas().FocusNext()
	d.shows(differ, "-"+again)
	d.page.Reveal()
	d.shows(differ, "-"+again, "-entries differ")
	if s.CanNext() {
		t.Error("two passwords are one")
	}
}

// TestUserIsNamedByTheFullName shows what follows from what, and values as values.
func TestUserIsNamedByTheFullName(t *testing.T) {
	s := rehearsal(t, session.PageAccount)
	s.Draft.Wishes.Users[0].Name, s.Draft.Wishes.Users[0].FullName, s.Draft.Wishes.Host.Name = "", "", ""
	d := newStand(t, usual, s, nil)
	if e := d.win.Canvas().Focused().(*control.Entry); e.Text == "" {
		t.Error("the name that the computer will have is not there")
	}
	if d.write("styx"); s.Draft.Wishes.Host.Name != "styx" {
		t.Errorf("typing begins beside what was there: %q", s.Draft.Wishes.Host.Name)
	}
	d.win.Canvas().FocusNext()
	d.win.Canvas().FocusNext()
	d.write("Jürgen Müller")
	d.win.Canvas().FocusNext()
	if e := d.win.Canvas().Focused().(*control.Entry); e.Text != "juergen" || s.Draft.Wishes.Users[0].Name != "juergen" {
		t.Errorf("the user is called %q", e.Text)
	}
}
