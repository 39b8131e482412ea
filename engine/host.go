package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/flake"
	"lethe/engine/helper"
	"lethe/engine/plan"
	"lethe/engine/run"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/target"
	"lethe/engine/tool"
)

// StateDir is where a running installation keeps its lock, its journal, its plan and the record of what it holds. It is
// root's alone, holds no secret, and is gone at the next boot.
const StateDir = plan.RunDir

// Local is this machine, worked on by this process, which must be root's.
type Local struct{}

var _ helper.Host = Local{}

// Facts reads every disk itself.
func (Local) Facts(ctx context.Context) (helper.Facts, error) {
	var facts helper.Facts
	if os.Geteuid() != 0 {
		return facts, errors.New("cannot read the disks of this machine: only root can; run this with sudo")
	}
	inventory, err := confirmed(ctx)
	if err != nil {
		return facts, err
	}
	machine, err := InspectMachine(ctx, tool.Exec{}, device.Disk{Identity: device.Identity{Kind: device.KindDisk}})
	if err != nil {
		return facts, err
	}
	facts = helper.Facts{Inventory: inventory, Hardware: machine.Hardware, Virtualization: machine.Virtualization, Leftovers: []string{}}
	lock, err := takeLock()
	if err != nil { // what is held belongs to somebody who is at work
		return facts, nil //nolint:nilerr // and whoever installs is told who that is
	}
	defer lock.Close()
	left, err := thisMachine().Leftovers()
	facts.Leftovers = append(facts.Leftovers, left...)
	return facts, err
}

// confirmed is the inventory as root reads it; with a path, only that disk is read itself.
func confirmed(ctx context.Context, only ...string) (device.Inventory, error) {
	tools := tool.Exec{}
	options := []device.Option{device.WithProber(tool.Blkid{Runner: tools}), device.WithVolumes(tool.LVM{Runner: tools})}
	for _, path := range only {
		options = append(options, device.WithOnly(path))
	}
	return device.Read(ctx, options...)
}

// Accept tells whether a plan may be run now.
func (Local) Accept(ctx context.Context, p plan.Plan) error {
	if err := p.Runnable(); err != nil {
		return err
	}
	if p.Target.Kind != device.KindDisk {
		return errNoDisk(p)
	}
	inventory, err := confirmed(ctx, p.Target.Path)
	if err != nil {
		return err
	}
	disk, err := device.Find(inventory, p.Target.Path)
	if err != nil {
		return err
	}
	if disk.Verdict.State != device.Eligible {
		return fmt.Errorf("cannot install to %s: %s", disk.Path, disk.Verdict.Reason)
	}
	if err := step.SameDisk(p, disk); err != nil {
		return err
	}
	facts := plan.Input{Wishes: p.Wishes, Layout: p.Layout, Memory: inventory.Memory, Firmware: inventory.Firmware}
	for _, f := range plan.Preflight(disk, facts) {
		if f.Severity == flake.Refuse {
			return fmt.Errorf("cannot install to %s: %s", disk.Path, f.Says)
		}
	}
	if missing := (tool.Exec{}).Missing(step.Programs(p)...); len(missing) > 0 {
		return fmt.Errorf("cannot install: programs are missing: %s; start the NixOS live medium, or install them", strings.Join(missing, ", "))
	}
	return nil
}

func errNoDisk(p plan.Plan) error {
	return fmt.Errorf("cannot install to %s: it is no disk of this machine; rehearse on it instead", device.Clean(p.Target.Path))
}

// Install runs the plan. One at a time runs on a machine. Whether it is the confirmed disk, and everything needed is there, is the
// first step's to check, which reads all of it anew.
func (Local) Install(ctx context.Context, p plan.Plan, secrets *secret.Store, sink event.Sink) (result helper.Result, err error) {
	result.State = step.Untouched
	lock, err := takeLock()
	if err != nil {
		return result, err
	}
	defer lock.Close()
	if p.Target.Kind != device.KindDisk {
		return result, errNoDisk(p)
	}
	journal, err := record(p)
	if err != nil {
		return result, err
	}
	runner := run.Runner{For: step.For, Sink: event.Tee(journal, sink), Now: time.Now, Tick: tick}
	done, err := runner.Run(ctx, &step.Env{
		Plan: p, Tools: tool.Exec{}, Machine: thisMachine(), Secrets: secrets, Now: time.Now,
		Open: openTarget, Identify: identify,
	})
	result = helper.Result{State: done.State, Report: done.Report, Millis: done.Elapsed.Milliseconds(), Cancelled: done.Cancelled}
	return result, errors.Join(err, journal.Close())
}

