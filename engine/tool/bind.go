package tool

import (
	"context"
	"os"
	"reflect"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
)

// mountFailed is the exit code by which mount(8) tells that the kernel refused.
const mountFailed = 32

// bind does the mounts that wait for no disk, a folder at another place and a tmpfs, by the system call that mount(8) would make:
// starting the program takes longer than all of them together. known is false for every other command, which is left to its program.
func bind(ctx context.Context, c command.Command) (known bool, err error) {
	if c.Name != "mount" || len(c.Args) < 2 {
		return false, nil
	}
	from, at := c.Args[len(c.Args)-2], c.Args[len(c.Args)-1]
	var do func() error
	switch {
	case reflect.DeepEqual(c, command.Bind(from, at)):
		do = func() error { return unix.Mount(from, at, "", unix.MS_BIND, "") }
	case reflect.DeepEqual(c, command.MountTmpfs(at)):
		do = func() error { return unix.Mount("tmpfs", at, "tmpfs", 0, command.TmpfsOptions) }
	default:
		return false, nil
	}
	if err := context.Cause(ctx); err != nil {
		return true, &Error{Command: c, Exit: -1, Cause: err}
	}
	if err := do(); err != nil {
		return true, &Error{Command: c, Exit: mountFailed, Cause: &os.PathError{Op: "mount", Path: at, Err: err}}
	}
	return true, nil
}
