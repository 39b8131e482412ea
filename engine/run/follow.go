package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"lethe/engine/event"
	"lethe/engine/printer"
)

// ErrNoLastWord tells that whoever wrote a journal is gone, and that no last event is in it.
var ErrNoLastWord = errors.New("it ended without a last word")

// errReplaced tells that the journal of another run stands where the one was that is followed.
var errReplaced = errors.New("another run began in its place")

// Follower reads a journal that another process writes, from its first event to its last. It changes nothing.
type Follower struct {
	Path string
	// Alive tells whether whoever writes the journal still does.
	Alive func() (bool, error)
	// Every is how often it is looked whether there is something new.
	Every time.Duration
}

// Follow hands on what the journal tells, and returns nil after its last event. It returns [ErrNoLastWord] when the writer is gone
// without one, and the cause of ctx when that ends.
//
// A line that is being written is waited for. A journal that was moved away is read to its end, and then the one in its place.
func (f Follower) Follow(ctx context.Context, sink event.Sink) error {
	file, err := openForReading(f.Path)
	if err != nil {
		return err
	}
	r := &journalReader{file: file, sink: sink}
	defer func() { _ = r.file.Close() }()
	ticker := time.NewTicker(f.Every)
	defer ticker.Stop()
	for {
		alive, err := f.Alive() // asked first: what was written before the end is then read
		if err != nil {
			return err
		}
		if over, err := r.catchUp(f.Path); over || err != nil {
			return err
		}
		if !alive {
			return ErrNoLastWord
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}

// openForReading opens a journal. It follows no symlink, and waits for no pipe.
func openForReading(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot read the journal: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no file")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot read the journal: %w", err), f.Close())
	}
	return f, nil
}

// journalReader is how far a journal was read.
type journalReader struct {
	file   *os.File
	sink   event.Sink
	offset int64
	line   []byte // the beginning of a line that has no end yet
	last   uint64 // number of the last event
}

// mostJournalLine bounds a line. An event holds at most the whole output of a program.
const mostJournalLine = 32 << 20

// catchUp reads what is new, and tells whether the last event was in it.
func (r *journalReader) catchUp(path string) (over bool, err error) {
	for {
		if over, err = r.read(); over || err != nil {
			return over, err
		}
		moved, err := r.move(path)
		if !moved || err != nil {
			return false, err
		}
	}
}

// move goes to the beginning of the file that stands at path now, where that is another one, or was emptied.
func (r *journalReader) move(path string) (bool, error) {
	there, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil // the next one is not there yet, or there will be none
	}
	if err != nil {
		return false, fmt.Errorf("cannot read the journal: %w", err)
	}
	here, err := r.file.Stat()
	if err != nil {
		return false, fmt.Errorf("cannot read the journal: %w", err)
	}
	if os.SameFile(here, there) {
		if here.Size() >= r.offset {
			return false, nil
		}
		r.offset, r.line = 0, nil
		return true, nil
	}
	next, err := openForReading(path)
	if err != nil {
		return false, err
	}
	err = r.file.Close()
	r.file, r.offset, r.line = next, 0, nil
	return true, err
}

// read reads to the end of the file.
func (r *journalReader) read() (over bool, err error) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := r.file.ReadAt(buffer, r.offset)
		r.offset += int64(n)
		for rest := buffer[:n]; len(rest) > 0; {
			part, after, ended := bytes.Cut(rest, []byte{'\n'})
			r.line, rest = append(r.line, part...), after
			if !ended {
				break
			}
			over, err := r.take()
			if over || err != nil {
				return over, err
			}
		}
		switch {
		case len(r.line) > mostJournalLine:
			return false, fmt.Errorf("cannot read the journal: a line has more than %d MiB", mostJournalLine>>20)
		case errors.Is(err, io.EOF):
			return false, nil
		case err != nil:
			return false, fmt.Errorf("cannot read the journal: %w", err)
		}
	}
}

// take hands on a line that is whole. What is no event is told as a line of the log, so that nothing is passed over in silence.
func (r *journalReader) take() (over bool, err error) {
	e, err := printer.ParseJournal(r.line)
	r.line = r.line[:0]
	switch {
	case err != nil:
		r.sink.Event(event.Event{Kind: event.Log, Text: event.Plain(err.Error())})
		return false, nil
	case e.Kind == event.RunStart && r.last > 0:
		return false, errReplaced
	case e.Seq <= r.last:
		return false, nil
	}
	r.last = e.Seq
	r.sink.Event(e)
	return e.Kind.Last(), nil
}
