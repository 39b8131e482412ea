package main

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed calamares.conf
var calamaresConf []byte

// calamares gives Calamares with those of its own pages that Lethe has too. Its option -d makes it read settings.conf from the folder
// that it is started in; without one it refuses to start.
func calamares(folder string) (program, error) {
	path, err := exec.LookPath("calamares")
	if err != nil {
		return program{}, fmt.Errorf("cannot find Calamares: %w; install it with apt-get install --no-install-recommends calamares", err)
	}
	dir := filepath.Join(folder, "calamares")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return program{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, "settings.conf"), calamaresConf, 0o600); err != nil {
		return program{}, err
	}
	return program{name: "calamares -d", path: path, args: []string{"-d"}, dir: dir}, nil
}
