package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/step"
)

// Rescuable is a disk with partitions as Lethe makes them. Whether a system is on it stands inside, where [Local.Mount] looks.
type Rescuable struct {
	Disk      string // its path now
	Title     string // for people
	Encrypted bool
}

// Rescue asks for an installed system to be opened.
type Rescue struct {
	Disk string // its path
	// Passphrase opens the disk where it is encrypted.
	Passphrase *secret.Secret
	// ReadOnly lets nothing be written to the disk.
	ReadOnly bool
	// Say is told what the user should know.
	Say func(text string)
}

// Rescued is an installed system that was opened. It stays so until [Local.Unmount].
type Rescued struct {
	Disk string
	Root string   // where its tree is
	Host string   // its name; empty where nothing says it
	Kept []string // the folders that the system keeps, which are bound to their places
	// Planned tells that the plan of its installation is on the disk and names these very partitions.
	Planned bool
}

// Rescuable lists the disks that [Local.Mount] could open. With a path only that disk is looked at, and the error says why it is none.
func (l Local) Rescuable(ctx context.Context, path string) ([]Rescuable, error) {
	if err := onlyRoot("read the disks of this machine"); err != nil {
		return nil, err
	}
	if err := l.free(); err != nil {
		return nil, err
	}
	left, err := l.machine().Leftovers()
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("cannot open another system: %s is held already; let go of it with lethe-engine unmount", strings.Join(left, " and "))
	}
	if err != nil {
		return nil, err
	}
	inventory, err := confirmed(ctx)
	if err != nil {
		return nil, err
	}
	return rescuable(inventory, path)
}

// rescuable is [Local.Rescuable] for an inventory.
func rescuable(inventory device.Inventory, path string) ([]Rescuable, error) {
	disks := inventory.Disks
	if path != "" {
		d, err := device.Find(inventory, path)
		if err != nil {
			return nil, err
		}
		disks = []device.Disk{d}
	}
	list := []Rescuable{}
	for _, d := range disks {
		_, _, encrypted, err := layout.Installed(d)
		if err == nil {
			list = append(list, Rescuable{Disk: d.Path, Title: titleOfDisk(d), Encrypted: encrypted})
		} else if path != "" {
			return nil, cannotOpen(d, err)
		}
	}
	return list, nil
}

// Mount opens an installed system below /mnt, as an installation mounts it. Nothing is written to a disk that is not recognised, first
// by its partitions and then from within, by the plan or the configuration that is on it. What is taken stays when this process ends,
// and is noted for [Local.Unmount].
func (l Local) Mount(ctx context.Context, r Rescue) (Rescued, error) {
	if err := onlyRoot("open an installed system"); err != nil {
		return Rescued{}, err
	}
	lock, err := l.lock("opening the system on " + device.Clean(r.Disk))
	if err != nil {
		return Rescued{}, err
	}
	defer lock.Close()
	inventory, err := confirmed(ctx)
	if err != nil {
		return Rescued{}, err
	}
	return r.open(ctx, l.machine(), inventory)
}

// open does it on a machine.
func (r Rescue) open(ctx context.Context, machine *step.Machine, inventory device.Inventory) (Rescued, error) {
	d, err := device.Find(inventory, r.Disk)
	if err != nil {
		return Rescued{}, err
	}
	esp, nix, encrypted, err := layout.Installed(d)
	if err == nil {
		err = r.usable(d)
	}
	if err == nil && encrypted && r.Passphrase == nil {
		err = errors.New("it is encrypted, and the passphrase was not given")
	}
	if err != nil {
		return Rescued{}, cannotOpen(d, err)
	}
	say := r.Say
	if say == nil {
		say = func(string) {}
	}
	look := looking{disk: d, esp: esp, nix: nix, say: say}
	kept, err := step.Rescue{
		Machine: machine, ESP: node(esp), Nix: node(nix), Encrypted: encrypted, Passphrase: r.Passphrase, ReadOnly: r.ReadOnly,
		Recognise: look.recognise, Keeps: look.keeps,
		Say: func(format string, args ...any) { say(fmt.Sprintf(format, args...)) },
	}.Open(ctx)
	if err != nil {
		return Rescued{}, cannotOpen(d, err)
	}
	return Rescued{Disk: d.Path, Root: plan.Root, Host: look.host, Kept: kept, Planned: look.planned != nil}, nil
}

// usable tells whether nobody else uses a disk. One that is write-protected can be looked at all the same.
func (r Rescue) usable(d device.Disk) error {
	protected := d.ReadOnly && len(d.Reasons) == 1
	switch {
	case protected && r.ReadOnly:
	case protected:
		return errors.New("it is write-protected; say --read-only to look at it")
	case d.Verdict.State != device.Eligible:
		return errors.New(device.Clean(d.Verdict.Reason))
	}
	if len(d.Release) > 0 {
		return fmt.Errorf("%s is in use; close it and try again", device.Clean(d.Release[0].Says))
	}
	return nil
}

// Unmount writes everything out and lets go of what [Local.Mount], or an interrupted installation, left: it names that, which may be nothing.
func (l Local) Unmount(ctx context.Context) ([]string, error) {
	if err := onlyRoot("let go of an installed system"); err != nil {
		return nil, err
	}
	lock, err := l.lock("letting go of an installed system")
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	return l.machine().Close(ctx)
}

func onlyRoot(what string) error {
	if os.Geteuid() == 0 {
		return nil
	}
	return fmt.Errorf("cannot %s: only root can; run this with sudo", what)
}

func cannotOpen(d device.Disk, err error) error {
	return fmt.Errorf("cannot open the system on %s: %w", device.Clean(d.Path), err)
}

// node is the device of a partition.
func node(p device.Partition) string { return "/dev/" + strings.ReplaceAll(p.Name, "!", "/") }
