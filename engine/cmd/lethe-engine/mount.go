package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/lockfile"
	"lethe/engine/plan"
	"lethe/engine/process"
)

// rescuer opens installed systems.
type rescuer interface {
	Rescuable(ctx context.Context, path string) ([]engine.Rescuable, error)
	Mount(ctx context.Context, r engine.Rescue) (engine.Rescued, error)
	Unmount(ctx context.Context) ([]string, error)
}

// mountFlags are the flags of mount.
type mountFlags struct {
	secretFlags
	disk     string
	readOnly bool
}

// newMount opens an installed system for rescue.
func newMount(s streams) *cobra.Command {
	var f mountFlags
	c := &cobra.Command{
		Use:   "mount [DISK]",
		Short: "Open an installed system from a live medium, to rescue it",
		Long: `Open an installed system from a live medium, to rescue it.

The disk is recognised by the partitions that Lethe made, opened with its passphrase, and looked into
before anything can be written to it: the plan of its installation or its configuration has to be
there. Its file systems are checked without changing them, and then mounted below /mnt as they were
for the installation, with everything that the system keeps at its place, so that nixos-enter and
nixos-install work. What to do next is said at the end.

Without DISK the only disk with an installed system is taken; where there are several, they are
listed. Everything stays mounted until lethe-engine unmount. With --read-only nothing is written to
the disk, not even what its file system's own journal still holds.

Only root can do this.`,
		Example: `  sudo lethe-engine mount
  sudo lethe-engine mount /dev/nvme0n1 --read-only
  sudo lethe-engine mount /dev/nvme0n1 --passphrase-file secret
  sudo nixos-enter --root /mnt`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				f.disk = args[0]
			}
			if os.Geteuid() != 0 {
				return refused(errors.New("cannot mount: only root can; run sudo lethe-engine mount"))
			}
			if err := f.harden(); err != nil {
				return refused(err)
			}
			return s.mount(c.Context(), engine.Local{}, f)
		},
	}
	f.bindPassphrase(c)
	c.Flags().BoolVar(&f.readOnly, "read-only", false, "write nothing to the disk")
	return c
}

// harden protects this process before it reads a passphrase. It leaves the working folder, so a relative path is made absolute first.
func (f *mountFlags) harden() error {
	var keep []int
	if f.passphraseFD >= 0 {
		keep = append(keep, f.passphraseFD)
	}
	if f.passphraseFile != "" && f.passphraseFile != "-" {
		path, err := filepath.Abs(f.passphraseFile)
		if err != nil {
			return fmt.Errorf("cannot read the passphrase: %w", err)
		}
		f.passphraseFile = path
	}
	return process.Harden(keep...)
}

// mount chooses the disk, gets its passphrase, opens it, and says what can be done with it.
func (s streams) mount(ctx context.Context, host rescuer, f mountFlags) error {
	list, err := host.Rescuable(ctx, f.disk)
	if err != nil {
		return refused(err)
	}
	found, err := onlyOne(list)
	if err != nil {
		return refused(err)
	}
	r := engine.Rescue{Disk: found.Disk, ReadOnly: f.readOnly, Say: func(text string) { fmt.Fprintln(s.err, "Note:", event.Plain(text)) }}
	if found.Encrypted {
		if r.Passphrase, err = s.existingPassphrase(ctx, f.secretFlags); err != nil {
			return refused(err)
		}
		defer r.Passphrase.Wipe()
	}
	opened, err := host.Mount(ctx, r)
	if err != nil {
		if ctx.Err() != nil {
			return &coded{exitCancelled, err}
		}
		return refused(err)
	}
	fmt.Fprint(s.out, rescueText(opened, found, f.readOnly))
	return nil
}

// onlyOne is the disk that is meant where none was named.
func onlyOne(list []engine.Rescuable) (engine.Rescuable, error) {
	switch len(list) {
	case 0:
		return engine.Rescuable{}, errors.New("cannot mount: no disk of this machine has partitions as Lethe makes them; lethe-engine disks lists what there is")
	case 1:
		return list[0], nil
	}
	var text strings.Builder
	for _, i := range list {
		text.WriteString("\n  " + device.Clean(i.Title))
	}
	return engine.Rescuable{}, fmt.Errorf("cannot mount: there is more than one disk with an installed system; name it:%s", text.String())
}

// rescueText says what is where, and what can be done now.
func rescueText(r engine.Rescued, found engine.Rescuable, readOnly bool) string {
	var b strings.Builder
	name, mode := r.Host, ""
	if name == "" {
		name = "HOST"
	}
	if readOnly {
		mode = ", and nothing can be written to it"
	}
	fmt.Fprintf(&b, "The system on %s is open below %s%s.\n", device.Clean(found.Title), r.Root, mode)
	if len(r.Kept) > 0 {
		fmt.Fprintf(&b, "At their places are %s.\n", event.Plain(strings.Join(r.Kept, ", ")))
	}
	fmt.Fprintf(&b, "Everything that is kept, the users' files too, lies in %s.\n\n", plan.Persist)
	if !readOnly {
		fmt.Fprintf(&b, `To work inside it, with its own programs:
  sudo nixos-enter --root %[1]s
To change its configuration, edit the files in %[2]s, then install it with its boot loader:
  sudo %[3]s
To go on with an installation that stopped, which lets go of this first:
  sudo lethe-engine continue
`, r.Root, plan.Repo, command.InstallNixOS(plan.Root, "path:"+plan.Repo, name, plan.Temp).Shell())
	}
	b.WriteString("In the end, to write everything out and close the disk:\n  sudo lethe-engine unmount\n")
	return b.String()
}

// newUnmount lets go of it.
func newUnmount(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "unmount",
		Short: "Close what mount opened",
		Long: `Close what mount opened: write everything out, unmount it, and close the encryption.

Everything is let go of by the note that was made before it was taken, the newest first; what an
interrupted installation left goes the same way. Where a program still uses a file of it, that is
said, and the rest is let go of once it has ended. Only root can do this.`,
		Example: `  sudo lethe-engine unmount`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if os.Geteuid() != 0 {
				return refused(errors.New("cannot unmount: only root can; run sudo lethe-engine unmount"))
			}
			if err := process.Harden(); err != nil { // whose working folder may be what is to be unmounted
				return refused(err)
			}
			return s.unmount(c.Context(), engine.Local{})
		},
	}
}

// unmount lets go and names what that was.
func (s streams) unmount(ctx context.Context, host rescuer) error {
	released, err := host.Unmount(ctx)
	var held *lockfile.Held
	switch {
	case errors.As(err, &held):
		return refused(err)
	case err != nil && ctx.Err() != nil:
		return &coded{exitCancelled, err}
	case err != nil:
		return &coded{exitFailed, fmt.Errorf("%w\nEnd what uses it, then run lethe-engine unmount again", err)}
	case len(released) == 0:
		fmt.Fprintln(s.out, "Nothing is held.")
	}
	for _, name := range released {
		fmt.Fprintf(s.out, "Released %s.\n", name)
	}
	return nil
}
