package session_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine/event"
)

// TestChecksKeepTheirOrder hands over the checks of one verification in many orders, as they come from an engine that makes them side by side.
func TestChecksKeepTheirOrder(t *testing.T) {
	want := []string{
		"partition table", "table consistency", "both copies of the table", "alignment of partition 1 (ESP)", "alignment of partition 2 (swap)",
		"EFI system partition", "EFI system partition is clean", "swap", "LUKS container", "LUKS header", "passphrase opens the container",
		"nix file system", "NixOS configuration", "syntax of the configuration", "a check of tomorrow", "another one of tomorrow",
	}
	mixed := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		r := session.NewRun(abc())
		for _, i := range mixed.Perm(len(want)) {
			r.Apply(event.Event{Kind: event.Checked, Step: "c", Title: want[i], Status: string(session.CheckPassed)})
		}
		var got []string
		for _, c := range r.Checks {
			got = append(got, c.Name)
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}
