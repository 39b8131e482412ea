package step

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
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
	opened, err := e.Open(e.Plan)
	if err != nil {
		return err
	}
	e.Target = opened
	if err := e.sameDisk(ctx); err != nil {
		return err
	}
	return e.needRoom()
}

// Undo leaves the target to [Env.Release], which every run calls last.
func (*check) Undo(context.Context, *Env) error { return nil }

// needTools finds every program before it is needed.
func (e *Env) needTools() error {
	names := []string{"blkid", "sfdisk", "sgdisk", "parted", "mkfs.fat", "fsck.vfat"}
	if e.Plan.Layout.SectorSize != 512 {
		names = append(names, "partx")
	}
	if swap, ok := e.Plan.Layout.Find(layout.Swap); ok && swap.Filesystem != "" {
		names = append(names, "mkswap")
	}
	if e.Plan.Layout.LUKS != nil {
		names = append(names, "cryptsetup")
	} else {
		names = append(names, "mkfs.ext4", "e2fsck")
	}
	if missing := e.Tools.Missing(names...); len(missing) > 0 {
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
	differences := device.Compare(e.Plan.Target, is.Identity)
	if len(differences) == 0 {
		return e.sameFile()
	}
	var lines []string
	for _, d := range differences {
		lines = append(lines, d.String())
	}
	return fmt.Errorf("cannot write to %s: it is not the disk that was confirmed: %s; look at the disks again and make a new plan", e.Plan.Target.Path, strings.Join(lines, "; "))
}

// sameFile makes sure that the image that is held is the one that was identified, whatever its path named in between.
func (e *Env) sameFile() error {
	if !e.Target.Image() {
		return nil
	}
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
	if !e.Target.Image() {
		return nil
	}
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
