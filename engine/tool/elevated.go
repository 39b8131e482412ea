package tool

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"sync"
)

// Elevated is a program of ours that runs as root. Read reads its standard output and Write writes its standard input.
type Elevated struct {
	in   io.WriteCloser
	out  io.ReadCloser
	cmd  *exec.Cmd
	way  Way
	says *output
	wait func() error
	stop func() bool
}

// StartElevated starts the program at an absolute path in the given way, with a clean environment, in a session of its own. It outlives this process: an unprivileged one may not kill root's. When ctx is cancelled the
// program's input ends, which is the sign to stop.
func StartElevated(ctx context.Context, way Way, path string, args ...string) (*Elevated, error) {
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("cannot start %s as root: its path is not absolute", path)
	}
	argv := way.argv(path, args)
	e := &Elevated{way: way, says: newOutput(nil, false), cmd: exec.Command(argv[0], argv[1:]...)}
	apart(e.cmd)
	e.cmd.Stderr = e.says.stderr
	e.cmd.WaitDelay = grace // for what the program left behind with its standard error
	var err error
	if e.in, err = e.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("cannot start %s %s: %w", path, way.describe(), err)
	}
	if e.out, err = e.cmd.StdoutPipe(); err != nil {
		return nil, fmt.Errorf("cannot start %s %s: %w", path, way.describe(), err)
	}
	if err := e.cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start %s %s: %w", path, way.describe(), err)
	}
	e.wait = sync.OnceValue(func() error {
		err := e.cmd.Wait()
		e.stop()
		e.says.finish()
		return way.cause(err)
	})
	e.stop = context.AfterFunc(ctx, func() { _ = e.in.Close() })
	return e, nil
}

// Read reads the program's standard output.
func (e *Elevated) Read(p []byte) (int, error) { return e.out.Read(p) }

// Write writes to the program's standard input.
func (e *Elevated) Write(p []byte) (int, error) { return e.in.Write(p) }

// CloseWrite ends the program's standard input, which tells it that nobody is there any more.
func (e *Elevated) CloseWrite() error { return e.in.Close() }

// Tail gives the last lines of the program's standard error.
func (e *Elevated) Tail() string { return e.says.tail() }

// Wait waits for the program's end, once its output was read to the end. A refusal by pkexec is [ErrNotAllowed] or [ErrDismissed].
func (e *Elevated) Wait() error { return e.wait() }
