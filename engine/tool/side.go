package tool

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// side is a third stream of a program, its file descriptor 3.
type side struct {
	read, write *os.File
	out         *output
	ended       chan struct{}
}

// sideEnd is how long a side stream may stay open after the program; whoever keeps it is not waited for.
const sideEnd = 100 * time.Millisecond

// openSide gives cmd a side stream whose lines go to line; without one it does nothing.
func openSide(cmd *exec.Cmd, line func(string)) (*side, error) {
	if line == nil {
		return nil, nil //nolint:nilnil // a nil side is of use
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("cannot make a pipe for %s: %w", cmd.Path, err)
	}
	cmd.ExtraFiles = []*os.File{write}
	s := &side{read: read, write: write, out: newOutput(line, false), ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		_, _ = io.Copy(s.out.stdout, read) // ends with the last who has the other end
	}()
	return s, nil
}

// started lets go of the program's end.
func (s *side) started() {
	if s != nil {
		_ = s.write.Close()
	}
}

// abandon ends a stream whose program is never started.
func (s *side) abandon() {
	s.started()
	s.finish()
}

// finish takes what is still there.
func (s *side) finish() {
	if s == nil {
		return
	}
	_ = s.read.SetReadDeadline(time.Now().Add(sideEnd))
	<-s.ended
	_ = s.read.Close()
	s.out.finish()
}
