package step

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lethe/engine/command"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/tool"
)

// Rescue opens an installed system again below [plan.Root], as an installation mounts it, so that it can be looked at, entered and
// installed once more. Nothing is written before it was recognised from within; with ReadOnly nothing is written at all.
type Rescue struct {
	Machine *Machine
	// ESP and Nix are the devices of the partitions.
	ESP, Nix string
	// Encrypted tells that Nix is a container, which Passphrase opens.
	Encrypted  bool
	Passphrase *secret.Secret
	ReadOnly   bool
	// Recognise is given the folder of the nix file system while nothing can be written to it. An error ends the rescue.
	Recognise func(nix string) error
	// Keeps gives, once the file system is mounted below root, the folders that the system keeps: absolute paths without links.
	Keeps func(root string) []string
	// Say is told what the user should know.
	Say func(format string, args ...any)
}

// rescueDeadline bounds the letting go after a rescue that failed.
const rescueDeadline = time.Minute

// Open opens, checks and mounts, and gives the folders that were bound. What it takes stays when it succeeds, and is noted in the
// record: [Machine.ReleaseLeftovers] lets go of it. On an error nothing stays.
func (r Rescue) Open(ctx context.Context) (kept []string, err error) {
	if err := r.free(ctx); err != nil {
		return nil, err
	}
	defer func() {
		if err == nil {
			return
		}
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), rescueDeadline)
		defer stop()
		kept, err = nil, errors.Join(err, r.Machine.letGo(ctx, folder), r.Machine.letGo(ctx, tree, mapper))
	}()
	device, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.Machine.peek(ctx, device, r.Recognise); err != nil {
		return nil, err
	}
	if err := r.check(ctx, device); err != nil {
		return nil, err
	}
	if err := r.mount(ctx, device); err != nil {
		return nil, err
	}
	if kept, err = r.bind(ctx); err != nil {
		return nil, err
	}
	return kept, r.mark()
}

// mark makes the file by which nixos-enter recognises a system. An installed one has it from its activation, which the empty root has not seen.
func (r Rescue) mark() error {
	if err := r.Machine.makeFolder(plan.Root+"/etc", plan.ParentMode(plan.Root+"/etc")); err != nil {
		return err
	}
	if err := os.WriteFile(r.Machine.path(plan.Root+"/etc/NIXOS"), nil, 0o600); err != nil {
		return fmt.Errorf("cannot mark the system: %w", err)
	}
	return nil
}

// free makes sure that nothing is in the way, and forgets what is gone already.
func (r Rescue) free(ctx context.Context) error {
	if missing := r.Machine.Tools.Missing("cryptsetup", "e2fsck", "fsck.vfat", "mount", "sync", "umount"); len(missing) > 0 {
		return fmt.Errorf("programs are missing: %s; start the NixOS live medium, or install them", strings.Join(missing, ", "))
	}
	if err := r.Machine.unheld(); err != nil {
		return err
	}
	if _, err := r.Machine.ReleaseLeftovers(ctx); err != nil {
		return err
	}
	mounted, err := r.Machine.Mounts(plan.Root)
	if err != nil {
		return fmt.Errorf("cannot tell what is mounted: %w", err)
	}
	if len(mounted) > 0 {
		return fmt.Errorf("something is mounted at %s; unmount it and try again", mounted[0])
	}
	return nil
}

// open gives the device of the nix file system, and opens the container where there is one.
func (r Rescue) open(ctx context.Context) (string, error) {
	if !r.Encrypted {
		return r.Nix, nil
	}
	if opened, err := r.Machine.Opened(layout.Mapper); err != nil || opened {
		return "", errors.Join(fmt.Errorf("cannot open the encrypted partition: /dev/mapper/%s is there already and somebody else's; close it with cryptsetup close %[1]s", layout.Mapper), err)
	}
	if err := r.Machine.take(mapper, layout.Mapper); err != nil {
		return "", err
	}
	c := command.OpenLUKS(r.Nix, layout.Mapper)
	if r.ReadOnly {
		c = command.LookLUKS(r.Nix, layout.Mapper)
	}
	return "/dev/mapper/" + layout.Mapper, r.Machine.unlock(ctx, c, r.Passphrase)
}

// unapplied is what e2fsck says of a file system that was not unmounted. What it complains about then need not be true.
const unapplied = "skipping journal recovery"

