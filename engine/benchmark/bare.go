package main

import (
	"errors"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// bare looks at everything in the trees by getdents64 and fstatat and does nothing with it: what the kernel itself takes.
func bare(trees []string, together bool) error {
	errs := make([]error, len(trees))
	var wait sync.WaitGroup
	for i, tree := range trees {
		look := func() { errs[i] = bareTree(tree) }
		if together {
			wait.Go(look)
			continue
		}
		look()
	}
	wait.Wait()
	return errors.Join(errs...)
}

func bareTree(tree string) error {
	fd, err := unix.Open(tree, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return bareFolder(fd, &buffers{})
}

// buffers are one for each level, for reuse.
type buffers struct {
	answer [32 << 10]byte
	next   *buffers
}

// bareFolder goes through an open folder and closes it.
func bareFolder(fd int, level *buffers) error {
	defer unix.Close(fd)
	if level.next == nil {
		level.next = &buffers{}
	}
	answer := level.answer[:]
	var st unix.Stat_t
	for {
		n, _, errno := unix.RawSyscall(unix.SYS_GETDENTS64, uintptr(fd), uintptr(unsafe.Pointer(&answer[0])), uintptr(len(answer))) //nolint:gosec // G103: no copies
		if errno != 0 {
			return errno
		}
		if n == 0 {
			return nil
		}
		for rest := answer[:n]; len(rest) > 0; {
			length := *(*uint16)(unsafe.Pointer(&rest[16])) //nolint:gosec // G103: a number in the machine's own order
			name, kind := &rest[19], rest[18]
			dots := rest[19] == '.' && (rest[20] == 0 || rest[20] == '.' && rest[21] == 0)
			rest = rest[length:]
			if dots {
				continue
			}
			if kind == unix.DT_DIR {
				below, _, errno := unix.RawSyscall6(unix.SYS_OPENAT, uintptr(fd), uintptr(unsafe.Pointer(name)), //nolint:gosec // G103: no copies
					unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0, 0, 0)
				if errno != 0 {
					return errno
				}
				if err := bareFolder(int(below), level.next); err != nil {
					return err
				}
				continue
			}
			if errno := bareStat(fd, name, &st); errno != 0 {
				return errno
			}
		}
	}
}

// bareStat is fstatat. The name ends with a NUL.
func bareStat(folder int, name *byte, st *unix.Stat_t) unix.Errno {
	_, _, errno := unix.RawSyscall6(sysFstatat, uintptr(folder), uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(st)), //nolint:gosec // G103: no copies
		unix.AT_SYMLINK_NOFOLLOW, 0, 0)
	return errno
}
