package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lethe/engine"
	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/flake"
	"lethe/engine/key"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/run"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/target"
	"lethe/engine/tool"
)

// passwordOfAda is the only one that is hashed.
const passwordOfAda = "battery staple"

// byPartUUID is where the kernel's partitions are found by PARTUUID.
const byPartUUID = "/dev/disk/by-partuuid"

var errReady = errors.New("nixos-install would begin now")

// click prints how long somebody waits between confirming an installation and nixos-install, with the key derived and the password hashed while they
// were reading, beside the walkthrough's commands with cryptsetup's own choice of the cost. Neither side has a device-mapper here: opening is
// proving the passphrase by hand and the volume key here, mkfs.ext4 works on a file as large as the container's inside, and nothing is mounted.
// The whole of it is measured in a virtual machine (make bench-vm), where programs start a hundred times slower.
func click(runs int) error {
	const name = "confirmed start to nixos-install"
	if os.Geteuid() != 0 {
		fmt.Printf("%-44s not measured: only root has loop devices\n", name)
		return nil
	}
	var ours, theirs []time.Duration
	for range runs {
		elapsed, err := oneClick()
		if err != nil {
			return err
		}
		ours = append(ours, elapsed)
		if elapsed, err = walk(command.KDF{}); err != nil {
			return err
		}
		theirs = append(theirs, elapsed)
	}
	fmt.Printf("%-44s %v, walkthrough %v, ratio %.3f\n", name, median(ours), median(theirs), float64(median(ours))/float64(median(theirs)))
	return nil
}

