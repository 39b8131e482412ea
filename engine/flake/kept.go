package flake

import (
	"encoding/json"
	"fmt"
	"slices"
)

// KeptFile is where the installed system says what it keeps.
const KeptFile = "/etc/lethe/persistence.json"

// Kept is one storage in [KeptFile]. All paths are absolute, those in homes too.
type Kept struct {
	Directories []string `json:"directories"`
	Files       []string `json:"files"`
}

const maxKept = 4 << 20

// ReadKept reads [KeptFile], by storage path. A file of another form is an error.
func ReadKept(text []byte) (map[string]Kept, error) {
	if len(text) > maxKept {
		return nil, fmt.Errorf("cannot read %s: it has %d bytes, more than any real list; rebuild the system", KeptFile, len(text))
	}
	var storages map[string]Kept
	if err := json.Unmarshal(text, &storages); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w; rebuild the system", KeptFile, err)
	}
	return storages, nil
}

// PersistenceOf gives what a system keeps, over all its storages in one, for [Lint]. Paths in homes are among those
// of the system.
func PersistenceOf(storages map[string]Kept) Persistence {
	var p Persistence
	for _, s := range storages {
		p.System.addOwn(s.Directories, s.Files)
	}
	byPath := func(a, b Keep) int {
		if a.Path < b.Path {
			return -1
		}
		if a.Path > b.Path {
			return 1
		}
		return 0
	}
	slices.SortFunc(p.System.Directories, byPath)
	slices.SortFunc(p.System.Files, byPath)
	return p
}
