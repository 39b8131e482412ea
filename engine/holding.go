package engine

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"lethe/engine/helper"
	"lethe/engine/lockfile"
	"lethe/engine/plan"
	"lethe/engine/run"
)

// journalName is the journal's in the folder of a running installation.
const journalName = run.JournalFile

// olderJournals is how many journals of earlier runs stay. They lie in memory.
const olderJournals = 2

// rotate makes room for the journal of a new run.
func (l Local) rotate() error {
	folder, err := os.OpenRoot(l.folder())
	if err != nil {
		return fmt.Errorf("cannot make room for the journal: %w", err)
	}
	defer folder.Close()
	return run.Rotate(folder, journalName, olderJournals)
}

// path of a file of a running installation.
func (l Local) path(name string) string { return filepath.Join(l.folder(), name) }

func (l Local) folder() string { return cmp.Or(l.Folder, StateDir) }

// lock makes sure that one engine at a time works on this machine. It goes with the process. title says what is going to be done.
func (l Local) lock(title string) (*lockfile.Lock, error) {
	return lockfile.Take(l.folder(), title, time.Now())
}

// free tells whether nobody else is at work.
func (l Local) free() error {
	holder, held, err := lockfile.Look(l.folder())
	if err != nil || !held || holder.PID == os.Getpid() {
		return err
	}
	return &lockfile.Held{Holder: holder}
}

// running is who else is at work, nil when nobody is.
func (l Local) running() (*helper.Running, error) {
	holder, held, err := lockfile.Look(l.folder())
	if err != nil || !held || holder.PID == os.Getpid() {
		return nil, err
	}
	return &helper.Running{PID: holder.PID, Since: holder.Since, Title: holder.Title}, nil
}

// titleOf says what is installed where.
func titleOf(p plan.Plan) string {
	if p.Continues {
		return fmt.Sprintf("%s on %s, continued", p.HostName(), p.Describe())
	}
	return fmt.Sprintf("%s on %s", p.HostName(), p.Describe())
}
