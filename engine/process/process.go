// Package process prepares the process that root runs: what it inherited is cut off, and nothing of it is left where others could
// read it.
//
// It guarantees, once [Harden] gave no error: no debugger of another user and no core dump sees this process's memory; files that it
// makes are root's alone unless their maker says otherwise; a reader that went away is an error of the write and not the
// end of the process; no descriptor but the three standard ones and those named came from the caller or goes to a child; and no mount
// is kept busy by the working folder. It limits nothing that root may do.
//
// PR_SET_NO_NEW_PRIVS is left alone on purpose. It keeps a process from gaining privilege, and this one has all there is; but it is
// inherited by nixos-install and the programs it runs inside the new system, where it would forbid changes of AppArmor and SELinux
// domains and the setuid wrappers that an activation script may call.
package process

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// standard is the highest standard descriptor.
const standard = 2

// Harden prepares this process; keep names inherited descriptors above 2 that are still needed, and which no child gets either. Call it
// first, before anything is opened and before any secret is read.
func Harden(keep ...int) error {
	for _, part := range []struct {
		what string
		do   func() error
	}{
		{"forbid looking into memory", func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }},
		{"forbid core dumps", func() error { return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }},
		{"close inherited files", func() error { return closeInherited(keep) }},
		{"keep files from children", func() error { return unix.CloseRange(standard+1, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC) }},
		{"leave the working folder", func() error { return os.Chdir("/") }},
	} {
		if err := part.do(); err != nil {
			return fmt.Errorf("cannot protect this process: cannot %s: %w", part.what, err)
		}
	}
	unix.Umask(0o077)
	survivePipes()
	return nil
}

// survivePipes makes a write to a closed pipe an error. SIGPIPE is caught and not ignored: what is ignored stays so in children,
// and shell scripts that nixos-install runs count on being ended by it.
func survivePipes() { signal.Notify(make(chan os.Signal, 1), unix.SIGPIPE) }

// closeInherited closes what the caller left open. Everything that this program opens itself is closed on exec, and so is never
// taken for inherited.
func closeInherited(keep []int) error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	var problems []error
	for _, entry := range entries {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil || fd <= standard || slices.Contains(keep, fd) {
			continue
		}
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if err != nil || flags&unix.FD_CLOEXEC != 0 {
			continue // the descriptor of the listing itself is gone by now
		}
		if err := unix.Close(fd); err != nil {
			problems = append(problems, fmt.Errorf("descriptor %d: %w", fd, err))
		}
	}
	return errors.Join(problems...)
}
