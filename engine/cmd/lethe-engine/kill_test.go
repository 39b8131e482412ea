package main

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// engineBinary builds the program once; the tests of this file need a process that can be killed.
func engineBinary(t *testing.T) string {
	t.Helper()
	path, err := builtEngine()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var builtEngine = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "lethe-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "lethe-engine")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return path, nil
})

// rehearsal makes the command of one rehearsal on an image.
func rehearsal(t *testing.T, image string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	all := append([]string{"rehearse", "--image", image, "--luks", "--kdf", "4,32,1", "--passphrase-file", "-"}, args...)
	cmd := exec.Command(engineBinary(t), all...)
	cmd.Stdin = strings.NewReader("correct horse\n")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	return cmd, &out
}

// TestKillAtAnyMoment kills rehearsals on one image after random times; the next one always starts over.
func TestKillAtAnyMoment(t *testing.T) {
	image := filepath.Join(t.TempDir(), "disk.img")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for round := range 12 {
		cmd, _ := rehearsal(t, image)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		after := time.Duration(random.IntN(300)) * time.Millisecond
		time.Sleep(after)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()

		again, out := rehearsal(t, image)
		if err := again.Run(); err != nil {
			t.Fatalf("round %d, killed after %v: %v\n%s", round, after, err, out)
		}
		leftovers, err := filepath.Glob(image + ".lethe/*.part")
		if err != nil || len(leftovers) > 0 {
			t.Fatalf("round %d left %v, %v", round, leftovers, err)
		}
	}
}

// TestCancel interrupts a rehearsal while it derives a key that takes very long, and finds no leftovers.
func TestCancel(t *testing.T) {
	image := filepath.Join(t.TempDir(), "disk.img")
	first, out := rehearsal(t, image)
	if err := first.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd, out := rehearsal(t, image, "--kdf", "4000,262144,1", "--json")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	part := image + ".lethe/nix.part"
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(part); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the container was never begun")
		}
	}
	start := time.Now()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("cancelling took %v", took)
	}
	if code := cmd.ProcessState.ExitCode(); code != exitCancelled {
		t.Errorf("exit code %d\n%s", code, out)
	}
	for _, want := range []string{`"kind":"run-cancelled"`, `"kind":"undo-done","step":"wipe"`, `"kind":"summary","ok":false`, "cancelled in step “Encrypt the nix partition (LUKS2)”"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	if leftovers, _ := filepath.Glob(image + ".lethe/*.part"); len(leftovers) > 0 {
		t.Errorf("left %v", leftovers)
	}
}

// TestFullDisk rehearses where there is no room: refused before anything is written, and nothing is left.
func TestFullDisk(t *testing.T) {
	engine := engineBinary(t)
	if out, err := exec.Command("unshare", "--user", "--map-root-user", "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("a small file system needs a mount, and the kernel gives an ordinary user none here, as in a chroot: %s", out)
	}
	script := `set -e
mount -t tmpfs -o size=8M none "$2"
code=0
"$1" rehearse --image "$2/disk.img" --swap none || code=$?
test "$code" = 2
exec ls -A "$2"`
	out, err := exec.Command("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", engine, t.TempDir()).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "free some space") {
		t.Errorf("the cause is not said:\n%s", out)
	}
}

// TestSecondEngine finds the image held by a first one.
func TestSecondEngine(t *testing.T) {
	image := filepath.Join(t.TempDir(), "disk.img")
	first, _ := rehearsal(t, image, "--kdf", "4000,262144,1")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Process.Kill(); _ = first.Wait() }()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(image + ".lethe/nix.part"); err == nil {
			break
		}
	}
	second, out := rehearsal(t, image)
	if err := second.Run(); err == nil {
		t.Fatalf("two engines on one image:\n%s", out)
	}
	if !strings.Contains(out.String(), "another Lethe is working on it") {
		t.Errorf("the holder is not said:\n%s", out)
	}
}
