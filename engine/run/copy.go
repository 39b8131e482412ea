package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"lethe/engine/event"
)

// mostBehind bounds what waits for the disk, in bytes: no journal that is longer is read back.
const mostBehind = mostJournal

var errBehind = fmt.Errorf("the disk has not taken it for %d MiB", mostBehind>>20)

// duplicate is a second file that a journal is written to as well. A goroutine of its own does all that touches the file, so that a disk
// that does not answer keeps nobody waiting. A failure of it never fails the journal.
type duplicate struct {
	called   chan struct{} // holds one call: there is something to do
	ended    chan struct{} // closed once the file is
	unsynced error         // a failure to write it out; known once it has ended

	mu     sync.Mutex
	behind []byte // not written yet
	out    bool   // is to be written out to the disk then
	last   bool   // nothing comes after it
	failed error  // the first failure to write, after which nothing more is written
	told   bool
}

// CopyTo writes the journal to another file as well, from its beginning on, until [Journal.EndCopy]. open makes that file. sync writes it
// out when a step begins and when the run ends. Nothing of this is waited for. Where it fails, the journal says so and goes on.
func (j *Journal) CopyTo(open func() (*os.File, error), sync func(*os.File) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	sofar, err := os.ReadFile(j.file.Name())
	if err != nil {
		return fmt.Errorf("cannot copy the journal: %w", err)
	}
	if j.written.torn {
		sofar = append(sofar, '\n')
	}
	j.copy = &duplicate{called: make(chan struct{}, 1), ended: make(chan struct{}), behind: sofar}
	j.written.also = j.copy
	go j.copy.work(open, sync)
	j.copy.writeOut(false)
	return nil
}

// EndCopy has the rest of the copy written out and its file closed, so that the file system can be unmounted, and waits for that until ctx
// ends; it may be called again then. Without a copy it does nothing.
func (j *Journal) EndCopy(ctx context.Context) error {
	j.mu.Lock()
	also := j.copy
	j.written.also = nil
	j.mu.Unlock()
	if also == nil {
		return nil
	}
	also.writeOut(true)
	select {
	case <-also.ended:
	case <-ctx.Done():
		return fmt.Errorf("cannot keep a copy of the journal on the disk, which has not taken it yet: %w", context.Cause(ctx))
	}
	j.mu.Lock()
	j.copy = nil
	j.mu.Unlock()
	if err := also.problem(); err != nil {
		return fmt.Errorf("cannot keep a copy of the journal on the disk: %w", err)
	}
	return nil
}

// copied deals with the copy after an event was written.
func (j *Journal) copied(e event.Event) {
	also := j.written.also
	if also == nil {
		return
	}
	if err := also.news(); err != nil {
		j.sink.Event(event.Event{
			Seq: e.Seq, Time: e.Time, Kind: event.Log, Step: e.Step, Done: e.Done,
			Text: "The copy of this journal on the disk ends here: " + err.Error(),
		})
		return
	}
	if e.Kind == event.StepStart || settled[e.Kind] && e.Kind != event.StepDone { // the next step, or the end of the run, follows at once
		also.writeOut(false)
	}
}

// work writes what comes, until the last of it.
func (d *duplicate) work(open func() (*os.File, error), sync func(*os.File) error) {
	defer close(d.ended)
	f, err := open()
	if err != nil {
		d.fail(err)
		return
	}
	writeOut := func() error { return sync(f) }
	syncer := startSyncer(f, writeOut)
	for ended := false; !ended; {
		<-d.called
		var lines []byte
		var out bool
		lines, out, ended = d.next()
		if len(lines) > 0 {
			_, err := f.Write(lines)
			d.fail(err)
		}
		if out && !ended {
			syncer.ask()
		}
	}
	d.unsynced = errors.Join(syncer.stop(), writeOut(), f.Close())
}

// next takes what is to be done.
func (d *duplicate) next() (lines []byte, out, last bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	lines, out = d.behind, d.out
	d.behind, d.out = nil, false
	return lines, out, d.last
}

// write takes a line, until that fails once.
func (d *duplicate) write(p []byte) {
	if d == nil {
		return
	}
	d.mu.Lock()
	switch {
	case d.failed != nil:
	case len(d.behind)+len(p) > mostBehind:
		d.failed, d.behind = errBehind, nil
	default:
		d.behind = append(d.behind, p...)
	}
	d.mu.Unlock()
	d.call()
}

// writeOut asks for what was written to be on the disk, and for the end of the copy.
func (d *duplicate) writeOut(last bool) {
	d.mu.Lock()
	d.out, d.last = true, d.last || last
	d.mu.Unlock()
	d.call()
}

func (d *duplicate) call() {
	select {
	case d.called <- struct{}{}:
	default: // it was called already
	}
}

func (d *duplicate) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed == nil && err != nil {
		d.failed, d.behind = err, nil
	}
}

// news gives the failure to write once.
func (d *duplicate) news() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.told || d.failed == nil {
		return nil
	}
	d.told = true
	return d.failed
}

// problem is what went wrong with a copy that has ended.
func (d *duplicate) problem() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return errors.Join(d.failed, d.unsynced)
}
