package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/flake"
)

// lockFrom is a flake.lock that fits a generated configuration; name makes one differ from another.
func lockFrom(name string) string {
	return `{"root":"root","version":7,"nodes":{"root":{"inputs":{"nixpkgs":"n","home-manager":"h","impermanence":"i"}},
"n":{"locked":{"narHash":"sha256-` + name + `"},"original":{"type":"github","owner":"NixOS","repo":"nixpkgs","ref":"nixos-26.05"}},
"h":{"locked":{"narHash":"sha256-B"},"original":{"type":"github","owner":"nix-community","repo":"home-manager","ref":"release-26.05"}},
"i":{"locked":{"narHash":"sha256-C"},"original":{"type":"github","owner":"nix-community","repo":"impermanence"}}}}`
}

// TestInstallTakesTheMediumsLock plans installations on a live medium that has a lock.
func TestInstallTakesTheMediumsLock(t *testing.T) {
	folder := t.TempDir()
	given, wishes := filepath.Join(folder, "flake.lock"), filepath.Join(folder, "wishes.toml")
	if err := errors.Join(os.WriteFile(given, []byte(lockFrom("given")), 0o600), os.WriteFile(wishes, []byte("version = 1\n[desktop]\nenvironment = \"none\"\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		arguments []string
		lock      string
		says      string
	}{
		"by default": {nil, lockFrom("medium"), "to the revisions of the live medium"},
		"another":    {[]string{"--lock-file", given}, lockFrom("given"), "as in the flake.lock that was given"},
	} {
		t.Run(name, func(t *testing.T) {
			h := stoppedMachine(t)
			h.facts.Leftovers = nil
			h.facts.Inventory.Firmware.UEFI, h.facts.Inventory.Firmware.Bits = true, 64
			c := &cobra.Command{}
			f := installFlags{disk: "/dev/played", yesErase: "x"}
			f.wishFlags.bind(c)
			f.root = fstest.MapFS{engine.MediumLock[1:]: {Data: []byte(lockFrom("medium"))}}
			if err := c.ParseFlags(append([]string{"--wishes", wishes, "--user", "ada"}, row.arguments...)); err != nil {
				t.Fatal(err)
			}
			_, complaint, err := onFiles(t, func(s streams) error {
				p, _, err := s.planInstall(t.Context(), h, f)
				lock, _ := p.Configuration.Files.Get(flake.LockFile)
				if string(lock) != row.lock || !p.Locked() || !strings.Contains(p.Configuration.Lock, row.says) {
					err = errors.Join(err, errors.New(p.Configuration.Lock))
				}
				return err
			})
			if err != nil || strings.Contains(complaint, "Locking the inputs") {
				t.Errorf("%v, said %s", err, complaint)
			}
		})
	}
}