func oneClick() (elapsed time.Duration, err error) {
	folder, err := os.MkdirTemp("", "lethe-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	path, err := loop(filepath.Join(folder, "disk.img"))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, exec.Command("losetup", "--detach", path).Run()) }()
	disk, err := loopDisk(path)
	if err != nil {
		return 0, err
	}
	wishes, err := config.Preset("walkthrough")
	if err != nil {
		return 0, err
	}
	wishes.Desktop.Environment, wishes.Users = "none", []config.User{{Name: "ada", Admin: true}}
	p, err := engine.Plan(context.Background(), disk, engine.Request{
		Wishes: wishes, Memory: 16 * quantity.GiB, Firmware: device.Firmware{UEFI: true, Bits: 64, Writable: true},
	})
	if err != nil {
		return 0, err
	}
	secrets := secret.NewStore()
	defer secrets.Wipe()
	secrets.Put(command.Passphrase, secret.New([]byte(passphrase)))
	secrets.Put(plan.PasswordSecret("ada"), secret.New([]byte(passwordOfAda)))
	return afterReading(p, disk, secrets, folder)
}

// afterReading prepares what is prepared while the user reads, and measures from there.
func afterReading(p plan.Plan, disk device.Disk, secrets *secret.Store, folder string) (time.Duration, error) {
	typed, _ := secrets.Get(command.Passphrase)
	password, _ := secrets.Get(plan.PasswordSecret("ada"))
	keeper := key.NewKeeper(tool.Exec{})
	defer keeper.Discard()
	logins := key.NewLogins(func(text []byte) ([]byte, error) { return flake.HashPassword(text, rand.Reader) })
	defer logins.Discard()
	if err := errors.Join(keeper.Begin(p, typed), logins.Begin("ada", password, keeper.Ended())); err != nil {
		return 0, err
	}
	select {
	case <-keeper.Ended():
	case <-time.After(time.Minute):
		return 0, errors.New("the machine is too busy for a key derivation to be measured")
	}
	time.Sleep(time.Second) // the password is hashed
	own, err := ownDisk()
	if err != nil {
		return 0, err
	}
	paths := udev{path: p.Target.Path}
	defer paths.remove()

	start := time.Now()
	ahead := keeper.Take(p, typed)
	defer ahead.Discard()
	if _, err := ahead.Wait(context.Background()); err != nil {
		return 0, fmt.Errorf("no header was made ahead: %w", err)
	}
	journal, err := run.OpenJournal(filepath.Join(folder, "journal.jsonl"))
	if err != nil {
		return 0, err
	}
	defer journal.Close()
	journal.SyncSteps()
	tools := unmapped{inside: filepath.Join(folder, "inner.part"), plan: p}
	end := &finish{}
	_, err = run.Runner{For: end.step, Sink: event.Tee(journal, event.SinkFunc(func(event.Event) {})), Now: time.Now}.Run(context.Background(), &step.Env{
		Plan: p, Tools: tools, Secrets: secrets, Now: time.Now, Ahead: ahead, Logins: logins,
		Machine: &step.Machine{
			Chroot: folder, Tools: tools, Record: filepath.Join(folder, "held.json"),
			Mounts: func(string) ([]string, error) { return nil, nil },
			Opened: func(string) (bool, error) { return false, nil },
		},
		Open: func(p plan.Plan) (target.Target, error) {
			return target.OpenDevice(p.Target.Path, func(context.Context) error { return paths.make(p) })
		},
		Identify: func(ctx context.Context, _ plan.Plan) (device.Disk, error) {
			_, err := readDisk(ctx, own)
			return disk, err
		},
	})
	if !errors.Is(err, errReady) {
		return 0, fmt.Errorf("the installation did not come to nixos-install: %w", err)
	}
	return end.at.Sub(start), nil
}

// finish notes when nixos-install would begin.
type finish struct{ at time.Time }

func (f *finish) step(p plan.Step) (step.Doer, error) {
	switch p.Kind {
	case plan.Lock:
		return nothing{}, nil
	case plan.Install:
		return f, nil
	}
	return step.For(p)
}

// Do ends the run.
func (f *finish) Do(context.Context, *step.Env) error {
	f.at = time.Now()
	return errReady
}

// Undo has nothing to undo.
func (*finish) Undo(context.Context, *step.Env) error { return nil }

// unmapped runs programs where there is no device-mapper, and mounts nothing.
type unmapped struct {
	unmissed
	inside string // stands for the inside of the container
	plan   plan.Plan
}

// Run changes what would need it.
func (u unmapped) Run(ctx context.Context, call tool.Call) (tool.Result, error) {
	c := &call.Command
	switch {
	case c.Name == "mount" || c.Name == "umount":
		return tool.Result{}, nil
	case c.Name == "cryptsetup" && c.Args[0] == "open":
		c.Args = append([]string{"open", "--test-passphrase"}, c.Args[1:len(c.Args)-1]...)
	case c.Name == "mkfs.ext4":
		luks, err := os.Create(u.inside)
		if err != nil {
			return tool.Result{}, err
		}
		if err := errors.Join(luks.Truncate(int64(u.size())), luks.Close()); err != nil {
			return tool.Result{}, err
		}
		c.Args = append(slices.Clone(c.Args[:len(c.Args)-1]), u.inside)
	}
	return u.Exec.Run(ctx, call)
}

// size is that of the container's inside.
func (u unmapped) size() quantity.Bytes {
	l := u.plan.Layout
	for _, p := range l.Partitions {
		if p.Role == "nix" {
			return l.SectorSize.Of(p.Sectors()) - l.LUKS.DataOffset
		}
	}
	return 0
}

// udev are the links that udev would make, where there is none.
type udev struct {
	path string
	made []string
}

// make links to the partitions of a loop device.
func (l *udev) make(p plan.Plan) error {
	if err := os.MkdirAll(byPartUUID, 0o755); err != nil { //nolint:gosec // as udev does
		return err
	}
	for _, part := range p.Layout.Partitions {
		link := filepath.Join(byPartUUID, strings.ToLower(part.PartUUID))
		if _, err := os.Lstat(link); err == nil {
			continue
		}
		if err := os.Symlink(fmt.Sprintf("%sp%d", l.path, part.Number), link); err != nil {
			return err
		}
		l.made = append(l.made, link)
	}
	return nil
}

func (l *udev) remove() {
	for _, link := range l.made {
		_ = os.Remove(link)
	}
}
