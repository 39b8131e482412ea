package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"lethe/engine/event"
	"lethe/engine/plan"
)

// Names of what is kept of a run, in the folder of the running installation and in [plan.Memo] on the disk.
const (
	PlanFile    = "plan.json"
	JournalFile = "journal.jsonl"
)

// keptJournals is how many earlier journals stay beside one.
const keptJournals = 5

// Keeper is the sink that keeps plan and journal on the disk too, as long as it is mounted, so that they outlast a power cut. It comes
// after the journal. It fails no run: what cannot be kept is told in the journal.
type Keeper struct {
	Journal *Journal
	Plan    plan.Plan
	// Nix is where the nix file system is mounted.
	Nix string
	// Sync writes out the file system that a file lies on: [SyncFileSystem].
	Sync func(*os.File) error
}

// SyncFileSystem writes a whole file system out. What its own journal holds reaches its place by that, so that it can be read without
// replaying it, as [step.Machine.Look] does.
func SyncFileSystem(f *os.File) error { return unix.Syncfs(int(f.Fd())) }

// Event begins after the mounting, and ends before anything is unmounted.
func (k Keeper) Event(e event.Event) {
	var err error
	switch {
	case e.Kind == event.StepDone && e.Step == string(plan.Mount):
		err = k.begin()
	case e.Kind == event.StepStart && e.Step == string(plan.Close), e.Kind == event.UndoStart && e.Step == string(plan.Mount):
		err = k.Journal.EndCopy()
	}
	if err != nil {
		k.Journal.note(e, fmt.Sprintf("After a power cut this run could not be continued: %v", err))
	}
}

// begin keeps the plan, and the journal from its beginning on. Nothing leads out of the disk that is mounted.
func (k Keeper) begin() error {
	nix, err := os.OpenRoot(k.Nix)
	if err != nil {
		return fmt.Errorf("cannot keep the journal on the disk: %w", err)
	}
	defer nix.Close()
	if err := nix.MkdirAll(plan.Memo, 0o700); err != nil {
		return fmt.Errorf("cannot keep the journal on the disk: %w", err)
	}
	folder, err := nix.OpenRoot(plan.Memo)
	if err != nil {
		return fmt.Errorf("cannot keep the journal on the disk: %w", err)
	}
	defer folder.Close()
	if err := folder.Chmod(".", 0o700); err != nil {
		return fmt.Errorf("cannot keep the journal on the disk: %w", err)
	}
	if err := k.keepPlan(folder); err != nil {
		return fmt.Errorf("cannot keep the plan on the disk: %w", err)
	}
	return k.keepJournal(folder)
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

// keepJournal begins the copy. The journals of earlier runs get older names, but not before the new one can be made.
func (k Keeper) keepJournal(folder *os.Root) error {
	const fresh = JournalFile + ".new"
	f, err := createNew(folder, fresh)
	if err != nil {
		return fmt.Errorf("cannot keep the journal on the disk: %w", err)
	}
	err = Rotate(folder, JournalFile, keptJournals)
	if err == nil {
		err = folder.Rename(fresh, JournalFile)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("cannot keep the journal on the disk: %w", err), f.Close())
	}
	return k.Journal.CopyTo(f, func() error { return k.Sync(f) })
}

// createNew makes a file for appending, in place of one that a power cut left.
func createNew(folder *os.Root, name string) (*os.File, error) {
	if err := folder.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return folder.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND|unix.O_NOFOLLOW, 0o600)
}
