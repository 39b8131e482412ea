package run_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/quantity"
	"lethe/engine/run"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/target"
)

// body is a disk as a thing that can be held: what it is called, and where it is plugged in, may change.
type body struct {
	file   string
	model  string
	serial string
	bytes  quantity.Bytes
	// What the kernel says of it since it was plugged in last.
	number  string
	diskSeq uint64
	opened  []*os.File // go dead when it is pulled out
}

// cabinet is a machine whose disks are swapped while an installation is under way. Places have names; bodies lie in them.
type cabinet struct {
	names  []string
	bodies []*body
	next   uint64 // sequence number
}

// in is the body in a place.
func (c *cabinet) in(name string) (*body, error) {
	for i, is := range c.names {
		if is == name {
			return c.bodies[i], nil
		}
	}
	return nil, os.ErrNotExist
}

// pull takes a body out and puts it in again: the kernel sees a new disk.
func (c *cabinet) pull(b *body) error {
	var problems []error
	for _, f := range b.opened {
		problems = append(problems, f.Close())
	}
	b.opened = nil
	c.next++
	b.diskSeq = c.next
	return errors.Join(problems...)
}

// upheavals are what can happen to disks, each to two of them.
var upheavals = map[string]func(c *cabinet, i, j int) error{
	"nothing":           func(*cabinet, int, int) error { return nil },
	"names are swapped": func(c *cabinet, i, j int) error { c.names[i], c.names[j] = c.names[j], c.names[i]; return nil },
	"bodies change places": func(c *cabinet, i, j int) error {
		err := errors.Join(c.pull(c.bodies[i]), c.pull(c.bodies[j]))
		c.bodies[i], c.bodies[j] = c.bodies[j], c.bodies[i]
		c.bodies[i].number, c.bodies[j].number = c.bodies[j].number, c.bodies[i].number
		return err
	},
	"one is pulled out and put in again": func(c *cabinet, i, _ int) error { return c.pull(c.bodies[i]) },
	"one grows": func(c *cabinet, i, _ int) error {
		c.bodies[i].bytes += quantity.MiB
		return os.Truncate(c.bodies[i].file, int64(c.bodies[i].bytes))
	},
	"somebody writes another table": func(c *cabinet, i, _ int) error {
		f, err := os.OpenFile(c.bodies[i].file, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteAt([]byte{byte(c.next), 1}, 1024)
		return errors.Join(err, f.Close())
	},
}

// identify is what is found in a place.
func (c *cabinet) identify(name string) (device.Disk, error) {
	b, err := c.in(name)
	if err != nil {
		return device.Disk{}, err
	}
	d := device.Disk{
		Identity: device.Identity{
			Kind: device.KindDisk, Path: name, Model: b.model, Serial: b.serial, ByID: []string{}, ByPath: []string{"slot-" + filepath.Base(name)},
			Bytes: b.bytes, Logical: 512, DiskSeq: b.diskSeq,
		},
		Grade: device.Confirmed, Name: filepath.Base(name), Number: b.number, Topology: device.Topology{Logical: 512, Physical: 512},
		Table: device.Table{Kind: device.TableGPT}, Verdict: device.Verdict{State: device.Eligible}, Release: []device.Release{},
	}
	f, err := os.Open(b.file)
	if err != nil {
		return d, err
	}
	defer f.Close()
	_, _, d.TableHash, err = device.ReadTable(f, b.bytes, 512)
	return d, err
}

// bodyTarget is a body that is held open, whatever its place is called by now.
type bodyTarget struct {
	disk
	body *body
}

func (b *bodyTarget) Facts() (target.Facts, error) {
	if _, err := b.file.Stat(); err != nil {
		return target.Facts{}, err
	}
	return target.Facts{Number: b.body.number, Bytes: b.body.bytes, Logical: 512, DiskSeq: b.body.diskSeq}, nil
}

func (b *bodyTarget) Release() error {
	if err := b.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// Partition lets nothing be written but through the open disk.
func (b *bodyTarget) Partition(_ context.Context, p layout.Partition, _ target.Access, do func(string) error) error {
	if _, err := b.file.WriteAt([]byte("formatted"), int64(p.First)*512); err != nil {
		return err
	}
	return do("/dev/disk/by-partuuid/" + p.PartUUID)
}

// open takes hold of what is in a place now.
func (c *cabinet) open(p plan.Plan) (target.Target, error) {
	b, err := c.in(p.Target.Path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(b.file, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	b.opened = append(b.opened, f)
	return &bodyTarget{disk: disk{file: f}, body: b}, nil
}

// newCabinet has disks of which some cannot be told apart by anything that is written on them.
func newCabinet(t *rapid.T, folder string) *cabinet {
	c := &cabinet{next: 10}
	alike := rapid.Bool().Draw(t, "alike")
	for i := range rapid.IntRange(2, 4).Draw(t, "disks") {
		b := &body{file: filepath.Join(folder, fmt.Sprintf("body-%d", i)), model: "ACME", serial: "S", bytes: plantest.Size, number: fmt.Sprintf("259:%d", i)}
		if !alike {
			b.serial = fmt.Sprintf("S%d", i)
			b.bytes += quantity.Bytes(rapid.IntRange(0, 2).Draw(t, "more")) * quantity.MiB
		}
		c.next++
		b.diskSeq = c.next
		c.names = append(c.names, fmt.Sprintf("/dev/nvme%dn1", i))
		c.bodies = append(c.bodies, b)
		text := strings.Repeat("precious ", 1000)
		if err := errors.Join(os.WriteFile(b.file, []byte(text), 0o600), os.Truncate(b.file, int64(b.bytes))); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// plan confirms the disk in the first place.
func (c *cabinet) plan(t *testing.T, encrypt bool) plan.Plan {
	t.Helper()
	found, err := c.identify(c.names[0])
	if err != nil {
		t.Fatal(err)
	}
	found.Table = device.Table{Kind: device.TableNone}
	wishes := plantest.Wishes(encrypt, "")
	wishes.Desktop.Environment, wishes.Users = "none", []config.User{{Name: "ada", Admin: true}}
	return plantest.For(t, found, wishes)
}

// install runs until the new system would be mounted, while things happen before some steps.
func (c *cabinet) install(t *testing.T, p plan.Plan, happens func(when string) error) (run.Result, error) {
	t.Helper()
	m := &machine{root: filepath.Dir(c.bodies[0].file) + "/root", mappers: map[string]bool{}}
	if err := os.Mkdir(m.root, 0o700); err != nil {
		t.Fatal(err)
	}
	secrets := secret.NewStore()
	defer secrets.Wipe()
	secrets.Put(command.Passphrase, secret.New([]byte(plantest.Passphrase)))
	secrets.Put(plan.PasswordSecret("ada"), secret.New([]byte(typedPassword)))
	tools := m.tools()
	env := &step.Env{
		Plan: p, Tools: tools, Secrets: secrets, Now: time.Now,
		Machine: &step.Machine{Chroot: m.root, Tools: tools, Record: filepath.Join(m.root, "held.json"), Mounts: m.below, Opened: m.opened, Active: m.active},
		Open: func(p plan.Plan) (target.Target, error) {
			if err := happens("open"); err != nil {
				return nil, err
			}
			return c.open(p)
		},
		Identify: func(_ context.Context, p plan.Plan) (found device.Disk, err error) {
			if err := happens("identify"); err != nil {
				return found, err
			}
			if found, err = c.identify(p.Target.Path); err == nil {
				found.Table = device.Table{Kind: device.TableNone}
			}
			return found, errors.Join(err, happens("identified"))
		},
	}
	runner := run.Runner{Sink: &event.Recorder{}, Now: time.Now, For: func(s plan.Step) (step.Doer, error) {
		real, err := step.For(s)
		return wrapped{real, func(ctx context.Context, e *step.Env, real step.Doer) error {
			if err := happens(s.ID); err != nil {
				return err
			}
			if s.Kind == plan.Mount {
				return errBroken
			}
			return real.Do(ctx, e)
		}}, err
	}}
	return runner.Run(t.Context(), env)
}

// moments are when disks may be swapped: between the confirmation, each look and each write.
var moments = []string{"check", "open", "identify", "identified", "memory", "wipe", "partition", "encrypt", "format-esp", "format-nix", "mount"}

// TestShuffledDisks swaps names, numbers, sizes and bodies of disks between the plan, the checks and the writes. Not one byte may ever
// reach a disk that was not confirmed. -rapid.checks=N is how many runs there are.
func TestShuffledDisks(t *testing.T) {
	runs, written := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		runs++
		folder, err := os.MkdirTemp(t.TempDir(), "cabinet-")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(folder)
		c := newCabinet(r, folder)
		p := c.plan(t, rapid.Bool().Draw(r, "encrypt"))
		confirmed := c.bodies[0]
		script := map[string]string{}
		for range rapid.IntRange(0, 3).Draw(r, "upheavals") {
			script[rapid.SampledFrom(moments).Draw(r, "when")] = rapid.SampledFrom(slices.Sorted(maps.Keys(upheavals))).Draw(r, "what")
		}
		i := rapid.IntRange(0, len(c.bodies)-1).Draw(r, "one")
		j := (i + rapid.IntRange(1, len(c.bodies)-1).Draw(r, "other")) % len(c.bodies)
		stamps := map[*body][32]byte{}
		for _, b := range c.bodies {
			stamps[b] = plantest.Digest(t, b.file)
		}
		others := func() {
			for n, b := range c.bodies {
				if b != confirmed && plantest.Digest(t, b.file) != stamps[b] {
					r.Errorf("%s, which was not confirmed, was written to (%v)", c.names[n], script)
				}
			}
		}
		result, err := c.install(t, p, func(when string) error {
			others()
			what, ok := script[when]
			if !ok {
				return nil
			}
			err := upheavals[what](c, i, j)
			for _, b := range c.bodies { // what happened is not the engine's doing
				if b != confirmed {
					stamps[b] = plantest.Digest(t, b.file)
				}
			}
			return err
		})
		others()
		if err == nil {
			r.Errorf("a run that was to break off did not: %s", result.State)
		}
		if result.State == step.Untouched {
			return
		}
		written++
	})
	t.Logf("%d runs; %d of them wrote to the confirmed disk; 0 bytes to another", runs, written)
	if written == 0 || written == runs {
		t.Errorf("%d of %d runs wrote: the test proves nothing", written, runs)
	}
}
