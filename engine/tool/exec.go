package tool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// packaged is set by the Nix package to the bin folders of its tools, separated by colons; elsewhere it is empty.
var packaged string

// folders is where programs are looked for, in order.
func folders() []string {
	list := filepath.SplitList(packaged)
	return append(list, "/run/current-system/sw/bin", "/usr/local/sbin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
}

// Exec runs real programs. The zero value is ready.
type Exec struct {
	// Nice lets programs yield to others, as nice(1) does, from 0 to 19.
	Nice int
}

// mostOutput bounds what is kept of a program's standard output. More is an error, never a silent cut.
const mostOutput = 8 << 20

// grace is how long a program may take to end after it was asked to.
const grace = 3 * time.Second

// Find gives the absolute path of a program.
func (Exec) Find(name string) (string, error) {
	for _, folder := range folders() {
		path := filepath.Join(folder, name)
		if filepath.Dir(path) != folder {
			continue // a name that leads elsewhere is no program's name
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && unix.Access(path, unix.X_OK) == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("cannot find program %s: %w in %s; install it and try again", name, ErrNotFound, strings.Join(folders(), ", "))
}

// Missing gives the names that cannot be found.
func (e Exec) Missing(names ...string) []string {
	var missing []string
	for _, name := range names {
		if _, err := e.Find(name); err != nil {
			missing = append(missing, name)
		}
	}
	return missing
}

// Run runs the call to its end; the mounts of an installation it makes itself. When ctx is cancelled the program and all that it started is
// asked to end, and killed after a grace: Run returns within five seconds, unless a process hangs in the kernel. The error is an [*Error]
// unless the program could not be found.
//
// Whatever the program started ends with it, also when it was successful; a leftover would keep the disk busy. After a success
// of less than a second, only what is still in its process group is looked for.
func (e Exec) Run(ctx context.Context, call Call) (Result, error) {
	if known, err := mount(ctx, call.Command); known {
		return Result{}, err
	}
	path, err := e.Find(call.Command.Name)
	if err != nil {
		return Result{}, err
	}
	if call.Command.Secret != "" && call.Secret == nil {
		return Result{}, fmt.Errorf("cannot run %s: the %s is missing", call.Command.Name, call.Command.Secret)
	}
	out, kin := newOutput(call.Line, !call.Stream), newFamily()
	cmd := exec.CommandContext(ctx, path, call.Command.Args...)
	cmd.Dir = "/"
	cmd.Env = environment(append([]string{kin.mark}, call.Command.Env...))
	cmd.Stdin = input(call)
	cmd.Stdout, cmd.Stderr = out.stdout, out.stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error {
		kin.begin(cmd.Process.Pid)
		kin.ask()
		return nil
	}
	cmd.WaitDelay = grace
	record, err := openSide(cmd, out.alone(call.Record))
	if err != nil {
		return Result{}, err
	}
	given, err := give(cmd, call)
	if err != nil {
		record.abandon()
		return Result{}, err
	}

	start := time.Now()
	err = e.runOnOneThread(cmd, kin, record)
	given()
	var left []int
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if err != nil || time.Since(start) > lookEvery {
			left = kin.end()
		}
	}
	record.finish()
	out.finish()
	result := Result{Stdout: out.bytes(), Stderr: out.complaint()}
	return result, stuck(outcome(ctx, call, out, cmd.Process != nil, err), call, left)
}

// runOnOneThread keeps the goroutine on its thread: the kernel sends the parent-death signal when the thread that forked ends.
func (e Exec) runOnOneThread(cmd *exec.Cmd, kin *family, record *side) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		record.started()
		if err != nil {
			done <- err
			return
		}
		e.yield(cmd.Process.Pid)
		kin.begin(cmd.Process.Pid)
		stop := kin.watch()
		defer stop()
		done <- cmd.Wait()
	}()
	return <-done
}

// yield makes a program that has just begun as nice as it should be, unless it is nicer.
func (e Exec) yield(pid int) {
	if has, err := unix.Getpriority(unix.PRIO_PROCESS, pid); err == nil && 20-has < e.Nice { // the kernel gives 20 less the niceness
		_ = unix.Setpriority(unix.PRIO_PROCESS, pid, e.Nice) // it has ended already, else it cannot fail
	}
}

// stuck adds that processes could not be ended.
func stuck(err error, call Call, left []int) error {
	if len(left) == 0 {
		return err
	}
	why := fmt.Errorf("%d of the processes that it started cannot be ended (%v): they wait for a device", len(left), left)
	var failure *Error
	if errors.As(err, &failure) {
		failure.Cause = fmt.Errorf("%w; %w", failure.Cause, why)
		return failure
	}
	return &Error{Command: call.Command, Exit: -1, Cause: why}
}

// outcome turns how the program ended into an error.
func outcome(ctx context.Context, call Call, out *output, begun bool, err error) error {
	failure := &Error{Command: call.Command, Exit: -1, Tail: out.tail()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil && err != nil:
		failure.Cause = context.Cause(ctx)
	case out.overflowed():
		failure.Cause = fmt.Errorf("%w: more than %d MiB", ErrTooMuch, mostOutput>>20)
	case err == nil:
		return nil
	case errors.As(err, &exit) && exit.Exited():
		failure.Exit, failure.Cause = exit.ExitCode(), exitCause(call.Command.Name, exit.ExitCode())
	case !begun:
		failure.Cause = fmt.Errorf("%w: %w", ErrNotBegun, err)
	default:
		failure.Cause = err
	}
	return failure
}

// environment is all that a program gets to see. The mark of the call is among extra.
func environment(extra []string) []string {
	return append([]string{"LC_ALL=C.UTF-8", "LANG=C.UTF-8", "HOME=/", "TZ=UTC", "PATH=" + strings.Join(folders(), ":")}, extra...)
}

// input is the program's standard input; without any it reads end of file.
func input(call Call) io.Reader {
	switch {
	case call.Command.Secret != "":
		return call.Secret.Reader()
	case call.Command.Input != "":
		return strings.NewReader(call.Command.Input)
	}
	return nil
}
