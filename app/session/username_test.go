package session_test

import (
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine/config"
)

func TestUserName(t *testing.T) {
	for full, want := range map[string]string{
		"Ada Lovelace": "ada", "  Jürgen Müller": "juergen", "José": "jose", "Łukasz Żak": "lukasz", "Anne-Marie X": "anne-marie", "-x": "x", "4ever": "ever", "O'Neil": "oneil",
		"": "", "Жанна": "", "Ж Ada": "", "Иаda": "", strings.Repeat("a", 40): strings.Repeat("a", 31),
	} {
		got := session.UserName(full)
		if got != want {
			t.Errorf("%q is %q", full, got)
		}
		w := config.Config{Users: []config.User{{Name: got}}}
		for _, p := range config.Problems(w.Validate()) {
			if got != "" && p.Key == "users[0].name" {
				t.Errorf("%q is %q: %v", full, got, p.Cause)
			}
		}
	}
}

// TestUserNameFollows the full name until somebody has chosen one.
func TestUserNameFollows(t *testing.T) {
	s := session.New(session.Options{Checks: liveChecks})
	user := &s.Draft.Wishes.Users[0]
	for _, full := range []string{"A", "Ad", "Ada", "Ada Lovelace"} {
		s.SetFullName(0, full)
	}
	if user.Name != "ada" || user.FullName != "Ada Lovelace" {
		t.Errorf("%+v", user)
	}
	s = session.New(session.Options{Checks: liveChecks, Before: &s.Draft})
	user = &s.Draft.Wishes.Users[0]
	if s.SetFullName(0, "Augusta"); user.Name != "augusta" {
		t.Errorf("in the session after it %q follows no more", user.Name)
	}
	user.Name = "countess"
	s.SetFullName(0, "Augusta Ada King")
	if user.Name != "countess" {
		t.Errorf("a chosen name became %q", user.Name)
	}
	s.AddUser()
	other := &s.Draft.Wishes.Users[1]
	other.Name = "grace" // before the full name, which makes the same
	s.SetFullName(1, "Grace")
	if s.SetFullName(1, "Amazing Grace"); other.Name != "grace" {
		t.Errorf("a name that was typed became %q", other.Name)
	}
}
