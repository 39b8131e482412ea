package keep

import (
	"fmt"

	"github.com/rogpeppe/go-internal/diff"

	"lethe/engine/flake"
)

// Change is what becomes of the data file. It is what a person reviews, and what is written is exactly that.
type Change struct {
	Adds  []Entry `json:"adds"`
	Drops []Entry `json:"drops"`
	// Before and After are the whole file.
	Before string `json:"before"`
	After  string `json:"after"`
	// Diff is unified; empty when nothing changes.
	Diff string `json:"diff"`
}

// Empty tells that the file stays as it is.
func (c Change) Empty() bool { return c.Before == c.After }

// Add gives the change that adds entries to a data file. One that is there already is refused, and so is one inside
// another or around one, whose copies would hide each other.
func Add(before []byte, homes map[string]string, entries ...Entry) (Change, error) {
	l, err := Decode(before)
	if err != nil {
		return Change{}, err
	}
	for _, e := range entries {
		if err := CheckPath(e.Path, e.File); err != nil {
			return Change{}, err
		}
		for _, old := range l.entries(homes) {
			if err := disjoint(e.Path, old.Path, flake.AddedFile); err != nil {
				return Change{}, err
			}
		}
		l = l.with(e)
	}
	return changeTo(before, l, entries, nil)
}

// Drop gives the change that takes paths out of a data file. Paths that are not in it change nothing.
func Drop(before []byte, homes map[string]string, paths ...string) (Change, error) {
	l, err := Decode(before)
	if err != nil {
		return Change{}, err
	}
	var dropped []Entry
	for _, name := range paths {
		next, e, found := l.without(name, homes)
		if found {
			l, dropped = next, append(dropped, e)
		}
	}
	if len(dropped) == 0 {
		return Change{Before: string(before), After: string(before)}, nil
	}
	return changeTo(before, l, nil, dropped)
}

func changeTo(before []byte, l List, adds, drops []Entry) (Change, error) {
	after, err := l.Encode()
	if err != nil {
		return Change{}, err
	}
	text := diff.Diff("a/"+flake.AddedFile, before, "b/"+flake.AddedFile, after)
	return Change{Adds: adds, Drops: drops, Before: string(before), After: string(after), Diff: string(text)}, nil
}

// disjoint refuses a path that is kept, lies in what is kept, or has something that is kept below it. By says who keeps it.
func disjoint(name, kept, by string) error {
	switch {
	case name == kept:
		return fmt.Errorf("cannot keep %q: it is kept already, by %s; until the rebuild it can be copied again", clip(name), by)
	case below(name, kept):
		return fmt.Errorf("cannot keep %q: %q is kept already, by %s, and this lies in it; there is nothing to do", clip(name), clip(kept), by)
	case below(kept, name):
		return fmt.Errorf("cannot keep %q: %q in it is kept already, by %s, and would be hidden by a copy of the whole; keep the other parts one by one, or take that one out first",
			clip(name), clip(kept), by)
	}
	return nil
}
