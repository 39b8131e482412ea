package engine

import (
	"testing"
	"testing/fstest"
)

// TestForgets knows a machine whose root a boot empties by either of the two things that Lethe leaves there.
func TestForgets(t *testing.T) {
	for name, want := range map[string]bool{"nix/persist/etc": true, "etc/lethe/persistence.json": true, "nix/store/x": false, "etc/nixos/flake.nix": false} {
		if got := Forgets(fstest.MapFS{name: {}}); got != want {
			t.Errorf("with %s: %v", name, got)
		}
	}
}
