package step

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/target"
)

// check makes sure, before the first write, that everything is as it was when the plan was confirmed.
type check struct{}

// leastFree is the free space that a rehearsal needs beside its image, for what tools really write.
const leastFree = 160 * quantity.MiB

// Do takes hold of the target.
func (*check) Do(ctx context.Context, e *Env) error {
	if err := e.Plan.Runnable(); err != nil {
		return err
	}
	if err := e.needTools(); err != nil {
		return err
	}
	if err := e.needSecrets(); err != nil {
		return err
	}
	if err := e.needClock(); err != nil {
		return err
	}
	opened, err := e.Open(e.Plan)
	if err != nil {
		return err
	}
	e.Target = opened
	if err := e.releaseOwn(ctx); err != nil {
		return err
	}
	if err := e.sameDisk(ctx); err != nil {
		return err
	}
	if opened.Image() {
		return e.needRoom()
	}
	return e.needPlaces()
}

// releaseOwn lets go, by name, of what an earlier run of the same installation left: it would keep the disk busy. Whoever starts over had to do
// that before, and what is held in spite of that somebody has opened since; but for swap in memory, which is in nobody's way and of which
// nobody was told.
func (e *Env) releaseOwn(ctx context.Context) error {
	if e.Machine == nil {
		return nil
	}
	if !e.Plan.Continues {
		if err := e.Machine.unheld(); err != nil {
			return fmt.Errorf("cannot install: %w", err)
		}
		if err := e.Machine.releaseSwap(ctx); err != nil {
			e.Log("The swap in memory of the run before stays: %v", err)
		}
		return context.Cause(ctx)
	}
	names, err := e.Machine.ReleaseLeftovers(ctx)
	for _, name := range names {
		e.Log("Released %s, left by the run before.", name)
	}
	return err
}

// Undo leaves the target to [Env.Release], which every run calls last.
func (*check) Undo(context.Context, *Env) error { return nil }

// needTools finds every program before it is needed.
func (e *Env) needTools() error {
	if missing := e.Tools.Missing(Programs(e.Plan)...); len(missing) > 0 {
		return fmt.Errorf("cannot start: programs are missing: %s; install them and try again", strings.Join(missing, ", "))
	}
	return nil
}

// needSecrets checks the passphrase before anything is written.
func (e *Env) needSecrets() error {
	for _, name := range e.Plan.Secrets {
		held, ok := e.Secrets.Get(name)
		if !ok {
			return fmt.Errorf("cannot start: the %s was not given", name)
		}
		if name != command.Passphrase {
			if err := held.CheckPassword(); err != nil {
				return fmt.Errorf("%w (the %s)", err, name)
			}
			continue
		}
		if err := held.CheckPassphrase(); err != nil {
			return err
		}
	}
	return nil
}

// sameDisk compares the target with the confirmed one.
func (e *Env) sameDisk(ctx context.Context) error {
	is, err := e.Identify(ctx, e.Plan)
	if cancelled := context.Cause(ctx); cancelled != nil {
		return cancelled // else the probe that was cut short would be taken for a broken disk
	}
	if err != nil {
		return fmt.Errorf("cannot identify %s: %w", e.Plan.Target.Path, err)
	}
	if is.Verdict.State != device.Eligible {
		return fmt.Errorf("cannot write to %s: %s: %s", e.Plan.Target.Path, is.Verdict.State, is.Verdict.Reason)
	}
	e.found = is
	if err := SameDisk(e.Plan, is); err != nil {
		return err
	}
	if e.Target.Image() {
		return e.sameFile()
	}
	return e.sameDevice()
}

// SameDisk compares a disk with the one that a plan was confirmed for, and what would be lost with what was confirmed. A plan that
// continues loses nothing, and knows its disk by its own table instead; see [Recognise].
func SameDisk(p plan.Plan, is device.Disk) error {
	if p.Continues {
		return sameToContinue(p, is)
	}
	differences := device.Compare(p.Target, is.Identity)
	if len(differences) > 0 {
		var lines []string
		for _, d := range differences {
			lines = append(lines, d.String())
		}
		return fmt.Errorf("cannot write to %s: it is not the disk that was confirmed: %s; confirmed was %s, there is %s; look at the disks again and make a new plan",
			p.Target.Path, strings.Join(lines, "; "), short(p.Target), short(is.Identity))
	}
	if !slices.Equal(p.Release, is.Release) {
		return fmt.Errorf("cannot write to %s: what is built on it is no longer what was confirmed; look at the disks again and make a new plan", p.Target.Path)
	}
	if lost := plan.Losses(is); !slices.Equal(p.Erase, lost) {
		return fmt.Errorf("cannot write to %s: what would be lost is no longer what was confirmed; look at the disks again and make a new plan", p.Target.Path)
	}
	return nil
}

// short names a disk in a phrase.
func short(id device.Identity) string {
	parts := []string{id.Path}
	for _, text := range []string{id.Model, id.Serial, id.Bytes.Human()} {
		if text = device.Clean(text); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " · ")
}

