package export_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"lethe/engine/flake/export"
)

// TestMain also is the program that runs inside a mount namespace of its own, see [inside].
func TestMain(m *testing.M) {
	if target := os.Getenv("EXPORT_INSIDE"); target != "" {
		os.Exit(exportInside(target))
	}
	os.Exit(m.Run())
}

func exportInside(target string) int {
	err := export.Write(context.Background(), sample(&testing.T{}), target, ada)
	fmt.Println("error:", err)
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return 10
	case errors.Is(err, syscall.EROFS):
		return 11
	case err != nil:
		return 1
	}
	return 0
}

// inside runs an export as an ordinary user could, on a small tmpfs of its own, and then lists what is there.
func inside(t *testing.T, mount, target string) (string, int) {
	t.Helper()
	if out, err := exec.Command("unshare", "-Urm", "true").CombinedOutput(); err != nil {
		t.Skipf("a small file system needs a mount, and the kernel gives an ordinary user none here, as in a chroot: %s", out)
	}
	folder := t.TempDir()
	script := fmt.Sprintf(`set -e; PATH=$PATH:/usr/sbin:/sbin; %s; set +e; EXPORT_INSIDE=%s "$1" >/dev/null; code=$?; find . -mindepth 1 ! -name filler | sort | head; exit $code`, mount, target)
	c := exec.Command("unshare", "-Urm", "sh", "-c", script, "sh", mustExecutable(t))
	c.Dir = folder
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), c.ProcessState.ExitCode()
}

func mustExecutable(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFullAndReadOnlyTargetsStayAsTheyWere(t *testing.T) {
	const (
		tiny     = `mount -t tmpfs -o size=64k,nr_inodes=%d tmpfs "$PWD"; cd "$PWD"`
		full     = `mount -t tmpfs -o size=64k tmpfs "$PWD"; cd "$PWD"; head -c 65536 /dev/zero >filler`
		readOnly = `mount -t tmpfs -o ro tmpfs "$PWD"; cd "$PWD"`
	)
	for _, c := range []struct {
		name, mount, target string
		code                int
	}{
		{"full of files, new folder", fmt.Sprintf(tiny, 12), "new", 10},
		{"full of files, the mount itself", fmt.Sprintf(tiny, 12), ".", 10},
		{"full of bytes, new folder", full, "new", 10},
		{"full of bytes, archive", full, "a.zip", 10},
		{"read-only folder", readOnly, "new", 11},
		{"read-only archive", readOnly, "a.tar.gz", 11},
	} {
		t.Run(c.name, func(t *testing.T) {
			left, code := inside(t, c.mount, c.target)
			if code != c.code {
				t.Errorf("exit code is %d, want %d", code, c.code)
			}
			if left != "" {
				t.Errorf("left behind:\n%s", left)
			}
		})
	}
}

func TestASmallStickIsFilledInPlace(t *testing.T) {
	left, code := inside(t, `mount -t tmpfs -o size=1m tmpfs "$PWD"; cd "$PWD"`, ".")
	if code != 0 || left == "" {
		t.Errorf("exit code is %d and there is %q", code, left)
	}
}
