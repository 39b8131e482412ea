//go:build vm

// Command click measures how long somebody waits between confirming an installation and nixos-install, when the key was derived while
// they were reading: it installs to a disk with the installer's own root side and stops where nixos-install would begin. Everything on
// the disk is lost. It is a part of a measurement and asks nobody.
//
//	click /dev/disk/by-id/… FLAKE-LOCK HEADER
//
// It prints the milliseconds, and writes the first 16 MiB of the encrypted partition to HEADER. It fails where no header was made ahead.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lethe/engine"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/secret"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: click DISK FLAKE-LOCK HEADER")
		os.Exit(2)
	}
	if err := click(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "click:", err)
		os.Exit(1)
	}
}

// errReady ends a run where it has come far enough.
var errReady = errors.New("nixos-install would begin now")

func click(ctx context.Context, path, lock, header string) error {
	host := engine.NewLocal()
	defer host.Close()
	p, err := planFor(ctx, host, path, lock)
	if err != nil {
		return err
	}
	secrets := secret.NewStore()
	defer secrets.Wipe()
	for _, name := range p.Secrets {
		secrets.Put(name, secret.New([]byte("correct horse battery staple")))
	}
	if err := errors.Join(host.Accept(ctx, p), host.Prepare(ctx, p, secrets)); err != nil {
		return err
	}
	if err := read(10 * time.Minute); err != nil {
		return err
	}
	w := &watch{header: header, plan: p, last: time.Now()}
	ctx, w.stop = context.WithCancelCause(ctx)
	began := w.last
	_, err = host.Install(ctx, p, secrets, w)
	switch {
	case w.ready.IsZero():
		return fmt.Errorf("the installation did not come to nixos-install: %w", err)
	case !w.ahead:
		return errors.New("no header was made ahead")
	case w.err != nil:
		return w.err
	}
	fmt.Println(w.ready.Sub(began).Milliseconds())
	return nil
}

// planFor plans what the walkthrough does, with a user.
func planFor(ctx context.Context, host engine.Local, path, lockFile string) (plan.Plan, error) {
	lock, err := os.ReadFile(lockFile)
	if err != nil {
		return plan.Plan{}, err
	}
	facts, err := host.Facts(ctx)
	if err != nil {
		return plan.Plan{}, err
	}
	disk, err := device.Find(facts.Inventory, path)
	if err != nil {
		return plan.Plan{}, err
	}
	wishes, err := config.Preset("walkthrough")
	if err != nil {
		return plan.Plan{}, err
	}
	wishes.Disk.Target, wishes.Desktop.Environment = disk.Path, "none"
	wishes.Users = []config.User{{Name: "ada", Admin: true}}
	return engine.Plan(ctx, disk, engine.Request{
		Wishes: wishes, Lock: lock, Memory: facts.Inventory.Memory, Firmware: facts.Inventory.Firmware,
		Machine: engine.Machine{Hardware: facts.Hardware, Virtualization: facts.Virtualization},
	})
}

// read takes as long as cryptsetup is at work, and a moment more: the user reads what will be lost.
func read(most time.Duration) error {
	quiet, seen := 0, false
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		running := cryptsetupRuns()
		seen = seen || running
		if quiet++; running {
			quiet = 0
		}
		if seen && quiet >= 6 {
			return nil
		}
	}
	return errors.New("the header is not ready, or was never begun")
}

func cryptsetupRuns() bool {
	names, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, name := range names {
		if text, err := os.ReadFile(name); err == nil && strings.TrimSpace(string(text)) == "cryptsetup" {
			return true
		}
	}
	return false
}

// watch stops the run at nixos-install. What each step took goes to standard error.
type watch struct {
	stop   context.CancelCauseFunc
	header string
	plan   plan.Plan
	last   time.Time
	ready  time.Time
	ahead  bool
	err    error
}

// Event looks at what the run says.
func (w *watch) Event(e event.Event) {
	switch {
	case !w.ready.IsZero():
	case e.Kind == event.Log:
		w.ahead = w.ahead || strings.HasPrefix(e.Text, "Wrote the LUKS2 header, made by luksFormat")
		fmt.Fprintln(os.Stderr, e.Text)
	case e.Kind == event.StepDone:
		fmt.Fprintf(os.Stderr, "%s %v\n", e.Step, time.Since(w.last).Round(time.Millisecond))
		w.last = time.Now()
	case e.Kind == event.StepStart && e.Step == string(plan.Install):
		w.ready = time.Now()
		w.err = w.save()
		w.stop(errReady)
	}
}

// save copies the header for others to look at.
func (w *watch) save() error {
	nix, _ := w.plan.Layout.Find(layout.Nix)
	from, err := os.Open("/dev/disk/by-partuuid/" + nix.PartUUID)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.Create(w.header)
	if err != nil {
		return err
	}
	_, err = io.CopyN(to, from, int64(w.plan.Layout.LUKS.DataOffset))
	return errors.Join(err, to.Close())
}
