package session_test

import (
	"testing"

	"lethe/app/session"
	"lethe/engine/config"
)

// TestLanguageSuggests the keyboard and the time zone of where it is spoken, and changes nothing that somebody chose or the session told.
func TestLanguageSuggests(t *testing.T) {
	german := func(s *session.State) { s.ChooseLanguage("de_DE.UTF-8") }
	for name, c := range map[string]struct {
		told config.Locale
		do   []func(*session.State)
		want config.Locale
	}{
		"a language":           {config.Locale{}, []func(*session.State){german}, config.Locale{Language: "de_DE.UTF-8", TimeZone: "Europe/Berlin", ConsoleKeymap: "de-latin1"}},
		"two languages":        {config.Locale{ConsoleKeymap: "us"}, []func(*session.State){german, func(s *session.State) { s.ChooseLanguage("fr_FR.UTF-8") }}, config.Locale{Language: "fr_FR.UTF-8", TimeZone: "Europe/Paris", ConsoleKeymap: "fr-latin1"}},
		"and back":             {config.Locale{}, []func(*session.State){german, func(s *session.State) { s.ChooseLanguage("en_US.UTF-8") }}, config.Locale{Language: "en_US.UTF-8", ConsoleKeymap: "us"}},
		"what the session has": {config.Locale{TimeZone: "Europe/Vienna", ConsoleKeymap: "de-latin1"}, []func(*session.State){func(s *session.State) { s.ChooseLanguage("en_GB.UTF-8") }}, config.Locale{Language: "en_GB.UTF-8", TimeZone: "Europe/Vienna", ConsoleKeymap: "de-latin1"}},
		"a chosen zone":        {config.Locale{}, []func(*session.State){func(s *session.State) { s.ChooseZone("UTC") }, german}, config.Locale{Language: "de_DE.UTF-8", TimeZone: "UTC", ConsoleKeymap: "de-latin1"}},
		"a chosen keyboard":    {config.Locale{}, []func(*session.State){func(s *session.State) { s.ChooseKeymap("us") }, german}, config.Locale{Language: "de_DE.UTF-8", TimeZone: "Europe/Berlin", ConsoleKeymap: "us"}},
		"a chosen layout":      {config.Locale{}, []func(*session.State){func(s *session.State) { s.ChooseLayout("us", "intl") }, german}, config.Locale{Language: "de_DE.UTF-8", TimeZone: "Europe/Berlin", XkbLayout: "us", XkbVariant: "intl"}},
	} {
		s := session.New(session.Options{Checks: liveChecks, Wishes: config.Config{Locale: c.told}})
		for _, do := range c.do {
			do(s)
		}
		if got := s.Draft.Wishes.Locale; got != c.want {
			t.Errorf("%s:\n%+v\n%+v", name, got, c.want)
		}
	}
}

// TestLanguageSuggestsInTheNextSession what it would have in the one before: what was chosen stays so, and what was suggested follows.
func TestLanguageSuggestsInTheNextSession(t *testing.T) {
	before := session.New(session.Options{Checks: liveChecks})
	before.ChooseLanguage("de_DE.UTF-8")
	before.ChooseZone("UTC")
	s := session.New(session.Options{Checks: liveChecks, Before: &before.Draft})
	s.ChooseLanguage("fr_FR.UTF-8")
	if l := s.Draft.Wishes.Locale; l.TimeZone != "UTC" || l.ConsoleKeymap != "fr-latin1" {
		t.Errorf("the chosen zone became %q, and the suggested keymap %q", l.TimeZone, l.ConsoleKeymap)
	}
}
