package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lethe/engine"
	"lethe/engine/flake"
	"lethe/engine/persist/keep"
)

// side gives who looks and acts. On the running system that is root: this process, or the root side for an ordinary user. Below other
// folders this process does it with what it may do. The release closes a connection.
func (f placeFlags) side(ctx context.Context) (host engine.Explorer, release func(), err error) {
	if f.usual() && !engine.Forgets(os.DirFS("/")) {
		return nil, nil, fmt.Errorf("%w; name the folders of another system with --root, --persist and --repo, or practise on a made-up system in the window: lethe --persist", engine.ErrKeepsRoot)
	}
	if !f.running() {
		place, err := f.place()
		return engine.Trees{Place: place}, func() {}, err
	}
	if os.Geteuid() != 0 && f.repo == "" {
		return rootSide(ctx)
	}
	place, err := f.place()
	if os.Geteuid() != 0 { // somebody's own repository: root writes to none but the system's
		return engine.Trees{Place: place}, func() {}, err
	}
	return engine.Local{System: place}, func() {}, err
}

// usual tells that root and persist tree are where the running system has them.
func (f placeFlags) usual() bool {
	same := func(given, usual string) bool { return given == "" || filepath.Clean(given) == usual }
	return same(f.root, "/") && same(f.persist, flake.Storage)
}

// running tells that root and persist tree are those of the running system, and that it has them: where it does not, nobody is asked
// for a password only to be told so.
func (f placeFlags) running() bool {
	_, err := os.Stat(flake.Storage)
	return f.usual() && !errors.Is(err, fs.ErrNotExist)
}

// rootSide connects to root.
func rootSide(ctx context.Context) (engine.Explorer, func(), error) {
	client, err := engine.Connect(ctx, "")
	if err != nil {
		return nil, nil, fmt.Errorf("%w\nOr run this very command with sudo", err)
	}
	return client, func() { _ = client.Close(context.WithoutCancel(ctx)) }, nil
}

// side gives who scans.
func (f persistFlags) side(ctx context.Context) (engine.Explorer, func(), error) {
	place := placeFlags{root: f.request.Root, persist: f.request.Persist}
	if place.usual() && !engine.Forgets(os.DirFS("/")) {
		return nil, nil, fmt.Errorf("%w; compare any two folders with --root and --persist, or look at a made-up system in the window: lethe --persist", engine.ErrKeepsRoot)
	}
	if f.unprivileged || !place.running() {
		return engine.Trees{Place: keep.Place{Root: f.request.Root, Persist: f.request.Persist}}, func() {}, nil
	}
	if os.Geteuid() != 0 {
		return rootSide(ctx)
	}
	return engine.Local{}, func() {}, nil
}

// wanted is what the flags ask to be told.
func (f persistFlags) wanted() engine.ScanRequest {
	return engine.ScanRequest{
		Orphans: f.request.Orphans, Kept: f.request.Kept, Noise: f.request.Noise, Since: f.request.Since, Nanoseconds: f.request.Nanoseconds,
	}
}
