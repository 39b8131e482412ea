//go:build vm

package vmtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// tree is what the guests run; guest/tree.sh makes it.
type tree struct{ kernel, initrd, root string }

var madeTree = sync.OnceValues(func() (*tree, error) {
	cmd := exec.Command("guest/tree.sh")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("cannot make guest tree: %w", err)
	}
	folder := strings.TrimSpace(string(out))
	return &tree{
		kernel: filepath.Join(folder, "kernel"),
		initrd: filepath.Join(folder, "initrd"),
		root:   filepath.Join(folder, "root.sqfs"),
	}, nil
})

// medium is the live medium: the tree as a disk that cannot be written to.
func (t *tree) medium() drive {
	return drive{kind: virtio, path: t.root, serial: "live-medium", readOnly: true}
}

// engineBinary is the program under test: what make built, or LETHE_VM_ENGINE.
func engineBinary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("LETHE_VM_ENGINE")
	if path == "" {
		path = "../../build/lethe-engine"
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("cannot find the engine: %v; run make build", err)
	}
	return path
}

// number reads a whole number from the environment.
func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// copyInto copies files and folders into a folder.
func copyInto(t *testing.T, folder string, from ...string) {
	t.Helper()
	out, err := exec.Command("cp", append([]string{"-rL", "--reflink=auto", "-t", folder}, from...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("cannot copy: %v\n%s", err, out)
	}
}
