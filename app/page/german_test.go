package page_test

import (
	"slices"
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// german has the pages of a test speak German: what opens a page reads the language of the session anew.
func german(t *testing.T) {
	t.Helper()
	for _, name := range []string{"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"} {
		t.Setenv(name, "de_DE.UTF-8")
	}
}

func TestExploreGermanPictures(t *testing.T) {
	german(t)
	t.Run("by folder", func(t *testing.T) {
		explore(t, small, named(), func(e *session.Explore) {
			for _, f := range []string{"/home", "/home/ada", "/home/ada/.cache", "/home/ada/.cache/mozilla", "/home/ada/.cache/mozilla/firefox"} {
				e.Open(f)
			}
			e.Show(session.MarkNoise, true)
			e.Cursor = "/home/ada/.cache/mozilla/firefox/index"
		}).golden("small-explore-german")
	})
	t.Run("by owner", func(t *testing.T) {
		explore(t, usual, named(), func(e *session.Explore) {
			e.SetByOwner(true)
			e.Open("/var/lib/bluetooth")
			e.Cursor = "/var/lib/bluetooth/5C:87:9C:AA:10:02"
		}).golden("explore-owners-german")
	})
	t.Run("a file", func(t *testing.T) {
		explore(t, small, named(), file).golden("small-explore-keep-german")
	})
}

// named is what a used laptop would lose, by the names that a scan gives.
func named() []persist.Finding {
	list := laptop()
	for i := range list {
		if list[i].Owner.Name == "Firefox's profile" {
			list[i].Owner.Name = "Firefox, where it always was"
		}
	}
	return list
}

// file has the keeping of a single file on the screen, with the note that is about such.
func file(e *session.Explore) {
	review(e)
	p := e.Act.KeepPlan
	p.Items = slices.Clone(p.Items)
	p.Items[0].File, p.Items[0].Notes = true, keep.Words()[:1]
	e.BeginAct(session.ActKeep, "/var/lib/bluetooth")
	e.PlannedKeep(p, "")
}

// TestExploreSpeaksGerman is about what the engine says in English: whose something is, why nobody misses it, and the notes.
func TestExploreSpeaksGerman(t *testing.T) {
	german(t)
	x := explore(t, large, named(), func(e *session.Explore) {
		e.Show(session.MarkNoise, true)
		e.Reveal("/home/ada/.cache/mozilla/firefox/index")
	})
	x.shows("Gehört zu: Cache von mozilla. Niemand vermisst es: ein Cache, der sich von selbst wieder füllt.")
	x.explore.Reveal("/etc/NetworkManager/system-connections/ferry-5G.nmconnection")
	x.asks.Load()
	x.shows("Alles behalten: WLAN- und VPN-Profile samt …")
	x.write("kopplung")
	x.shows("bluetooth", "-grafana")
	x.explore.Search("pairing")
	x.asks.Load()
	x.shows("-bluetooth")
	x.explore.Search("")
	x.explore.SetByOwner(true)
	x.asks.Load()
	x.shows("Bluetooth-Kopplungen", "Images und Volumes von Docker", "Verlauf von bash", "Dateien von ada", "Firefox, am bisherigen Ort", "Zustandsdaten von upower", "-state of")
	x.explore.Search("dateien ada")
	x.asks.Load()
	x.shows("/home/ada/Downloads", "-/var/lib/docker")
	file(x.explore)
	x.page.Refresh()
	x.shows("Behalten: Bluetooth-Kopplungen", "Über eine einzelne Datei mit Inhalt", "-A single file")
}

// TestOwnersNameTheirUnitsThemselves leaves alone what is no word of the engine, also where it looks like one.
func TestOwnersNameTheirUnitsThemselves(t *testing.T) {
	german(t)
	list := []persist.Finding{finding(persist.Missing, "/var/lib/art/x", 4, 1, "", "state of the art|/var/lib/art")}
	list[0].Owner.Kind = persist.Unit
	x := explore(t, usual, list, func(e *session.Explore) { e.SetByOwner(true); e.Cursor = "/var/lib/art" })
	x.shows("state of the art", "-Zustandsdaten")
	if strings.Contains(x.shown(), "nicht bekannt") {
		t.Error("an owner that names itself is not known")
	}
}
