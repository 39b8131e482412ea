package verify_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// at is a path below the root.
func (s *installed) at(path string) string { return filepath.Join(s.root, path) }

func (s *installed) write(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(s.at(path)), 0o755), os.WriteFile(s.at(path), []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// replace changes a text that must be there.
func (s *installed) replace(t *testing.T, path, from, to string) {
	t.Helper()
	text, err := os.ReadFile(s.at(path))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), from) {
		t.Fatalf("%s has no %q", path, from)
	}
	s.write(t, path, strings.Replace(string(text), from, to, 1))
}

func (s *installed) remove(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Lstat(s.at(path)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(s.at(path)); err != nil {
		t.Fatal(err)
	}
}

// link makes a link in place of what is there.
func (s *installed) link(t *testing.T, to, path string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(s.at(path)), 0o755), os.RemoveAll(s.at(path)), os.Symlink(to, s.at(path))); err != nil {
		t.Fatal(err)
	}
}

func (s *installed) rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(s.at(from), s.at(to)); err != nil {
		t.Fatal(err)
	}
}

func (s *installed) chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(s.at(path), mode); err != nil {
		t.Fatal(err)
	}
}

// give hands something to another user, which only root can.
func (s *installed) give(t *testing.T, path string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root may give a file to another user")
	}
	if err := os.Chown(s.at(path), 12345, 0); err != nil {
		t.Fatal(err)
	}
}

// mounts changes the table of mounts; MNT is where the system is.
func (s *installed) mounts(t *testing.T, from, to string) {
	t.Helper()
	inTree := strings.NewReplacer("MNT", s.root)
	s.replace(t, "../machine/proc/self/mountinfo", inTree.Replace(from), inTree.Replace(to))
}
