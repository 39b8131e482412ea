//go:build vm

package vmtest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// newShare makes the folder that a guest reads: its scripts, and the system that stands in for nixpkgs.
func newShare(t *testing.T, folder string) string {
	t.Helper()
	share := filepath.Join(folder, "share")
	must(t, os.MkdirAll(share, 0o755))
	scripts, err := filepath.Glob("guest/*.sh")
	must(t, err)
	copyInto(t, share, append(scripts, "guest/bin", "standin", engineBinary(t))...)
	must(t, os.Rename(filepath.Join(share, filepath.Base(engineBinary(t))), filepath.Join(share, "lethe-engine")))
	return share
}

// newOut makes a folder that a guest writes.
func newOut(t *testing.T, folder, name string) string {
	t.Helper()
	out := filepath.Join(folder, name)
	must(t, os.MkdirAll(out, 0o755))
	return out
}

// put writes a file of a wish below a share.
func put(t *testing.T, text string, path ...string) {
	t.Helper()
	name := filepath.Join(path...)
	must(t, os.MkdirAll(filepath.Dir(name), 0o755))
	must(t, os.WriteFile(name, []byte(text), 0o644))
}

// write puts what the installation of a wish needs into a folder of its own in the share.
func (w wish) write(t *testing.T, share string, d drive) {
	t.Helper()
	name := filepath.Join("targets", d.serial)
	put(t, w.file(t), share, name, "wishes.toml")
	put(t, w.passphrase, share, name, "passphrase")
	put(t, fakeLock(t), share, name, "flake.lock")
	var users []string
	for user, password := range w.passwords {
		put(t, password, share, name, "passwords", user)
		users = append(users, user)
	}
	put(t, fmt.Sprintf("id=%s\nluks=%t\nsoil=%s\nusers=(%s)\n", d.id(), w.luks, w.soil, strings.Join(users, " ")), share, name, "env")
}

// fakeLock locks the inputs to what nobody can fetch; nixos-install's stand-in overrides them all.
func fakeLock(t *testing.T) string {
	t.Helper()
	node := func(inputs map[string]any, owner, repo, ref string) map[string]any {
		original := map[string]any{"type": "github", "owner": owner, "repo": repo}
		locked := map[string]any{
			"type": "github", "owner": owner, "repo": repo, "lastModified": 1, "rev": strings.Repeat("0", 40),
			"narHash": "sha256-" + strings.Repeat("A", 43) + "=",
		}
		if ref != "" {
			original["ref"] = ref
		}
		made := map[string]any{"original": original, "locked": locked}
		if inputs != nil {
			made["inputs"] = inputs
		}
		return made
	}
	names := map[string]any{"nixpkgs": "nixpkgs", "home-manager": "home-manager", "impermanence": "impermanence"}
	text, err := json.MarshalIndent(map[string]any{"version": 7, "root": "root", "nodes": map[string]any{
		"root":         map[string]any{"inputs": names},
		"nixpkgs":      node(nil, "NixOS", "nixpkgs", "nixos-26.05"),
		"home-manager": node(map[string]any{"nixpkgs": []string{"nixpkgs"}}, "nix-community", "home-manager", "release-26.05"),
		"impermanence": node(map[string]any{"nixpkgs": []string{}, "home-manager": []string{}}, "nix-community", "impermanence", ""),
	}}, "", "  ")
	must(t, err)
	return string(text)
}
