package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lethe/engine/event"
	"lethe/engine/lockfile"
	"lethe/engine/run"
)

// lookEvery is how often it is looked what another process has done.
const lookEvery = 250 * time.Millisecond

// parting is how long a process may take, after its last word, to let go of the lock.
const parting = 5 * time.Second

// Watch hands on what the installation in another process tells. It reads its journal, and neither takes its lock nor changes anything.
// After the last event it waits a moment for the process to let go, so that whoever watched can begin.
func (l Local) Watch(ctx context.Context, sink event.Sink) error {
	holder, err := l.awaitJournal(ctx)
	if err != nil {
		return err
	}
	alive := func() (bool, error) {
		now, held, err := lockfile.Look(l.folder())
		return held && now.PID == holder.PID && now.Since.Equal(holder.Since), err
	}
	err = run.Follower{Path: holder.Journal, Alive: alive, Every: lookEvery}.Follow(ctx, sink)
	switch {
	case errors.Is(err, run.ErrNoLastWord):
		return fmt.Errorf("cannot watch any longer: process %d is gone and said nothing of its end: it was killed, or it broke down. "+
			"What it had mounted and opened is let go of when the next installation begins. "+
			"Had it begun to install NixOS, lethe-engine continue goes on from there; else install anew", holder.PID)
	case err != nil && context.Cause(ctx) == nil:
		return fmt.Errorf("cannot watch process %d: %w", holder.PID, err)
	case err != nil:
		return err
	}
	for end := time.Now().Add(parting); time.Now().Before(end); {
		if held, err := alive(); err != nil || !held || !sleep(ctx, lookEvery/10) {
			return err
		}
	}
	return nil
}

// awaitJournal waits until whoever is at work has a journal.
func (l Local) awaitJournal(ctx context.Context) (lockfile.Note, error) {
	var before lockfile.Note
	for {
		holder, held, err := lockfile.Look(l.folder())
		switch {
		case err != nil:
			return holder, err
		case !held && before.PID != 0:
			return holder, fmt.Errorf("cannot watch: %s is over, and was no installation", before)
		case !held:
			return holder, fmt.Errorf("cannot watch: %w", lockfile.ErrFree)
		case holder.Journal != "":
			return holder, nil
		}
		before = holder
		if !sleep(ctx, lookEvery) {
			return holder, context.Cause(ctx)
		}
	}
}

// Stop asks the installation in another process to cancel, as its own user can, and does not wait for its end. Whom it asks is
// whom the kernel names as the holder of the lock, and never somebody whose number stands in a file.
func (l Local) Stop(context.Context) error {
	if _, err := lockfile.Terminate(l.folder()); err != nil {
		return fmt.Errorf("cannot cancel: %w", err)
	}
	return nil
}

// sleep waits, and tells whether ctx lasted as long.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
