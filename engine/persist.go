package engine

import (
	"context"

	"lethe/engine/flake"
	"lethe/engine/persist"
)

// RunningSystem asks what the system that runs would forget, with orphans.
func RunningSystem() persist.Request {
	return persist.Request{Root: "/", Persist: flake.Storage, Orphans: true}
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
