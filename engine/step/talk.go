package step

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"lethe/engine/tool"
)

// talk keeps what matters of a long output: every error with the lines that follow it. Where the program goes on talking after its
// real error, as Nix does while other builds end, the last lines alone would not hold it.
type talk struct {
	kept []string
	open int // further lines that belong to the error before them
}

// Bounds of what is kept: lines in all, and for each error.
const (
	mostKept  = 400
	linesEach = 40
)

// add takes a line.
func (t *talk) add(line string) {
	text := strings.TrimSpace(line)
	switch {
	case strings.HasPrefix(text, "error"), strings.HasPrefix(text, "fatal:"):
		t.open = linesEach
	case t.open == 0 || strings.HasPrefix(text, "copying path ") || strings.HasPrefix(text, "building '"):
		t.open = 0
		return
	}
	t.open--
	if len(t.kept) == mostKept { // the first error is often the cause, and the last one tells what ended it
		t.kept = slices.Delete(t.kept, mostKept/2, mostKept/2+1)
	}
	t.kept = append(t.kept, line)
}

// lines gives what was kept.
func (t *talk) lines() []string { return t.kept }

// complete adds the errors that are not among the last lines of the output, which err holds already.
func (t *talk) complete(err error) error {
	var failed *tool.Error
	if !errors.As(err, &failed) {
		return err
	}
	last := map[string]bool{}
	for line := range strings.Lines(failed.Tail) {
		last[strings.TrimSpace(line)] = true
	}
	var missing []string
	for _, line := range t.kept {
		if !last[strings.TrimSpace(line)] {
			missing = append(missing, line)
		}
	}
	if len(missing) == 0 {
		return err
	}
	return fmt.Errorf("%w\nBefore that it said:\n%s", err, strings.Join(missing, "\n"))
}
