package session

import (
	"lethe/engine/config"
	"lethe/engine/flake/locale"
)

// ChooseLanguage takes the language of the new system. Keyboard and time zone follow it until somebody chose them, where they are no more than
// Lethe's own or an earlier language's: what the running session told of them says more than a language.
func (s *State) ChooseLanguage(language string) {
	l := &s.Draft.Wishes.Locale
	l.Language = language
	keymap, zone := locale.Suggest(language)
	usual := config.Config{}.WithDefaults().Locale
	if !s.Draft.placed.keymap && follows(l.ConsoleKeymap, usual.ConsoleKeymap, s.Draft.placed.suggestedKeymap) {
		l.ConsoleKeymap, l.XkbLayout, l.XkbVariant = keymap, "", ""
		s.Draft.placed.suggestedKeymap = keymap
	}
	if !s.Draft.placed.zone && follows(l.TimeZone, usual.TimeZone, s.Draft.placed.suggestedZone) {
		l.TimeZone, s.Draft.placed.suggestedZone = zone, zone
	}
}

// follows tells that a wish is nobody's.
func follows(wish, usual, suggested string) bool {
	return wish == "" || wish == usual || wish == suggested
}

// ChooseZone takes the time zone.
func (s *State) ChooseZone(zone string) {
	s.Draft.Wishes.Locale.TimeZone, s.Draft.placed.zone = zone, true
}

// ChooseKeymap takes the keymap of the console, and with it its counterpart in the desktop.
func (s *State) ChooseKeymap(keymap string) {
	l := &s.Draft.Wishes.Locale
	l.ConsoleKeymap, l.XkbLayout, l.XkbVariant = keymap, "", ""
	s.Draft.placed.keymap = true
}

// ChooseLayout takes another layout for the desktop alone.
func (s *State) ChooseLayout(layout, variant string) {
	l := &s.Draft.Wishes.Locale
	l.XkbLayout, l.XkbVariant = layout, variant
	s.Draft.placed.keymap = true
}

// placed is what somebody chose of time zone and keyboard, and what a language suggested.
type placed struct {
	zone, keymap                   bool
	suggestedZone, suggestedKeymap string
}
