package run

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lethe/engine/event"
	"lethe/engine/printer"
)

// Journal is a file with one JSON object per event, whole even after a kill: each line is written with one call.
type Journal struct {
	file *os.File
	sink event.Sink
}

// OpenJournal makes or empties the journal at path, readable by its owner only. It follows no symlink.
func OpenJournal(path string) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot open journal: %w", err)
	}
	return &Journal{file: f, sink: printer.NewJournal(f)}, nil
}

// Event writes e.
func (j *Journal) Event(e event.Event) { j.sink.Event(e) }

// Close writes everything out.
func (j *Journal) Close() error {
	return errors.Join(j.file.Sync(), j.file.Close())
}
