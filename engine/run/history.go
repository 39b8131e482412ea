package run

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/printer"
	"lethe/engine/step"
)

// History is what a journal says of how far a run came.
type History struct {
	// Installing tells that nixos-install was begun; Ending that everything was installed and proved, and only the letting go was left.
	Installing, Ending bool
	// Done tells that the run came to its end; Unclean that it ended before that since a file system did not pass its last check.
	Done, Unclean bool
	// Step is the title of the step in which it stopped, and Stopped when it said something last.
	Step    string
	Stopped time.Time
}

// mostJournal bounds a journal that is read, in bytes: its lines of tools, and all else.
const mostJournal = 2 * journalLines

// ReadHistory reads what a [Journal] wrote. A line that a kill or a full file system cut short is left out; a file in which no line is one
// of a journal is an error.
func ReadHistory(r io.Reader) (History, error) {
	var h History
	var bad error // the first one
	seen := false
	lines := bufio.NewReader(io.LimitReader(r, mostJournal))
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return h, fmt.Errorf("cannot read journal: %w", err)
		}
		e, err := printer.ParseJournal(bytes.TrimSuffix(line, []byte("\n")))
		switch {
		case err == nil:
			seen = true
			h.see(e)
		case bad == nil:
			bad = err
		}
	}
	if bad != nil && !seen {
		return h, fmt.Errorf("cannot read journal: %w", bad)
	}
	return h, nil
}

// see takes one line.
func (h *History) see(e event.Event) {
	h.Stopped = e.Time
	switch e.Kind {
	case event.StepStart:
		h.Step = e.Title
		if h.Step == "" {
			h.Step = e.Text
		}
		h.Installing = h.Installing || e.Step == string(plan.Install)
		h.Ending = h.Ending || e.Step == string(plan.Close)
	case event.RunDone:
		h.Done = true
	case event.RunFailed, event.RunCancelled:
		h.Unclean = e.Disk == string(step.Unclean)
	}
}

// Older is the name of an earlier journal beside one of the given name: the n-th before it.
func Older(name string, n int) string {
	base, end := name, ""
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		base, end = name[:i], name[i:]
	}
	return base + "." + strconv.Itoa(n) + end
}

// Rotate gives the journal of that name, and those before it, the next older name. The oldest goes where there would be more than keep.
func Rotate(folder *os.Root, name string, keep int) error {
	if err := folder.Remove(Older(name, keep)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("cannot make room for a journal: %w", err)
	}
	for n := keep - 1; n >= 0; n-- {
		from := name
		if n > 0 {
			from = Older(name, n)
		}
		if err := folder.Rename(from, Older(name, n+1)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("cannot keep an older journal: %w", err)
		}
	}
	return nil
}
