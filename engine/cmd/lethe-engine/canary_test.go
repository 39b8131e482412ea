package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lethe/engine/secret/secrettest"
)

// canary is a passphrase that stands nowhere by chance.
const canary = "kanarienvogel-7Qx$2pZ"

// TestNoCanary searches for the passphrase in everything that a rehearsal and an export leave behind and say.
func TestNoCanary(t *testing.T) {
	folder := t.TempDir()
	image := filepath.Join(folder, "disk.img")
	engine := engineBinary(t)
	run := func(name string, args ...string) {
		cmd := exec.Command(engine, args...)
		cmd.Stdin = strings.NewReader(canary)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		if err := os.WriteFile(filepath.Join(folder, name), out, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rehearse := []string{"rehearse", "--image", image, "--luks", "--kdf", "4,32,1", "--passphrase-file", "-", "--user", "ada"}
	run("json", append(rehearse, "--json")...)
	run("text", append(rehearse, "--log")...)
	run("verify", "verify", image, "--passphrase-file", "-", "--json")
	for _, to := range []string{"repo", "repo.zip", "repo.tar.gz"} {
		run("export-"+to, "export", "--from", image, "--to", filepath.Join(folder, to))
	}
	found, searched, err := secrettest.NewNeedles(map[string]string{"passphrase": canary}).Below(folder, func(path string) bool { return path == image })
	if err != nil || searched < 50 {
		t.Fatalf("searched only %d files: %v", searched, err)
	}
	for _, where := range found {
		t.Error(where)
	}
}