// record keeps the plan and opens the journal.
func record(p plan.Plan) (*run.Journal, error) {
	text, err := p.JSON()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(StateDir, "plan.json"), text, 0o600); err != nil {
		return nil, fmt.Errorf("cannot keep the plan: %w", err)
	}
	journal, err := run.OpenJournal(filepath.Join(StateDir, "journal.jsonl"))
	if err != nil {
		return nil, err
	}
	journal.SyncSteps()
	return journal, nil
}

// Release lets go of what an interrupted installation left: mounts, mapping, swap in memory.
func (Local) Release(ctx context.Context) ([]string, error) {
	lock, err := takeLock()
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	return thisMachine().ReleaseLeftovers(ctx)
}

// Reboot starts the machine again, in order.
func (Local) Reboot(ctx context.Context) error {
	lock, err := takeLock()
	if err != nil {
		return err
	}
	defer lock.Close()
	if _, err := (tool.Exec{}).Run(ctx, tool.Call{Command: command.Reboot()}); err != nil {
		return fmt.Errorf("cannot restart the machine: %w", err)
	}
	return nil
}

// takeLock makes sure that one engine at a time installs on this machine. The lock goes with the process.
func takeLock() (*os.File, error) {
	if err := os.Mkdir(StateDir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("cannot make %s: %w; run this as root", StateDir, err)
	}
	var st unix.Stat_t
	if err := unix.Lstat(StateDir, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFDIR || int(st.Uid) != os.Geteuid() || st.Mode&0o077 != 0 {
		return nil, errors.Join(fmt.Errorf("cannot use %s: it is not a folder of root's alone; remove it and try again", StateDir), err)
	}
	f, err := os.OpenFile(filepath.Join(StateDir, "lock"), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot take the lock: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		holder := make([]byte, 200)
		n, _ := f.ReadAt(holder, 0)
		return nil, errors.Join(fmt.Errorf("cannot begin: another Lethe is at work on this machine (%s); wait for it to end, or stop it", device.Clean(string(holder[:n]))), f.Close())
	}
	who := fmt.Sprintf("process %d, since %s", os.Getpid(), time.Now().Format(time.TimeOnly))
	if err := errors.Join(f.Truncate(0), writeAt(f, who)); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot sign the lock: %w", err), f.Close())
	}
	return f, nil
}

func writeAt(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}

// thisMachine is what steps change besides the disk.
func thisMachine() *step.Machine {
	return &step.Machine{
		Tools: tool.Exec{}, Record: filepath.Join(StateDir, "held.json"),
		Mounts: mountsBelow,
		Active: func(r device.Release) (bool, error) { return r.Active() },
		Opened: func(name string) (bool, error) {
			_, err := os.Lstat(filepath.Join("/dev/mapper", name))
			if errors.Is(err, os.ErrNotExist) {
				return false, nil
			}
			return err == nil, err
		},
	}
}

// mountsBelow lists what is mounted at or below a folder, in the order in which it was mounted.
func mountsBelow(folder string) ([]string, error) {
	infos, err := mountinfo.GetMounts(mountinfo.PrefixFilter(folder))
	if err != nil {
		return nil, err
	}
	var points []string
	for _, info := range infos {
		points = append(points, info.Mountpoint)
	}
	return points, nil
}

// openTarget takes hold of the plan's disk or image.
func openTarget(p plan.Plan) (target.Target, error) {
	if p.Target.Kind == device.KindImage {
		return target.OpenImage(p.Target.Path, p.Layout.SectorSize)
	}
	return target.OpenDevice(p.Target.Path, func(ctx context.Context) error {
		// udev may wait for another device that does not answer; whether this one's partitions are there is looked at anyway.
		_, err := (tool.Exec{}).Run(ctx, tool.Call{Command: command.Settle()})
		if context.Cause(ctx) != nil {
			return err
		}
		return nil
	})
}

// identify reads the disk or image anew.
func identify(ctx context.Context, p plan.Plan) (device.Disk, error) {
	if p.Target.Kind == device.KindImage {
		return Image(ctx, p.Target.Path, p.Layout.SectorSize)
	}
	inventory, err := confirmed(ctx, p.Target.Path)
	if err != nil {
		return device.Disk{}, err
	}
	return device.Find(inventory, p.Target.Path)
}
