package helper

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Process is a helper that was started. Read reads its standard output, Write writes its standard input.
type Process interface {
	io.ReadWriter
	// CloseWrite ends its standard input, which tells it that nobody is there any more.
	CloseWrite() error
	// Tail gives the last lines of its standard error.
	Tail() string
	// Wait waits for its end, after its output ended, and says how it ended.
	Wait() error
}

// Connect starts a helper and greets it; program is this program's name and version. Until the helper answers, which may take as long as
// a person needs for a password, the end of ctx gives up.
//
// Where the helper ends without a word the error is a [*Lost] whose cause is what [Process.Wait] says. A helper of another version is an
// [*Error] with [CodeVersion].
func Connect(ctx context.Context, program string, start func() (Process, error)) (*Client, error) {
	process, err := start()
	if err != nil {
		return nil, err
	}
	c := &Client{process: process, waiting: map[uint64]chan reply{}, ears: &ears{}, ended: make(chan struct{})}
	mine, theirs := hello{Protocol: Protocol, Program: program}, make(chan hello, 1)
	go c.receive(theirs)
	if err := c.send(toHelper{Hello: &mine}); err != nil {
		return nil, c.giveUp(err)
	}
	select {
	case h := <-theirs:
		if err := h.agree(mine, "the helper that runs as root"); err != nil {
			return nil, errors.Join(err, process.CloseWrite())
		}
		return c, nil
	case <-c.ended:
		return nil, c.lost
	case <-ctx.Done():
		_ = process.CloseWrite() // the process may not be ours to end; it sees that nobody is there
		return nil, fmt.Errorf("cannot start the helper that runs as root: %w", context.Cause(ctx))
	}
}

// lastWords is how long a helper whose streams have ended may take to end itself.
const lastWords = 5 * time.Second

// receive reads what the helper says until its end.
func (c *Client) receive(theirs chan<- hello) {
	err := c.listen(theirs)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = c.departed()
	} else {
		err = fmt.Errorf("it said what this program does not understand: %w", err)
		_ = c.process.CloseWrite()
		go func() { _, _ = io.Copy(io.Discard, c.process); _ = c.process.Wait() }()
	}
	c.mu.Lock()
	if c.complaint != nil {
		err = fmt.Errorf("%w (%w)", c.complaint, err)
	}
	c.lost = &Lost{Applying: c.applying, Title: c.title, Cause: err, Tail: c.process.Tail()}
	c.mu.Unlock()
	close(c.ended)
}

// departed says how the helper ended.
func (c *Client) departed() error {
	how := make(chan error, 1)
	go func() { how <- c.process.Wait() }()
	select {
	case err := <-how:
		if err == nil {
			err = errors.New("it ended early")
		}
		return err
	case <-time.After(lastWords):
		return errors.New("it closed its output and goes on")
	}
}

// listen hands on what the helper says.
func (c *Client) listen(theirs chan<- hello) error {
	h, err := readHello(c.process)
	if err != nil {
		return err
	}
	theirs <- h
	if h.Protocol != Protocol {
		return fmt.Errorf("%w: it speaks version %d", errFrame, h.Protocol)
	}
	for {
		f, err := readFrame(c.process, mostMessage)
		f.wipe() // no helper sends one
		if err == nil {
			err = f.fault
		}
		if err == nil && f.findings != nil {
			if err := c.found(f.findings); err != nil {
				return err
			}
			continue
		}
		var m toClient
		if err == nil {
			err = decode(f.message, &m)
		}
		if err != nil {
			return err
		}
		c.hear(m)
	}
}

// giveUp says why nothing could be sent: the helper's end, where that is why.
func (c *Client) giveUp(err error) error {
	_ = c.process.CloseWrite()
	select {
	case <-c.ended:
		return c.lost
	case <-time.After(lastWords):
		return fmt.Errorf("cannot talk to the helper that runs as root: %w", err)
	}
}