// block is a target that is a block device.
type block interface {
	target.Target
	// Facts are read from the open descriptor.
	Facts() (target.Facts, error)
	// Free tells whether nobody else uses it.
	Free() error
}

// sameDevice makes sure that the device that is held is the one that was identified, whatever its name led to in between. All
// of it is read from the open descriptor.
func (e *Env) sameDevice() error {
	held, ok := e.Target.(block)
	if !ok {
		return fmt.Errorf("cannot write to %s: it is held as something else than a disk", e.Plan.Target.Path)
	}
	is, err := held.Facts()
	if err != nil {
		return fmt.Errorf("cannot identify %s: %w", e.Plan.Target.Path, err)
	}
	id := e.Plan.Target
	want := target.Facts{Number: e.found.Number, Bytes: id.Bytes, Logical: quantity.SectorSize(id.Logical), DiskSeq: id.DiskSeq}
	if e.Plan.Continues { // plugged in anew it has another number, and is known by its table
		want.DiskSeq = e.found.DiskSeq
	}
	if is.DiskSeq == 0 || want.DiskSeq == 0 { // one of the two ways to ask is missing in this kernel
		is.DiskSeq, want.DiskSeq = 0, 0
	}
	if is != want {
		return fmt.Errorf("cannot write to %s: another disk took its name while it was being opened: confirmed was %+v, there is %+v; look at the disks again and make a new plan", id.Path, want, is)
	}
	if !e.Plan.Continues {
		return nil
	}
	if err := held.Free(); err != nil { // before the first write lastLook asks
		return fmt.Errorf("cannot continue on %s: %w", id.Path, err)
	}
	return nil
}

// lastLook is taken immediately before the first write to a real disk: still the same device, the same table, and nobody
// uses it.
func (e *Env) lastLook() error {
	held, ok := e.Target.(block)
	if !ok {
		return nil
	}
	if err := e.sameDevice(); err != nil {
		return err
	}
	if err := held.Free(); err != nil {
		return fmt.Errorf("cannot write to %s: %w", e.Plan.Target.Path, err)
	}
	l := e.Plan.Layout
	_, _, hash, err := device.ReadTable(held.Disk(), e.Plan.Target.Bytes, l.SectorSize)
	if err != nil {
		return fmt.Errorf("cannot identify %s: %w", e.Plan.Target.Path, err)
	}
	if hash != e.Plan.Target.TableHash {
		return fmt.Errorf("cannot write to %s: somebody changed its partition table in this moment; look at the disks again and make a new plan", e.Plan.Target.Path)
	}
	return nil
}

// needPlaces makes sure that the names that an installation takes on this machine are free.
func (e *Env) needPlaces() error {
	points, err := e.Machine.Mounts(plan.Root)
	if err != nil {
		return fmt.Errorf("cannot tell what is mounted: %w", err)
	}
	if len(points) > 0 {
		return fmt.Errorf("cannot install: something is mounted at %s, where the new system is put together; unmount it with umount --recursive %s and try again", points[0], plan.Root)
	}
	if e.Plan.Layout.LUKS == nil {
		return nil
	}
	name := e.Plan.Layout.LUKS.Mapper
	opened, err := e.Machine.Opened(name)
	if err != nil {
		return fmt.Errorf("cannot tell whether %s is free: %w", name, err)
	}
	// The target's own, that the plan takes down, is about to go.
	if own := slices.ContainsFunc(e.Plan.Release, func(r device.Release) bool { return r.Name == name && (r.Kind == "crypt" || r.Kind == "dm") }); opened && !own {
		return fmt.Errorf("cannot install: /dev/mapper/%s belongs to another disk; close it with cryptsetup close %s and try again", name, name)
	}
	return nil
}

// sameFile makes sure that the image that is held is the one that was identified, whatever its path named in between.
func (e *Env) sameFile() error {
	var st unix.Stat_t
	if err := unix.Fstat(int(e.Target.Disk().Fd()), &st); err != nil {
		return fmt.Errorf("cannot identify %s: %w", e.Plan.Target.Path, err)
	}
	if fmt.Sprintf("%d:%d", st.Dev, st.Ino) != e.Plan.Target.Inode || quantity.Bytes(st.Size) != e.Plan.Target.Bytes {
		return fmt.Errorf("cannot write to %s: another file took its place while it was being opened; make a new plan", e.Plan.Target.Path)
	}
	return nil
}

// needRoom checks the file system that an image lies on.
func (e *Env) needRoom() error {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(e.Target.Disk().Fd()), &st); err != nil {
		return fmt.Errorf("cannot measure free space for %s: %w", e.Plan.Target.Path, err)
	}
	free := quantity.Bytes(st.Bavail) * quantity.Bytes(st.Bsize)
	if free < leastFree {
		return fmt.Errorf("cannot rehearse on %s: its file system has %s free and at least %s are needed; free some space or choose another folder with --image", e.Plan.Target.Path, free.Human(), leastFree.Human())
	}
	return nil
}
