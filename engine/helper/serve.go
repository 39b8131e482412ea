package helper

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// patience is how long the last messages may take to be read.
const patience = 2 * time.Second

// arrival is a frame from the reader, or why there are no more.
type arrival struct {
	frame frame
	err   error
}

// Serve answers requests from in on out with the operations of host, until in ends; program is this program's name and version. It
// decides nothing about a plan: [Host.Accept] does.
//
// The end of in means that nobody is there any more. A run that has reached nixos-install is then finished; everything else is cancelled.
// The end of ctx cancels in any case. Serve returns when the operation under way has ended, every secret is wiped and the last messages
// are written, or nobody has read them for two seconds. Neither a slow nor a dead reader ever holds a run up.
// An error says that the session did not end in order. A read of in may be left behind.
func Serve(ctx context.Context, program string, in io.Reader, out io.Writer, host Host) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := newSession(host, newQueue(out))
	defer s.queue.close(patience)
	s.ctx = ctx

	mine := hello{Protocol: Protocol, Program: program}
	s.queue.send(toClient{Hello: &mine})
	arrivals, done := make(chan arrival), make(chan struct{})
	defer close(done)
	go readAll(in, mine, arrivals, done)

	err := s.loop(arrivals)
	if err != nil && ctx.Err() == nil {
		s.refuse(0, describeEnd(err))
	}
	s.leave()
	return err
}

// describeEnd is what the other side is told.
func describeEnd(err error) *Error {
	var ready *Error
	if errors.As(err, &ready) {
		return ready
	}
	return refusal(CodeEnd, "the session is at its end: %v", err)
}

// readAll reads hello and then frames, until one cannot be read or nobody takes them any more.
func readAll(in io.Reader, mine hello, arrivals chan<- arrival, done <-chan struct{}) {
	pass := func(a arrival) bool {
		select {
		case arrivals <- a:
			return a.err == nil
		case <-done:
			a.frame.wipe()
			return false
		}
	}
	theirs, err := readHello(in)
	if err == nil {
		err = theirs.agree(mine, "this window")
	}
	if err != nil {
		pass(arrival{err: err})
		return
	}
	for {
		f, err := readFrame(in, mostRequest)
		if !pass(arrival{f, err}) {
			return
		}
	}
}

// loop serves until the input ends (nil), is out of step, or the context ends.
func (s *session) loop(arrivals <-chan arrival) error {
	for {
		select {
		case <-s.ctx.Done():
			return context.Cause(s.ctx)
		case finish := <-s.finished:
			s.ended(finish)
		case a := <-arrivals:
			switch {
			case errors.Is(a.err, io.EOF):
				return nil
			case a.err != nil:
				return a.err
			case s.queue.crowded():
				a.frame.wipe()
				return fmt.Errorf("%w: the answers are not read", errFrame)
			}
			s.take(a.frame)
		}
	}
}
