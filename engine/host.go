package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/moby/sys/mountinfo"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/flake"
	"lethe/engine/helper"
	"lethe/engine/key"
	"lethe/engine/lockfile"
	"lethe/engine/persist/keep"
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

// Local is this machine, worked on by this process, which must be root's. The zero value is ready.
type Local struct {
	// Folder takes the place of [StateDir].
	Folder string
	// System is what is looked at, kept and forgotten; the zero value is the running system as Lethe installs it.
	System keep.Place
	ahead  *key.Keeper // nil where nothing is prepared, as are the logins; see [NewLocal]
	logins *key.Logins
}

var _ helper.Host = Local{}

// Facts reads every disk itself.
func (l Local) Facts(ctx context.Context) (helper.Facts, error) {
	var facts helper.Facts
	if os.Geteuid() != 0 {
		return facts, errors.New("cannot read the disks of this machine: only root can; run this with sudo")
	}
	inventory, err := l.settled(ctx)
	if err != nil {
		return facts, err
	}
	machine, err := InspectMachine(ctx, tool.Exec{}, device.Disk{Identity: device.Identity{Kind: device.KindDisk}})
	if err != nil {
		return facts, err
	}
	facts = helper.Facts{Inventory: inventory, Hardware: machine.Hardware, Virtualization: machine.Virtualization, Leftovers: []string{}, Unfinished: []helper.Unfinished{}}
	if facts.Running, err = l.running(); err != nil || facts.Running != nil {
		return facts, err // what is held belongs to somebody who is at work
	}
	facts.Unfinished = l.unfinished(inventory)
	left, err := l.machine().Leftovers()
	facts.Leftovers = append(facts.Leftovers, left...)
	return facts, err
}

// settled reads the disks, anew where another engine ended meanwhile: what that held is in nobody's way any more.
func (l Local) settled(ctx context.Context) (device.Inventory, error) {
	for {
		before, err := l.running()
		if err != nil {
			return device.Inventory{}, err
		}
		inventory, err := confirmed(ctx)
		if err != nil || before == nil {
			return inventory, err
		}
		if after, err := l.running(); err != nil || after != nil {
			return inventory, err
		}
	}
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
func (l Local) Accept(ctx context.Context, p plan.Plan) error {
	l.ahead.Keep(p)
	if err := l.free(); err != nil {
		return err
	}
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
	facts := plan.Input{Wishes: p.Wishes, Layout: p.Layout, Memory: inventory.Memory, Firmware: inventory.Firmware, Power: Power(), Clock: clock(p)}
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
// first step's to check, which reads all of it anew. Meanwhile the machine is kept awake.
func (l Local) Install(ctx context.Context, p plan.Plan, secrets *secret.Store, sink event.Sink) (helper.Result, error) {
	if p.Target.Kind != device.KindDisk {
		return helper.Result{State: step.Untouched}, errNoDisk(p)
	}
	ahead := l.prepared(p, secrets)
	defer l.logins.Discard()
	defer ahead.Discard()
	return l.work(ctx, sink, l.environment(p, secrets, ahead))
}

// environment is what the steps of a plan for a disk work with.
func (l Local) environment(p plan.Plan, secrets *secret.Store, ahead *key.Work) *step.Env {
	env := &step.Env{
		Plan: p, Tools: tool.Exec{}, Machine: l.machine(), Secrets: secrets, Now: time.Now, Ahead: ahead, Logins: l.logins,
		Open: openTarget, Identify: identify, Earliest: earliest(p),
	}
	ahead.Watch(tool.Silence, stalledIn(env))
	return env
}

// stalledIn asks what the run of env asks of a silent program.
func stalledIn(env *step.Env) func(program string, silent time.Duration) {
	return func(program string, silent time.Duration) {
		if watched, ok := env.Tools.(tool.Watchdog); ok {
			watched.Tell(program, silent)
		}
	}
}

// work runs a plan under the lock, with a journal, while the machine is kept awake.
func (l Local) work(ctx context.Context, sink event.Sink, env *step.Env) (result helper.Result, err error) {
	result.State = step.Untouched
	lock, err := l.lock(titleOf(env.Plan))
	if err != nil {
		return result, fmt.Errorf("%w\n%s", err, step.Untouched.Sentence())
	}
	defer lock.Close()
	journal, err := l.record(env.Plan, lock)
	if err != nil {
		return result, fmt.Errorf("%w\n%s", err, step.Untouched.Sentence())
	}
	sleepy, letSleep := keepAwake(ctx)
	defer letSleep()
	keeper := run.Keeper{Journal: journal, Plan: env.Plan, Nix: plan.Root + "/nix", Sync: run.SyncFileSystem}
	runner := run.Runner{For: keeper.For(step.For), Sink: event.Tee(journal, sink), Now: time.Now, Tick: tick, Notes: sleepy, Silence: tool.Silence}
	done, err := runner.Run(ctx, env)
	result = helper.Result{State: done.State, Report: done.Report, Millis: done.Elapsed.Milliseconds(), Cancelled: done.Cancelled, Next: done.Next}
	return result, errors.Join(err, journal.Close())
}

// record keeps the plan and opens the journal. Those of the runs before stay under other names.
func (l Local) record(p plan.Plan, lock *lockfile.Lock) (*run.Journal, error) {
	text, err := p.JSON()
	if err != nil {
		return nil, err
	}
	if err := l.rotate(); err != nil {
		return nil, err
	}
	if err := os.WriteFile(l.path(run.PlanFile), text, 0o600); err != nil {
		return nil, fmt.Errorf("cannot keep the plan: %w", err)
	}
	journal, err := run.OpenJournal(l.path(journalName))
	if err != nil {
		return nil, err
	}
	journal.SyncSteps()
	if err := lock.Journal(l.path(journalName)); err != nil {
		return nil, errors.Join(err, journal.Close())
	}
	return journal, nil
}

// Release lets go of what an interrupted installation left: mounts, mapping, swap in memory.
func (l Local) Release(ctx context.Context) ([]string, error) {
	lock, err := l.lock("letting go of what an interrupted installation left")
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	return l.machine().ReleaseLeftovers(ctx)
}

// Reboot starts the machine again, in order.
func (l Local) Reboot(ctx context.Context) error {
	lock, err := l.lock("starting the machine again")
	if err != nil {
		return err
	}
	defer lock.Close()
	if _, err := (tool.Exec{}).Run(ctx, tool.Call{Command: command.Reboot()}); err != nil {
		return fmt.Errorf("cannot restart the machine: %w", err)
	}
	return nil
}

// machine is what steps change besides the disk.
func (l Local) machine() *step.Machine {
	return &step.Machine{
		Tools: tool.Exec{}, Record: l.path("held.json"),
		Mounts: mountsBelow,
		Active: func(r device.Release) (bool, error) { return r.Active() },
		// The kernel says so: where udev could not write to a full /run, its link outlives a mapping.
		Opened: func(name string) (bool, error) { return device.Release{Kind: "dm", Name: name}.Active() },
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
