package export

import (
	"os"
	"path/filepath"
	"testing"
)

// TestModesAreIgnoredWhereAllFilesAreExecutable stands in for FAT, which only root can mount.
func TestModesAreIgnoredWhereAllFilesAreExecutable(t *testing.T) {
	folder := t.TempDir()
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	const before = "[core]\n\tbare = false\n"
	for mode, want := range map[os.FileMode]string{0o644: before, 0o755: before + "[core]\n\tfilemode = false\n"} {
		name := mode.String()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(folder, name), mode); err != nil {
			t.Fatal(err)
		}
		if err := ignoreModes(root, name); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(got) != want {
			t.Errorf("mode %v: configuration is %q, want %q (%v)", mode, got, want, err)
		}
	}
}
