//go:build vm

package vmtest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"lethe/engine/secret/secrettest"
)

// What is typed in the cases stands nowhere by chance.
const (
	canaryPassphrase = "kanarienvogel-7Qx$2pZ"
	canaryPassword   = "wellensittich-Gr9%kW"
)

var canaries = secrettest.NewNeedles(map[string]string{"passphrase": canaryPassphrase, "password": canaryPassword})

var builtHunt = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.TempDir(), "lethe-vm-hunt", "hunt")
	build := exec.Command("go", "build", "-trimpath", "-tags", "vm", "-o", path, "./hunt")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	return path, build.Run()
})

// huntBinary is the program that searches in a guest.
func huntBinary(t *testing.T) string {
	t.Helper()
	path, err := builtHunt()
	must(t, err)
	return path
}

// searchSecrets wants neither secret in anything that the cases wrote, said, or gave to a program, nor in the clear anywhere on the
// disk; and in the guest's memory only where the engine locks it.
func (w *ward) searchSecrets(cases string) {
	w.Helper()
	found, files, err := canaries.Below(cases, nil)
	must(w.T, err)
	disk, err := searchDisk(w.target.path)
	must(w.T, err)
	for _, where := range append(found, disk...) {
		w.Error(where)
	}
	searches, err := filepath.Glob(filepath.Join(cases, "*", "hunt"))
	must(w.T, err)
	memory, err := filepath.Glob(filepath.Join(cases, "*", "memory-*"))
	must(w.T, err)
	places := 0
	for _, name := range append(searches, memory...) {
		text, err := os.ReadFile(name)
		must(w.T, err)
		for line := range strings.Lines(string(text)) {
			var n int
			if _, err := fmt.Sscanf(line, "SEARCHED %d", &n); err == nil {
				places += n
			} else if !expected(name, line) {
				w.Errorf("%s: %s", name, line)
			}
		}
	}
	cut := w.boots > 0 && len(searches) == 0 // the power went before anything could be searched in the guest
	if files == 0 || places == 0 && !cut {
		w.Errorf("only %d files and %d places were searched", files, places)
	}
	w.Logf("no secret in %d files (output, journals, plans, arguments and environments), on the raw disk, and in %d files and memory regions in the guest", files, places)
}

// expected tells whether a secret may be where it was found: in locked memory while it is needed. The passphrase is proven against the disk
// while nixos-install runs, by a library that copies it into a buffer of its own meanwhile.
func expected(name, line string) bool {
	atWork := strings.HasSuffix(name, "memory-install")
	return atWork && (strings.HasPrefix(line, "locked ") || strings.Contains(line, "the passphrase as raw"))
}

// searchDisk reads what a sparse disk holds.
func searchDisk(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var found []string
	for at := int64(0); ; {
		data, err := unix.Seek(int(f.Fd()), at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			return found, nil
		}
		hole, holeErr := unix.Seek(int(f.Fd()), data, unix.SEEK_HOLE)
		if err := errors.Join(err, holeErr); err != nil {
			return nil, err
		}
		names, err := canaries.Stream(io.NewSectionReader(f, data, hole-data))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			found = append(found, fmt.Sprintf("bytes %d to %d of the disk hold the %s", data, hole, name))
		}
		at = hole
	}
}
