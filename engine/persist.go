package engine

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"lethe/engine/flake"
	"lethe/engine/persist"
)

// RunningSystem asks what the system that runs would forget, with orphans.
func RunningSystem() persist.Request {
	return persist.Request{Root: "/", Persist: flake.Storage, Orphans: true}
}

// ErrKeepsRoot is the answer of a machine whose root no boot empties, to whoever asks what the next one would forget.
var ErrKeepsRoot = errors.New("cannot tell what the next boot would forget: this is not an impermanent system, there is neither " +
	flake.Storage + " nor " + flake.KeptFile)

// Forgets tells, by a machine's file system, that its root is emptied at every boot in the way that Lethe sets up: it has a persist tree,
// or the list of what is kept. What cannot be looked at may be there.
func Forgets(root fs.FS) bool {
	for _, name := range []string{flake.Storage, flake.KeptFile} {
		if _, err := fs.Lstat(root, strings.TrimPrefix(name, "/")); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

// Explore tells what the next boot would forget: it reads what is declared, unless the request says it, and scans. It writes nothing, asks
// no other program, and needs no privilege, but sees only what this user may read, and says what it could not. See [persist.Scan] for the sink.
func Explore(ctx context.Context, r persist.Request, sink func([]persist.Finding)) (persist.Summary, error) {
	if r.Declared.Source == "" {
		declared, err := persist.ReadDeclared(r.Root, r.Persist)
		if err != nil {
			return persist.Summary{}, err
		}
		r.Declared = declared
	}
	return persist.Scan(ctx, r, sink)
}

// Declared tells what the system at root keeps in storage, and how each of it stands.
func Declared(root, storage string) (persist.Declared, error) {
	return persist.ReadDeclared(root, storage)
}
