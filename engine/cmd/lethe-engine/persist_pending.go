package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"lethe/engine"
	"lethe/engine/event"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// waits is what was kept, and what the running system does not show before it is rebuilt.
type waits struct {
	paths   []keep.Pending
	unknown error // why that cannot be told
}

// waitsOn asks for it. A scan goes on without an answer, which only root has on a running system.
func waitsOn(ctx context.Context, host engine.Explorer) waits {
	paths, err := host.Waiting(ctx, nil)
	if err != nil {
		err = fmt.Errorf("cannot tell what is pending: %w", err)
	}
	return waits{paths, err}
}

func (w waits) has(path string) bool {
	_, ok := keep.WaitsIn(w.paths, path)
	return ok
}

// marking marks findings before they are handed on.
func (w waits) marking(sink func([]persist.Finding)) func([]persist.Finding) {
	if len(w.paths) == 0 {
		return sink
	}
	return func(findings []persist.Finding) {
		for i := range findings {
			findings[i].Pending = w.has(findings[i].Path)
		}
		sink(findings)
	}
}

// print names what is pending, and what comes next.
func (w waits) print(out io.Writer, f persistFlags) {
	if len(w.paths) == 0 {
		return
	}
	fmt.Fprintln(out, "\nPending, which the next boot forgets unless you rebuild before:")
	declared := true
	for i, p := range w.paths {
		if i >= f.rows {
			fmt.Fprintf(out, "  … and %d more\n", len(w.paths)-i)
			break
		}
		says := "copied at " + p.Snapshot.Local().Format(time.DateTime)
		if !p.Declared {
			says, declared = says+", not declared: keep it again", false
		}
		fmt.Fprintf(out, "  %s  %s\n", shownPath(p.Path), says)
	}
	if place, err := f.place(); err == nil && declared {
		fmt.Fprintf(out, "Next: %s\n", event.Plain(place.Rebuild()))
		fmt.Fprintln(out, syncHint)
	}
}

// place is the system that is looked at.
func (f persistFlags) place() (keep.Place, error) {
	place := placeFlags{root: f.request.Root, persist: f.request.Persist}
	if place.running() {
		place = placeFlags{}
	}
	return place.place()
}
