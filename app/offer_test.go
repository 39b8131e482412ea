package main

import (
	"testing"
	"testing/fstest"
)

// TestFirstOfferIsTheSession's language, time zone and keyboard; what is passed over is then what one has.
func TestFirstOfferIsTheSession(t *testing.T) {
	s := newStand(t, false, func(_ *stand, on *surface) {
		root := on.root.(fstest.MapFS)
		root["etc/default/keyboard"] = &fstest.MapFile{Data: []byte("XKBLAYOUT=de\n")}
		root["etc/timezone"] = &fstest.MapFile{Data: []byte("Europe/Berlin\n")}
		on.env = func(name string) string { return map[string]string{"LANG": "de_DE.UTF-8"}[name] }
	})
	s.shows("German (Germany) – Deutsch", "Europe/Berlin", "German (Germany) – de-latin1")
	w := s.w.state.Wishes().Locale
	if w.Language != "de_DE.UTF-8" || w.TimeZone != "Europe/Berlin" || w.ConsoleKeymap != "de-latin1" {
		t.Errorf("%+v", w)
	}
}
