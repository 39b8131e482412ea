package main

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/plan"
)

// TestContinueAfterFailure fails in nixos-install, and goes on from there.
func TestContinueAfterFailure(t *testing.T) {
	s := newStand(t, true)
	broken := true
	s.engine.pause = func(_ context.Context, step plan.Step) error {
		if broken && step.Kind == plan.Install {
			return errors.New("cannot install NixOS: the network is down")
		}
		return nil
	}
	s.to(session.PageReview)
	s.key(fyne.KeyReturn)
	s.write("nvme0n1")
	s.key(fyne.KeyReturn)
	s.until("the run has failed", s.over)
	s.shows("the network is down", "Continue the installation…")
	s.golden("real-failed")

	broken = false
	host := s.engine.host
	host.unfinished = *s.w.state.Plan
	host.facts.Unfinished = []engine.Unfinished{{Disk: "/dev/nvme0n1", Title: "/dev/nvme0n1 · Samsung SSD 980 PRO 1TB", Step: "Install NixOS", Encrypted: true}}
	s.w.acts.Continue()
	s.until("it is asked for the passphrase", func() bool { return s.w.shell.asked != nil })
	s.golden("real-continue")
	s.write("wrong")
	s.key(fyne.KeyReturn)
	s.until("it is asked for again", func() bool { return s.w.shell.asked != nil && s.w.shell.waiting == nil })
	s.shows("this is not its passphrase; type it again")
	s.write(passphrase)
	s.key(fyne.KeyReturn)
	s.at(session.PageDone)
	want := []string{"recall /dev/nvme0n1", "recall /dev/nvme0n1", "accept /dev/nvme0n1", "install /dev/nvme0n1"}
	if calls := host.called(); !slices.Equal(calls[len(calls)-4:], want) {
		t.Errorf("the root side was asked %v", calls)
	}
	if len(s.engine.given) != 1 || s.engine.secret(session.PassphraseID) != passphrase {
		t.Errorf("the run was given %v", s.engine.given)
	}
	if found := seek(passphrase, s.inWindow()); len(found) > 0 {
		t.Errorf("the passphrase can still be reached at %v", found)
	}
}

// TestBeginAnewInstead declines to continue.
func TestBeginAnewInstead(t *testing.T) {
	s := newStand(t, true)
	s.engine.host.facts.Unfinished = []engine.Unfinished{{Disk: "/dev/sda", Title: "/dev/sda"}}
	s.to(session.PageDisk)
	s.fill(session.PageDisk)
	s.w.next()
	s.until("it is asked", func() bool { return s.w.shell.asked != nil })
	s.shows("An installation to /dev/sda was not finished.")
	s.key(fyne.KeyEscape)
	s.at(session.PageLayout)
}

// TestWatch looks at another program's run, and asks it to stop.
func TestWatch(t *testing.T) {
	s := newStand(t, true)
	s.engine.host.facts.Running = &engine.Running{PID: 4242, Since: start, Title: "NixOS on /dev/sdz"}
	s.to(session.PageDisk)
	s.fill(session.PageDisk)
	s.w.next()
	s.until("it is asked", func() bool { return s.w.shell.asked != nil })
	s.shows("process 4242", "Only one can run on a machine at a time.")
	s.w.shell.asked.yes()
	s.at(session.PageInstall)
	s.until("its step is told", func() bool { return s.w.state.Run.Current == 0 })
	s.shows("Install NixOS", "can ask it to cancel")
	s.w.acts.Cancel()
	s.until("it is asked", func() bool { return s.w.shell.asked != nil })
	s.w.shell.asked.yes()
	s.until("the other run has ended", func() bool { return s.w.state.Run.Ended() && s.w.stop == nil })
	if calls := s.engine.host.called(); !slices.Equal(calls, []string{"facts", "watch", "stop"}) {
		t.Errorf("the root side was asked %v", calls)
	}
	s.shows("The run was cancelled.")
}

// TestSilentProgram asks whether to go on waiting, and goes on.
func TestSilentProgram(t *testing.T) {
	s := newStand(t, false)
	letGo := s.held(plan.Encrypt)
	defer letGo()
	s.begin(plan.Encrypt)
	s.w.state.Run.Stalled = &session.Stall{Program: "nix", For: 10 * time.Minute}
	s.shows("Nothing was heard from nix for 10 minutes.", "Go on waiting")
	s.w.acts.KeepWaiting()
	if s.w.state.Run.Stalled != nil {
		t.Error("it is still asked")
	}
}
