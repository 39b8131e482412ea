package page_test

import (
	"slices"
	"testing"

	"lethe/app/session"
	"lethe/engine/keyboard"
)

const second = "Type the passphrase a second time."

// TestSecondTimeIsAskedForLate says what is missing of a passphrase when somebody wants to go on, and not while it is typed.
func TestSecondTimeIsAskedForLate(t *testing.T) {
	s := rehearsal(t, session.PageEncryption)
	s.Draft.Passphrase = session.Typed{}
	d := newStand(t, usual, s, nil)
	d.write("quagmire ferrule umbrella")
	d.until("the strength is known", func() bool { return s.Draft.Passphrase.Score > 2 })
	d.shows("-" + second)
	d.golden("encryption-once")
	d.win.Canvas().FocusNext()
	d.shows("-" + second)
	if s.CanNext() {
		t.Fatal("a passphrase that was typed once is enough")
	}
	d.win.Canvas().Focus(d.page.Reveal()) // what Next does
	d.shows(second)
	d.win.Canvas().FocusNext()
	d.write("quagmire ferrule umbrella")
	d.shows("-" + second)
	if !s.CanNext() {
		t.Errorf("the passphrase cannot be used: %v", s.Problems(session.PageEncryption))
	}
}

// TestSecondPasswordIsAskedForLate is the same for a user's password.
func TestSecondPasswordIsAskedForLate(t *testing.T) {
	const missing = "Type the password a second time."
	s := onDisk(t, 0, session.PageAccount)
	s.Draft.Accounts[0].Password = session.Typed{}
	d := newStand(t, usual, s, nil)
	for range 4 { // past the name of the computer, the network, and the two names of the user
		d.win.Canvas().FocusNext()
	}
	d.write("wobbling lanterns octave")
	if !s.Draft.Accounts[0].Password.Half() {
		t.Fatalf("of the password is known: %+v", s.Draft.Accounts[0].Password)
	}
	d.shows("-" + missing)
	d.page.Reveal()
	d.shows(missing)
}

// TestKeymap says of the keymap at boot what is news: nothing where it is the session's.
func TestKeymap(t *testing.T) {
	const prompt, other, unknown = "The prompt at boot has the keymap us.", "but those of your passphrase are.", "not known; choose a passphrase that you can type on both."
	z := keyboard.Moved{Rune: 'z', Missing: true}
	for name, c := range map[string]struct {
		moved func([]rune) []keyboard.Moved
		write string
		shows []string
	}{
		"untouched": {func([]rune) []keyboard.Moved { return []keyboard.Moved{z} }, "", []string{prompt, "-" + other, "-" + unknown, "-has no key"}},
		"the same":  {func([]rune) []keyboard.Moved { return nil }, "abc", []string{prompt, "-" + other, "-" + unknown}},
		"not known": {nil, "abc", []string{prompt, unknown, "-" + other}},
		"other keys, same passphrase": {func(all []rune) []keyboard.Moved {
			if slices.Contains(all, 'z') {
				return []keyboard.Moved{z}
			}
			return nil
		}, "abc", []string{prompt, other}},
		"other keys": {func([]rune) []keyboard.Moved { return []keyboard.Moved{z} }, "xyz", []string{prompt, "“z” has no key at the boot prompt that is known here.", "-" + other}},
	} {
		t.Run(name, func(t *testing.T) {
			s := rehearsal(t, session.PageEncryption)
			d := newStand(t, usual, s, func(d *stand) { d.moved = c.moved })
			d.write(c.write)
			d.shows(c.shows...)
		})
	}
}

// TestPassphraseThatThePromptLacks is refused, while it is typed and when one comes back to it.
func TestPassphraseThatThePromptLacks(t *testing.T) {
	const lockedOut, which = "you could be locked out", "“ä” has no key at the boot prompt that is known here."
	const accept = "I can type this passphrase at the boot prompt"
	s := rehearsal(t, session.PageEncryption)
	s.Draft.Passphrase = session.Typed{}
	d := newStand(t, usual, s, func(d *stand) {
		d.moved = func(all []rune) []keyboard.Moved {
			if all == nil || slices.Contains(all, 'ä') {
				return []keyboard.Moved{{Rune: 'ä', Missing: true}}
			}
			return nil
		}
	})
	for range 2 {
		d.write("quägmire ferrule umbrella")
		d.win.Canvas().FocusNext()
	}
	d.shows(lockedOut, which, "-outside of ASCII")
	if s.CanNext() || s.Draft.Passphrase.Ready() {
		t.Fatal("a passphrase that may not be typed at boot is enough")
	}
	d.shows(accept)
	d.page.Leave()
	if !d.has || !s.Draft.Passphrase.Missing {
		t.Fatalf("it was not handed over as it is: %v, %+v", d.has, s.Draft.Passphrase)
	}
	d.shows("keymap may lack a character of it", lockedOut, "-"+which, accept)
	if f := d.page.Reveal(); f != d.page.First() {
		t.Error("Next does not lead to where another passphrase is chosen")
	}
	s.Draft.Passphrase.Accepted = true
	d.page.Refresh()
	d.shows("-" + lockedOut)
	if !s.CanNext() {
		t.Errorf("it was said that it can be typed, and there are %v", s.Problems(session.PageEncryption))
	}
}
