package main

import (
	"strings"
	"testing"
	"testing/fstest"

	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/flake"
)

// TestTheMediumsLockIsTaken plans in a session of a live medium with a lock that fits, and with one that does not.
func TestTheMediumsLockIsTaken(t *testing.T) {
	const fits = `{"root":"root","version":7,"nodes":{"root":{"inputs":{"nixpkgs":"n","home-manager":"h","impermanence":"i"}},
"n":{"locked":{"narHash":"sha256-A"},"original":{"type":"github","owner":"NixOS","repo":"nixpkgs","ref":"nixos-26.05"}},
"h":{"locked":{"narHash":"sha256-B"},"original":{"type":"github","owner":"nix-community","repo":"home-manager","ref":"release-26.05"}},
"i":{"locked":{"narHash":"sha256-C"},"original":{"type":"github","owner":"nix-community","repo":"impermanence"}}}}`
	for lock, says := range map[string]string{
		fits: "The inputs are locked to the revisions of the live medium",
		strings.Replace(fits, "nixos-26.05", "nixos-25.11", 1): "The lock of the live medium (/etc/lethe/flake.lock) is left aside",
	} {
		s := newStand(t, true)
		root := machineFS(true)
		root[engine.MediumLock[1:]] = &fstest.MapFile{Data: []byte(lock)}
		s.w.root = root
		s.to(session.PageReview)
		text, found := s.w.state.Plan.Configuration.Files.Get(flake.LockFile)
		if found != (lock == fits) || found && string(text) != fits {
			t.Errorf("%v: %s", found, text)
		}
		if !strings.HasPrefix(s.w.state.Plan.Configuration.Lock, says) {
			t.Errorf("says %s", s.w.state.Plan.Configuration.Lock)
		}
	}
}
