package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/moby/sys/mountinfo"

	"lethe/engine"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/run"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/target"
	"lethe/engine/tool"
)

const diskSize = 40 * quantity.GiB

var errWritten = errors.New("the first bytes are written")

// firstByte prints how long an installation takes from the confirmed start until its first step that writes has ended, on a loop
// device of this machine. Everything is the real thing but three: as a loop device is refused as a disk, one of the machine's own
// disks is read where the confirmed one would be; programs that only a NixOS has are looked for and not missed; and the inputs
// count as locked, which else takes what the network takes.
func firstByte(runs int) error {
	const name = "confirmed start to the first bytes written"
	if os.Geteuid() != 0 {
		fmt.Printf("%-44s not measured: only root has loop devices\n", name)
		return nil
	}
	var times []time.Duration
	for range runs {
		elapsed, err := oneFirstByte()
		if err != nil {
			return err
		}
		times = append(times, elapsed)
	}
	fmt.Printf("%-44s %v\n", name, median(times))
	return nil
}

func oneFirstByte() (elapsed time.Duration, err error) {
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
	p, err := engine.Plan(context.Background(), disk, engine.Request{
		Wishes: config.Config{Version: config.Version, Encryption: config.Encryption{Enable: true}, Swap: config.Swap{Mode: config.SwapRandomKey}, Users: []config.User{{Name: "ada", Admin: true}}},
		Memory: 16 * quantity.GiB, Firmware: device.Firmware{UEFI: true, Bits: 64, Writable: true},
	})
	if err != nil {
		return 0, err
	}
	return untilWritten(p, disk, folder)
}

// untilWritten runs a plan until its first step that writes has ended, and undoes it.
func untilWritten(p plan.Plan, disk device.Disk, folder string) (time.Duration, error) {
	own, err := ownDisk()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	text, err := p.JSON()
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(filepath.Join(folder, "plan.json"), text, 0o600); err != nil {
		return 0, err
	}
	journal, err := run.OpenJournal(filepath.Join(folder, "journal.jsonl"))
	if err != nil {
		return 0, err
	}
	defer journal.Close()
	journal.SyncSteps()
	clock := &stopwatch{}
	runner := run.Runner{For: clock.step, Sink: event.Tee(journal, event.SinkFunc(func(event.Event) {})), Now: time.Now}
	secrets := secret.NewStore()
	defer secrets.Wipe()
	for _, name := range p.Secrets {
		secrets.Put(name, secret.New([]byte(passphrase)))
	}
	_, err = runner.Run(context.Background(), &step.Env{
		Plan: p, Tools: unmissed{}, Secrets: secrets, Now: time.Now,
		Machine: &step.Machine{
			Tools: tool.Exec{}, Record: filepath.Join(folder, "held.json"),
			Mounts: func(below string) ([]string, error) {
				_, err := mountinfo.GetMounts(mountinfo.PrefixFilter(below))
				return nil, err
			},
			Opened: func(string) (bool, error) { return false, nil },
		},
		Open: func(p plan.Plan) (target.Target, error) {
			return target.OpenDevice(p.Target.Path, func(context.Context) error { return nil })
		},
		Identify: func(ctx context.Context, _ plan.Plan) (device.Disk, error) {
			_, err := readDisk(ctx, own)
			return disk, err
		},
	})
	if !errors.Is(err, errWritten) {
		return 0, fmt.Errorf("the installation did not come to its first write: %w", err)
	}
	return clock.written.Sub(start), nil
}

// stopwatch notes when the first step that writes has ended, and lets nothing follow it.
type stopwatch struct {
	written time.Time
	writes  bool
}

func (s *stopwatch) step(p plan.Step) (step.Doer, error) {
	if p.Kind == plan.Lock {
		return nothing{}, nil
	}
	doer, err := step.For(p)
	return &timedStep{doer, s, p.Kind}, err
}

type timedStep struct {
	step.Doer
	watch *stopwatch
	kind  plan.Kind
}

// Do runs the step, or refuses what comes after the first write.
func (t *timedStep) Do(ctx context.Context, e *step.Env) error {
	if t.watch.writes {
		return errWritten
	}
	err := t.Doer.Do(ctx, e)
	if t.kind == plan.Wipe {
		t.watch.written, t.watch.writes = time.Now(), true
	}
	return err
}

// unmissed looks for programs and misses none.
type unmissed struct{ tool.Exec }

// Missing looks as long as the real one does.
func (u unmissed) Missing(programs ...string) []string {
	u.Exec.Missing(programs...)
	return nil
}

// nothing is a step that was done before.
type nothing struct{}

func (nothing) Do(context.Context, *step.Env) error   { return nil }
func (nothing) Undo(context.Context, *step.Env) error { return nil }

// loop makes a loop device of a sparse file.
func loop(file string) (string, error) {
	f, err := os.Create(file)
	if err != nil {
		return "", err
	}
	if err := errors.Join(f.Truncate(int64(diskSize)), f.Close()); err != nil {
		return "", err
	}
	out, err := exec.Command("losetup", "--find", "--show", "--partscan", file).Output()
	if err != nil {
		return "", fmt.Errorf("cannot make a loop device: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// loopDisk describes a loop device as the disk that it stands for.
func loopDisk(path string) (device.Disk, error) {
	opened, err := target.OpenDevice(path, func(context.Context) error { return nil })
	if err != nil {
		return device.Disk{}, err
	}
	defer opened.Release() //nolint:errcheck // it was only read
	facts, err := opened.Facts()
	if err != nil {
		return device.Disk{}, err
	}
	table, _, hash, err := device.ReadTable(opened.Disk(), facts.Bytes, facts.Logical)
	if err != nil {
		return device.Disk{}, err
	}
	return device.Disk{
		Identity: device.Identity{
			Kind: device.KindDisk, Path: path, Bytes: facts.Bytes, Logical: quantity.Bytes(facts.Logical), DiskSeq: facts.DiskSeq, TableHash: hash, Serial: "benchmark",
		},
		Name: filepath.Base(path), Number: facts.Number, Grade: device.Confirmed, Table: table,
		Topology: device.Topology{Logical: quantity.Bytes(facts.Logical), Physical: quantity.Bytes(facts.Logical)},
		Verdict:  device.Verdict{State: device.Eligible},
	}, nil
}

// ownDisk is the path of a disk of this machine.
func ownDisk() (string, error) {
	inventory, err := device.Read(context.Background())
	if err != nil {
		return "", err
	}
	if len(inventory.Disks) == 0 {
		return "", errors.New("this machine has no disk to read")
	}
	return inventory.Disks[0].Path, nil
}

// readDisk reads a disk as an installation does.
func readDisk(ctx context.Context, path string) (device.Inventory, error) {
	tools := tool.Exec{}
	return device.Read(ctx, device.WithProber(tool.Blkid{Runner: tools}), device.WithVolumes(tool.LVM{Runner: tools}), device.WithOnly(path))
}
