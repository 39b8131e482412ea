package process_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lethe/engine/process"
	"lethe/engine/secret"
)

// clobbered hashes what nobody else has, lets go of it, and prints whether its memory still holds it.
func clobbered() {
	if os.Getenv("LETHE_PROCESS_TEST_CLOBBER") != "" {
		if err := process.Clobber(); err != nil {
			fmt.Println(err)
			return
		}
	}
	for range 100 {
		kept = sha256.New() // which keeps what does not fill a block, on the heap
		text := slices.Concat(canaryEnd, canaryEnd)
		_, _ = kept.Write(text)
		clear(text)
	}
	kept = nil
	before := remembered()
	secret.Sweep()
	after := remembered()
	comm, _ := os.ReadFile("/proc/self/comm")
	fmt.Print(before, after, os.Args[1:], string(comm))
}

var kept hash.Hash

// canaryEnd is in no heap by itself: the program's own data is mapped from its file.
var canaryEnd = []byte("canary of memory")

// remembered tells whether the heap of this process holds the canary.
func remembered() bool {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return true
	}
	defer f.Close()
	mem, err := os.Open("/proc/self/mem")
	if err != nil {
		return true
	}
	defer mem.Close()
	page, err := unix.Mmap(-1, 0, 1<<20, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS) // no part of the heap
	if err != nil {
		return true
	}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var from, to int64
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x rw-p 00000000 00:00 0", &from, &to); err != nil || strings.HasSuffix(lines.Text(), "]") {
			continue
		}
		for at := from; at < to; at += int64(len(page)) - 64 {
			n, _ := mem.ReadAt(page[:min(int64(len(page)), to-at)], at) // what cannot be read is not the heap
			if bytes.Contains(page[:n], canaryEnd) {
				return true
			}
		}
	}
	return false
}

func TestClobber(t *testing.T) {
	for _, row := range []struct{ set, want, called string }{{"", "true true", "exe"}, {"yes", "true false", "a-name-that-is-"}} {
		c := exec.Command("/proc/self/exe", "one", "two")
		c.Args[0] = "/somewhere/a-name-that-is-too-long"
		c.Env = append(os.Environ(), roleVariable+"=clobbered", "LETHE_PROCESS_TEST_CLOBBER="+row.set)
		out, err := c.CombinedOutput()
		if text := strings.ReplaceAll(string(out), "[", " ["); err != nil || !strings.HasPrefix(text, row.want) || !strings.Contains(text, "[one two]"+row.called+"\n") {
			t.Errorf("clobber %q: %s, %v; want %s", row.set, text, err, row.want)
		}
	}
}
