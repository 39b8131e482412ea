package run

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
	"time"

	"lethe/engine/event"
	"lethe/engine/printer"
)

// narrow is a file on a file system that has room for so many bytes.
type narrow struct {
	bytes.Buffer
	room int
}

func (n *narrow) Write(p []byte) (int, error) {
	fits := p[:min(len(p), n.room)]
	n.room -= len(fits)
	n.Buffer.Write(fits)
	if len(fits) < len(p) {
		return len(fits), syscall.ENOSPC
	}
	return len(p), nil
}

// TestJournalGoesOnAfterAFullFileSystem lets the room end at each byte of two lines; there is room again for those after them.
func TestJournalGoesOnAfterAFullFileSystem(t *testing.T) {
	const enough = 1 << 20
	at := time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)
	line := &narrow{room: enough}
	printer.NewJournal(line).Event(event.Event{Seq: 2, Time: at, Kind: event.Log, Step: "install", Text: "copying path"})
	for room := range 2 * line.Len() {
		file := &narrow{room: enough}
		written := &counter{to: file}
		sink := printer.NewJournal(written)
		sink.Event(event.Event{Seq: 1, Time: at, Kind: event.StepStart, Step: "install", Title: "Install NixOS"})
		before, had := written.bytes, file.Len()
		file.room = room
		for range 2 {
			_, _ = written.Write(line.Bytes()) // past the printer, which complains to standard error
		}
		if written.bytes < before || written.bytes > before+int64(file.Len()-had) {
			t.Errorf("with room for %d bytes more it counts %d", room, written.bytes-before)
		}
		file.room = enough
		sink.Event(event.Event{Seq: 4, Time: at, Kind: event.StepStart, Step: "close", Title: "Close"})
		sink.Event(event.Event{Seq: 5, Time: at, Kind: event.RunDone})
		h, err := ReadHistory(strings.NewReader(file.String()))
		if want := (History{Installing: true, Ending: true, Done: true, Step: "Close", Stopped: at}); err != nil || h != want {
			t.Errorf("with room for %d bytes more: %+v, %v\n%s", room, h, err, file.String())
		}
	}
}
