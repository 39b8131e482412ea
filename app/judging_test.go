package main

import (
	"testing"
	"testing/fstest"

	"lethe/app/session"
)

// TestKeymapChosenAfterThePassphrase judges what is kept anew, wherever one is, and says so when one comes back.
func TestKeymapChosenAfterThePassphrase(t *testing.T) {
	s := newStand(t, false, func(_ *stand, on *surface) {
		root := on.root.(fstest.MapFS)
		root["usr/share/keymaps/i386/azerty/fr.map"] = &fstest.MapFile{Data: keymapFile("azertyuiop", "wxcvbn")} // which has no m
	})
	s.to(session.PageReview)
	typed := func() session.Typed { return s.w.state.Draft.Passphrase }
	if !typed().Ready() {
		t.Fatalf("%+v", typed())
	}
	wish := func(keymap string) {
		s.w.state.Draft.Wishes.Locale.ConsoleKeymap = keymap
		s.w.acts.Changed()
	}
	wish("fr")
	s.until("the keymap is read and judged", func() bool { return typed().Missing })
	if s.w.state.CanNext() {
		t.Error("the installation can begin although its passphrase cannot be typed at boot")
	}
	s.w.jump(session.PageEncryption)
	if s.w.state.CanGo(session.PageReview) {
		t.Error("the review can be reached past it")
	}
	s.shows("you could be locked out", "Some of its characters are on other keys at the boot prompt than here.")
	s.w.state.Draft.Passphrase.Accepted = true
	if !s.w.state.CanNext() {
		t.Error("who can type it all the same may not go on")
	}
	wish("de")
	s.until("the other keymap is judged", func() bool { return !typed().Missing && !typed().Accepted })
	s.shows("A passphrase is set", "The prompt at boot has the keymap de.")
	if !s.w.state.CanNext() {
		t.Errorf("%v", s.w.state.Problems(session.PageEncryption))
	}
}
