package tool

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
)

// mountFailed is the exit code by which mount(8) tells that the kernel refused.
const mountFailed = 32

// mount does the mounts of an installation by the system call that mount(8) would make: starting the program takes longer than most of them.
// known is false for every other command, which is left to its program. Like the program, a call that waits for a broken disk cannot be ended;
// when ctx is cancelled it is given a grace, and then left alone with an error that says so.
func mount(ctx context.Context, c command.Command) (known bool, err error) {
	do := mountCall(c)
	if do == nil {
		return false, nil
	}
	if err := context.Cause(ctx); err != nil {
		return true, &Error{Command: c, Exit: -1, Cause: err}
	}
	done := make(chan error, 1)
	go func() { done <- do() }()
	err, over := patiently(ctx, done)
	switch at := c.Args[len(c.Args)-1]; {
	case !over:
		return true, &Error{Command: c, Exit: -1, Cause: fmt.Errorf("%w; the kernel is still mounting %s: it waits for a device", context.Cause(ctx), at)}
	case err != nil:
		return true, &Error{Command: c, Exit: mountFailed, Cause: &os.PathError{Op: "mount", Path: at, Err: err}}
	}
	return true, nil
}

// patiently waits for the end of a call; over is false when it did not come within a grace after ctx was cancelled.
func patiently(ctx context.Context, done <-chan error) (err error, over bool) {
	select {
	case err := <-done:
		return err, true
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	select {
	case err := <-done:
		return err, true
	case <-late.Done():
		return nil, false
	}
}

// mountCall gives the system call of a mount that is made here, nil for none.
func mountCall(c command.Command) func() error {
	if c.Name != "mount" || len(c.Args) < 2 {
		return nil
	}
	from, at := c.Args[len(c.Args)-2], c.Args[len(c.Args)-1]
	switch {
	case reflect.DeepEqual(c, command.Bind(from, at)):
		return func() error { return unix.Mount(from, at, "", unix.MS_BIND, "") }
	case reflect.DeepEqual(c, command.MountTmpfs(at)):
		return func() error { return unix.Mount("tmpfs", at, "tmpfs", 0, command.TmpfsOptions) }
	case reflect.DeepEqual(c, command.Mount("ext4", from, at)):
		return func() error { return mountDisk(from, at, "ext4", "") }
	case reflect.DeepEqual(c, command.Mount("vfat", from, at, command.ESPOptions)):
		return func() error { return mountDisk(from, at, "vfat", command.ESPOptions) }
	}
	return nil
}

// mountDisk mounts a device by the name that the table of mounts is to show: like mount(8), it follows links, but for names of mappings.
func mountDisk(from, at, fsType, options string) error {
	if !strings.HasPrefix(from, "/dev/mapper/") {
		device, err := filepath.EvalSymlinks(from)
		if err != nil {
			return err
		}
		from = device
	}
	return unix.Mount(from, at, fsType, 0, options)
}