// check reads both file systems before anything could make damage worse. Damage of the nix file system lets nothing be written to it.
func (r Rescue) check(ctx context.Context, device string) error {
	result, err := r.Machine.Tools.Run(ctx, tool.Call{Command: command.CheckExt4(device)})
	if stopped := context.Cause(ctx); stopped != nil {
		return stopped
	}
	var bad *tool.Error
	switch {
	case strings.Contains(string(result.Stdout), unapplied), errors.As(err, &bad) && strings.Contains(bad.Tail, unapplied):
		if r.ReadOnly {
			r.Say("The nix file system was not unmounted last time. What its journal holds is left out here, so the newest changes may be missing.")
		} else {
			r.Say("The nix file system was not unmounted last time; its journal is applied as it is mounted.")
		}
	case err != nil && r.ReadOnly:
		r.Say("The nix file system may be damaged: its check did not pass. Copy what you need before you repair it. The check said: %v", err)
	case err != nil:
		return fmt.Errorf("the nix file system may be damaged, since its check did not pass, and writing to it could make that worse; copy what you need after lethe-engine mount --read-only, then repair %s with e2fsck -f: %w", device, err)
	}
	if _, err := r.Machine.Tools.Run(ctx, tool.Call{Command: command.CheckFAT(r.ESP)}); err != nil {
		if stopped := context.Cause(ctx); stopped != nil {
			return stopped
		}
		r.Say("The EFI system partition was not unmounted last time, or is damaged; to repair it: umount %s/boot, fsck.vfat -a %s, and mount it again. The check said: %v", plan.Root, r.ESP, err)
	}
	return nil
}

// mount puts the tree together, and the scratch of nixos-install where it is during an installation.
func (r Rescue) mount(ctx context.Context, device string) error {
	if err := r.Machine.take(tree, plan.Root); err != nil {
		return err
	}
	var options []string
	if r.ReadOnly {
		options = []string{"ro", "noload"}
	}
	nix, boot := plan.Root+"/nix", plan.Root+"/boot"
	for _, m := range []struct {
		at      string
		command command.Command
	}{
		{plan.Root, command.MountTmpfs(plan.Root)},
		{nix, command.Mount("ext4", device, nix, options...)},
		{boot, command.Mount("vfat", r.ESP, boot, append(options[:min(1, len(options))], command.ESPOptions)...)},
	} {
		if err := r.put(ctx, m.at, m.command); err != nil {
			return err
		}
	}
	if r.ReadOnly {
		return nil
	}
	if err := r.Machine.take(folder, plan.Temp); err != nil {
		return err
	}
	return r.Machine.makeFolder(plan.Temp, 0o700)
}

// put mounts something at a folder, which it makes.
func (r Rescue) put(ctx context.Context, at string, c command.Command) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if err := r.Machine.makeFolder(at, plan.ParentMode(at)); err != nil {
		return err
	}
	if _, err := r.Machine.Tools.Run(ctx, tool.Call{Command: c}); err != nil {
		return fmt.Errorf("cannot mount %s: %w", at, err)
	}
	return nil
}

// bind shows the kept folders at their places. What is not there is left out, what lies behind a link too, and that is told; what is below
// another one is there with it.
func (r Rescue) bind(ctx context.Context) ([]string, error) {
	bound := []string{}
	for _, path := range slices.Sorted(slices.Values(r.Keeps(r.Machine.path(plan.Root)))) {
		if slices.ContainsFunc(bound, func(is string) bool { return path == is || strings.HasPrefix(path, is+"/") }) {
			continue
		}
		real, at := plan.Persist+path, plan.Root+path
		err := r.plain(path)
		if errors.Is(err, fs.ErrNotExist) { // it has not been made yet
			continue
		}
		if err != nil {
			r.Say("%s is not shown at its place: %v", path, err)
			continue
		}
		if err := r.put(ctx, at, command.Bind(real, at)); err != nil {
			return nil, err
		}
		bound = append(bound, path)
	}
	return bound, nil
}

// plain tells whether a kept folder is one, with no link on the way to it: mount would follow that out of the system.
func (r Rescue) plain(path string) error {
	if filepath.Clean(path) != path || !filepath.IsAbs(path) || path == "/" {
		return errors.New("that is no absolute path of a folder")
	}
	if path == "/nix" || path == "/boot" || strings.HasPrefix(path, "/nix/") || strings.HasPrefix(path, "/boot/") {
		return errors.New("a file system is mounted there")
	}
	real := r.Machine.path(plan.Persist + path)
	info, err := os.Lstat(real)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return errors.New("what is kept is no folder")
	}
	base, err := filepath.EvalSymlinks(r.Machine.path(plan.Persist))
	if err != nil {
		return err
	}
	resolved, err := filepath.EvalSymlinks(real)
	if err == nil && resolved != base+path {
		err = errors.New("a link lies on the way to it")
	}
	return err
}

// Close writes everything out and lets go of what is held, the newest first. It names what that was.
func (m *Machine) Close(ctx context.Context) ([]string, error) {
	nix := plan.Root + "/nix"
	if err := m.load(); err != nil {
		return nil, err
	}
	mounted, err := m.Mounts(nix)
	if err == nil && slices.Contains(m.things, thing{tree, plan.Root}) && slices.Contains(mounted, nix) {
		_, err = m.Tools.Run(ctx, tool.Call{Command: command.SyncFileSystem(nix)})
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write everything out: %w", err)
	}
	return m.ReleaseLeftovers(ctx)
}
