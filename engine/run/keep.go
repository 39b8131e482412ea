package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"lethe/engine/plan"
	"lethe/engine/step"
)

// Names of what is kept of a run, in the folder of the running installation and in [plan.Memo] on the disk.
const (
	PlanFile    = "plan.json"
	JournalFile = "journal.jsonl"
)

// keptJournals is how many earlier journals stay beside one.
const keptJournals = 5

// Keeper keeps plan and journal on the disk too, as long as it is mounted, so that they outlast a power cut; see [Keeper.For]. It fails no run,
// and lets no event wait for the disk: what cannot be kept is told.
type Keeper struct {
	Journal *Journal
	Plan    plan.Plan
	// Nix is where the nix file system is mounted.
	Nix string
	// Sync writes out the file system that a file lies on: [SyncFileSystem].
	Sync func(*os.File) error
	// Patience is how long is waited, before anything is unmounted, for a disk that does not take the rest; 0 means [keepPatience].
	Patience time.Duration
}

// keepPatience is enough for what a slow disk has not written yet. shortly is after how long the wait is told.
const (
	keepPatience = 5 * time.Minute
	shortly      = time.Second
)

// SyncFileSystem writes a whole file system out. What its own journal holds reaches its place by that, so that it can be read without
// replaying it, as [step.Machine.Look] does.
func SyncFileSystem(f *os.File) error { return unix.Syncfs(int(f.Fd())) }

// For gives the doers of next. The copy begins after the one that mounts, and ends before anything is unmounted.
func (k Keeper) For(next func(plan.Step) (step.Doer, error)) func(plan.Step) (step.Doer, error) {
	return func(s plan.Step) (step.Doer, error) {
		doer, err := next(s)
		if err != nil {
			return nil, err
		}
		switch s.Kind {
		case plan.Mount:
			return keptMount{doer, k}, nil
		case plan.Close:
			return keptClose{doer, k}, nil
		}
		return doer, nil
	}
}

// keptMount is the mounting, and the copy from then on.
type keptMount struct {
	step.Doer
	keeper Keeper
}

// Do mounts, and begins the copy.
func (m keptMount) Do(ctx context.Context, e *step.Env) error {
	if err := m.Doer.Do(ctx, e); err != nil {
		return err
	}
	k := m.keeper
	if err := k.Journal.CopyTo(k.begin, k.Sync); err != nil {
		unkept(e, err)
	}
	return nil
}

// Undo ends the copy and unmounts. What the first takes is not taken from the time of the second.
func (m keptMount) Undo(ctx context.Context, e *step.Env) error {
	ctx = context.WithoutCancel(ctx)
	m.keeper.end(ctx, e)
	ctx, stop := context.WithTimeout(ctx, undoDeadline)
	defer stop()
	return m.Doer.Undo(ctx, e)
}

// keptClose is the end of the copy, and the letting go.
type keptClose struct {
	step.Doer
	keeper Keeper
}

// Do ends the copy and lets go.
func (c keptClose) Do(ctx context.Context, e *step.Env) error {
	c.keeper.end(ctx, e)
	return c.Doer.Do(ctx, e)
}

// end has the rest written out, since an open file keeps its file system from being unmounted. It waits for that, but not for ever. After a
// cancel the undoing waits again; once the copy was given up it only looks whether the disk answers by now.
func (k Keeper) end(cancellable context.Context, e *step.Env) {
	if k.Patience == 0 {
		k.Patience = keepPatience
	}
	if e.Unkept {
		k.Patience = min(shortly, k.Patience)
	}
	ctx, stop := context.WithTimeout(cancellable, k.Patience)
	defer stop()
	soon, early := context.WithTimeout(ctx, shortly)
	defer early()
	err := k.Journal.EndCopy(soon)
	if k.Patience > shortly && errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		e.Log("Waiting until the disk has taken what was written.")
		err = k.Journal.EndCopy(ctx)
	}
	if cause := context.Cause(cancellable); err == nil || cause != nil && errors.Is(err, cause) {
		return
	}
	unkept(e, err)
}

// unkept tells once that a restart would end all.
func unkept(e *step.Env, why error) {
	if e.Unkept {
		return
	}
	e.Unkept = true
	e.Log("After a restart of this machine this run could not be continued: %v", why)
}

// begin keeps the plan, and makes the file for the journal. Nothing leads out of the disk that is mounted.
func (k Keeper) begin() (*os.File, error) {
	nix, err := os.OpenRoot(k.Nix)
	if err != nil {
		return nil, err
	}
	defer nix.Close()
	if err := nix.MkdirAll(plan.Memo, 0o700); err != nil {
		return nil, err
	}
	folder, err := nix.OpenRoot(plan.Memo)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	if err := folder.Chmod(".", 0o700); err != nil {
		return nil, err
	}
	if err := k.keepPlan(folder); err != nil {
		return nil, fmt.Errorf("cannot keep the plan: %w", err)
	}
	return newJournal(folder)
}

// keepPlan writes the plan, whole or not at all. A run that continues leaves the plan that it was made from.
func (k Keeper) keepPlan(folder *os.Root) error {
	if _, err := folder.Lstat(PlanFile); err == nil && k.Plan.Continues {
		return nil
	}
	text, err := k.Plan.JSON()
	if err != nil {
		return err
	}
	const fresh = PlanFile + ".new"
	f, err := createNew(folder, fresh)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return folder.Rename(fresh, PlanFile)
}

// newJournal makes the file. The journals of earlier runs get older names, but not before the new one is there.
func newJournal(folder *os.Root) (*os.File, error) {
	const fresh = JournalFile + ".new"
	f, err := createNew(folder, fresh)
	if err != nil {
		return nil, err
	}
	err = Rotate(folder, JournalFile, keptJournals)
	if err == nil {
		err = folder.Rename(fresh, JournalFile)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// createNew makes a file for appending, in place of one that a power cut left.
func createNew(folder *os.Root, name string) (*os.File, error) {
	if err := folder.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return folder.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND|unix.O_NOFOLLOW, 0o600)
}
