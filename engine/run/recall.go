package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/step"
)

// mostPlan bounds a plan that is read from a disk, in bytes; the protocol takes none that is longer either.
const mostPlan = 4 << 20

// Recollection finds the plan that continues the installation that was begun on a disk.
type Recollection struct {
	Machine *step.Machine
	Folder  string         // of the running installation
	Disk    device.Disk    // confirmed
	Memory  quantity.Bytes // of this machine
	// Passphrase opens the disk where it is encrypted; nil when none was given.
	Passphrase *secret.Secret
}

// Plan gives the plan, for the disk as it is called now: from this machine's memory where the installation was begun since it was started,
// else from the disk, which is read and not written.
func (r Recollection) Plan(ctx context.Context) (plan.Plan, error) {
	if p, history, err := Remembered(r.Folder); err == nil && step.Recognise(p, r.Disk) == nil {
		if history.Done || history.Unclean {
			return plan.Plan{}, r.over(history)
		}
		return r.renew(p, history)
	}
	if r.Disk.Verdict.State != device.Eligible {
		return plan.Plan{}, r.cannot("%s", r.Disk.Verdict.Reason)
	}
	if len(r.Disk.Release) > 0 {
		return plan.Plan{}, r.cannot("%s is in use; close it and try again", device.Clean(r.Disk.Release[0].Says))
	}
	nix, encrypted, made := layout.Made(r.Disk)
	if !made {
		return plan.Plan{}, r.cannot("it carries no installation by Lethe that could be continued; start over")
	}
	passphrase := r.Passphrase
	switch {
	case !encrypted:
		passphrase = nil
	case passphrase == nil:
		return plan.Plan{}, r.cannot("it is encrypted, and the passphrase was not given")
	}
	var p plan.Plan
	var history History
	err := r.Machine.Look(ctx, "/dev/"+strings.ReplaceAll(nix.Name, "!", "/"), passphrase, func(folder string) (err error) {
		p, history, err = kept(folder)
		return err
	})
	if err != nil {
		return plan.Plan{}, r.cannot("%w", err)
	}
	if err := step.Recognise(p, r.Disk); err != nil {
		return plan.Plan{}, err
	}
	if history.Done || history.Ending {
		return plan.Plan{}, r.over(history)
	}
	return r.renew(p, history)
}

// cannot says why not.
func (r Recollection) cannot(format string, args ...any) error {
	return fmt.Errorf("cannot continue on %s: "+format, append([]any{device.Clean(r.Disk.Path)}, args...)...)
}

// over is for an installation that needs no continuing.
func (r Recollection) over(h History) error {
	at := h.Stopped.Local().Format(time.DateTime)
	switch {
	case h.Done:
		return r.cannot("the installation on it came to its end (%s); start the machine from it, or start over", at)
	case h.Unclean:
		return r.cannot("a file system on it did not pass its last check (%s); start over, or %s", at, strings.TrimSuffix(step.Mend, "."))
	}
	return r.cannot("the installation on it came to its end, but for the letting go at most (%s); start the machine from it, or start over; "+
		"if it was told that a file system did not pass its last check, repair it first with e2fsck -f or fsck.vfat", at)
}

// renew makes the plan that continues, unless the run did not come that far.
func (r Recollection) renew(p plan.Plan, h History) (plan.Plan, error) {
	if !p.Continues && !h.Installing {
		return plan.Plan{}, r.cannot("it stopped in step “%s”, before NixOS was being installed; start over", device.Clean(h.Step))
	}
	p.Target, p.Transport = r.Disk.Identity, r.Disk.Transport
	p.Fingerprint = p.Target.Fingerprint()
	p.Grade, p.Verdict = r.Disk.Grade, r.Disk.Verdict
	p.Memory = r.Memory
	p, err := p.Continue()
	if err != nil {
		return plan.Plan{}, r.cannot("%w", err)
	}
	return p, nil
}

// Remembered gives the plan and the history of the last run since this machine was started, from its folder.
func Remembered(folder string) (plan.Plan, History, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return plan.Plan{}, History{}, err
	}
	defer root.Close()
	p, err := readPlan(root, PlanFile)
	if err != nil {
		return plan.Plan{}, History{}, err
	}
	h, err := readJournal(root, JournalFile)
	return p, h, err
}

// kept gives what a [Keeper] left on a disk.
func kept(nix string) (plan.Plan, History, error) {
	root, err := os.OpenRoot(nix)
	if err != nil {
		return plan.Plan{}, History{}, err
	}
	defer root.Close()
	p, err := readPlan(root, plan.Memo+"/"+PlanFile)
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("no plan is kept on it; it stopped before NixOS was being installed, or an older Lethe made it; start over")
	}
	if err != nil {
		return plan.Plan{}, History{}, err
	}
	h, err := keptHistory(root)
	return p, h, err
}

// keptHistory reads the journals on a disk. The newest that tells anything says how the last run ended, and any of them that nixos-install was
// begun. One may be missing or empty where the disk was full, or power went, as it took its name.
func keptHistory(root *os.Root) (History, error) {
	var last History
	for n := 0; n <= keptJournals && !last.Installing; n++ {
		name := JournalFile
		if n > 0 {
			name = Older(JournalFile, n)
		}
		h, err := readJournal(root, plan.Memo+"/"+name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return History{}, err
		case last == History{}:
			last = h
		default:
			last.Installing = h.Installing
		}
	}
	if (last == History{}) {
		return last, errors.New("no journal is kept on it, as where it was full, so nobody knows how far it came; start over")
	}
	return last, nil
}

// KeptPlan gives the plan that a [Keeper] left on a disk; an error that is [fs.ErrNotExist] when there is none.
func KeptPlan(nix string) (plan.Plan, error) {
	root, err := os.OpenRoot(nix)
	if err != nil {
		return plan.Plan{}, err
	}
	defer root.Close()
	return readPlan(root, plan.Memo+"/"+PlanFile)
}

// readPlan reads a plan that nobody but root can have written.
func readPlan(root *os.Root, name string) (plan.Plan, error) {
	text, err := readOwn(root, name, mostPlan)
	if err != nil {
		return plan.Plan{}, err
	}
	p, err := plan.Decode(text)
	if err != nil {
		return plan.Plan{}, fmt.Errorf("cannot use the plan that is kept: %w; start over", err)
	}
	return p, nil
}

func readJournal(root *os.Root, name string) (History, error) {
	text, err := readOwn(root, name, mostJournal)
	if err != nil {
		return History{}, err
	}
	h, err := ReadHistory(bytes.NewReader(text))
	if err != nil {
		return History{}, fmt.Errorf("%w; start over", err)
	}
	return h, nil
}

// readOwn reads a regular file of this process's user, who is root, of at most so many bytes.
func readOwn(root *os.Root, name string, most int64) ([]byte, error) {
	f, err := root.OpenFile(name, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot read what was kept: %w", err)
	}
	defer f.Close()
	var is unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &is); err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	switch {
	case is.Mode&unix.S_IFMT != unix.S_IFREG:
		return nil, fmt.Errorf("cannot read %s: it is no regular file; start over", name)
	case int(is.Uid) != os.Geteuid() || is.Mode&0o077 != 0:
		return nil, fmt.Errorf("cannot read %s: it is not root's alone; start over", name)
	case is.Size > most:
		return nil, fmt.Errorf("cannot read %s: it has %d bytes, and %d is the most; start over", name, is.Size, most)
	}
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	return text, nil
}
