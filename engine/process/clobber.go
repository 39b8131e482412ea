package process

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// clobber makes Go's garbage collector overwrite what it frees.
const clobber = "clobberfree=1"

// Clobber starts this program anew in its own place, once, so that Go's garbage collector overwrites memory that it frees. Libraries that
// hash a password or derive a key leave what was typed in buffers of their own, where nobody else can reach it and it would stay
// until that memory is needed again; secret.Sweep has it freed. The process keeps its name. Call this before anything else: it returns only in the second life, or with an error.
func Clobber() error {
	if slices.Contains(strings.Split(os.Getenv("GODEBUG"), ","), clobber) {
		return name()
	}
	variables := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GODEBUG=") })
	if err := unix.Exec("/proc/self/exe", os.Args, append(variables, "GODEBUG="+clobber)); err != nil {
		return fmt.Errorf("cannot protect this process: cannot start anew so that freed memory is overwritten: %w", err)
	}
	return nil
}

// mostName is the longest name of a process in bytes.
const mostName = 15

// name calls this process what it was called, where ps and pkill look: the kernel calls it "exe" after the new start.
func name() error {
	called := filepath.Base(os.Args[0])
	if err := os.WriteFile("/proc/self/comm", []byte(called[:min(mostName, len(called))]), 0); err != nil {
		return fmt.Errorf("cannot name this process: %w", err)
	}
	return nil
}
