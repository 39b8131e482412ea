package run

import (
	"errors"
	"fmt"
	"io"
	"os"

	"lethe/engine/event"
)

// duplicate is a second file that a journal is written to as well. A failure of it never fails the journal.
type duplicate struct {
	file   *os.File
	sync   func() error
	syncer *syncer
	failed error // the first failure to write, after which nothing more is written
	told   bool
}

// CopyTo writes the journal to f as well, from its beginning on, until [Journal.EndCopy]. It takes f over. sync writes it out when a step
// begins and when the run ends; the run does not wait for that. Where f cannot be written, the journal says so and goes on.
func (j *Journal) CopyTo(f *os.File, sync func() error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	sofar, err := os.Open(j.file.Name())
	if err == nil {
		_, err = io.Copy(f, sofar)
		err = errors.Join(err, sofar.Close())
	}
	if err == nil && j.written.torn {
		_, err = f.Write([]byte{'\n'})
	}
	if err != nil {
		return errors.Join(fmt.Errorf("cannot copy the journal: %w", err), f.Close())
	}
	j.written.also = &duplicate{file: f, sync: sync, syncer: startSyncer(f, sync)}
	j.written.also.syncer.ask()
	return nil
}

// EndCopy writes the copy out and closes it, so that its file system can be unmounted. Without a copy it does nothing.
func (j *Journal) EndCopy() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	also := j.written.also
	if also == nil {
		return nil
	}
	j.written.also = nil
	err := errors.Join(also.failed, also.syncer.stop(), also.sync(), also.file.Close())
	if err != nil {
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
	if also.failed != nil && !also.told {
		also.told = true
		j.say(e, "The copy of this journal on the disk ends here: "+also.failed.Error())
		return
	}
	if e.Kind == event.StepStart || settled[e.Kind] && e.Kind != event.StepDone { // the next step, or the end of the run, follows at once
		also.syncer.ask()
	}
}

// note writes a line of the journal's own, under the number of an event.
func (j *Journal) note(e event.Event, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.say(e, text)
}

func (j *Journal) say(e event.Event, text string) {
	j.sink.Event(event.Event{Seq: e.Seq, Time: e.Time, Kind: event.Log, Step: e.Step, Text: text, Done: e.Done})
}

// write passes p on, until that fails once.
func (d *duplicate) write(p []byte) {
	if d == nil || d.failed != nil {
		return
	}
	_, d.failed = d.file.Write(p)
}
