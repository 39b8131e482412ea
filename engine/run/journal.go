package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"lethe/engine/event"
	"lethe/engine/printer"
)

// Bounds of the lines of tools that a journal keeps, in bytes as written. One step, and the undoing after it, may take half of
// what is left, so that a talkative one leaves room for those after it, and in any case a little.
const (
	journalLines = 16 << 20
	leastOfStep  = 64 << 10
)

// Journal is a file with one JSON object per event, whole even after a kill: each line is written with one call. On a full file system
// lines are missing, and one may be cut short.
//
// Every event is in it, with two exceptions: progress is told now and then, and of the lines that tools print those past
// 16 MiB are left out. The journal says so where they begin to be, and how many they were when the step ends; a step that
// fails has the last lines of its tool in its error all the same.
type Journal struct {
	file    *os.File
	sink    event.Sink
	written *counter
	syncer  *syncer // nil unless [Journal.SyncSteps] was called

	mu   sync.Mutex
	room int64 // for lines, in all
	step int64 // for lines of this step
	left leftOut
	copy *duplicate // nil without one; it may still be ending
}

// leftOut counts the lines of a step that are not in the journal.
type leftOut struct {
	lines, bytes int64
	last         event.Event
}

// OpenJournal makes or empties the journal at path, readable by its owner only. It follows no symlink.
func OpenJournal(path string) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot open journal: %w", err)
	}
	written := &counter{to: f}
	return &Journal{file: f, sink: printer.NewJournal(written), written: written, room: journalLines, step: journalLines / 2}, nil
}

// SyncSteps makes the journal outlast a power cut: from now on it is written out to the disk when the run starts, when a step
// ends and at the end. The run does not wait for that. It is not meant for rehearsals, where it would make the file system
// write out the image too.
func (j *Journal) SyncSteps() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.syncer == nil {
		j.syncer = startSyncer(j.file, j.file.Sync)
	}
}

// Event writes e.
func (j *Journal) Event(e event.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer j.copied(e)
	if e.Kind == event.Log {
		j.line(e)
		return
	}
	if e.Kind == event.StepStart || settled[e.Kind] {
		j.count()
		j.step = max(j.room/2, leastOfStep)
	}
	j.sink.Event(e)
	if j.syncer != nil && settled[e.Kind] {
		j.syncer.ask()
	}
}

// settled are the events after which the journal should be on the disk.
var settled = map[event.Kind]bool{
	event.RunStart: true, event.StepDone: true, event.StepFailed: true,
	event.RunDone: true, event.RunFailed: true, event.RunCancelled: true,
}

// line writes a line of a tool while there is room.
func (j *Journal) line(e event.Event) {
	if j.step <= 0 {
		if j.left.lines == 0 {
			note := e
			note.Text = "This journal has no more room for lines of this step; from here on they are left out."
			j.sink.Event(note)
		}
		j.left.lines++
		j.left.bytes += int64(len(e.Text))
		j.left.last = e
		return
	}
	before := j.written.bytes
	j.sink.Event(e)
	size := j.written.bytes - before
	j.room -= size
	j.step -= size
}

// count says how many lines were left out, under the number of the last one.
func (j *Journal) count() {
	if j.left.lines == 0 {
		return
	}
	note := j.left.last
	note.Text = fmt.Sprintf("%d lines (%d bytes) were left out here. If the step failed, its last lines stand in its error.", j.left.lines, j.left.bytes)
	j.left = leftOut{}
	j.sink.Event(note)
}

// Close writes everything out. It does not wait for a copy that has not ended.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.count()
	if j.copy != nil {
		j.written.also = nil
		j.copy.writeOut(true)
	}
	var err error
	if j.syncer != nil {
		err = j.syncer.stop()
		j.syncer = nil
	}
	if err := errors.Join(err, j.file.Sync(), j.file.Close()); err != nil {
		return fmt.Errorf("cannot write the journal out: %w", err)
	}
	return nil
}

// counter counts what is written.
type counter struct {
	to    io.Writer
	bytes int64
	torn  bool // the last line has no end, since its file system was full
	also  *duplicate
}

// Write passes a line on with one call. After one that was torn, so that it does not spoil this one too, the line begins on its own.
func (c *counter) Write(p []byte) (int, error) {
	c.also.write(p)
	if c.torn {
		if _, err := c.to.Write([]byte{'\n'}); err != nil {
			return 0, err
		}
		c.torn = false
	}
	n, err := c.to.Write(p)
	c.bytes += int64(n)
	c.torn = n > 0 && n < len(p)
	return n, err
}

// syncer writes a file out beside the run. What is asked for while it is at it is done once more after that.
type syncer struct {
	asked chan struct{}
	ended chan error // the first failure, which the kernel tells only once
}

// startSyncer writes out with sync what is in a file, once with its folder.
func startSyncer(file *os.File, sync func() error) *syncer {
	s := &syncer{asked: make(chan struct{}, 1), ended: make(chan error, 1)}
	go func() {
		first := syncFolder(filepath.Dir(file.Name()))
		for range s.asked {
			if err := sync(); first == nil {
				first = err
			}
		}
		s.ended <- first
	}()
	return s
}

// syncFolder makes the name of a new file last.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func (s *syncer) ask() {
	select {
	case s.asked <- struct{}{}:
	default: // it is asked for already
	}
}

func (s *syncer) stop() error {
	close(s.asked)
	return <-s.ended
}
