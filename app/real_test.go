package main

import (
	"errors"
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"lethe/app/session"
	"lethe/engine/device"
	"lethe/engine/plan"
)

// TestRealDisk installs for real through a root side that writes nothing.
func TestRealDisk(t *testing.T) {
	s := newStand(t, true)
	s.to(session.PageDisk)
	if s.w.state.Rehearsal {
		t.Fatal("a live session begins with a rehearsal")
	}
	if calls := s.engine.host.called(); len(calls) > 0 {
		t.Fatalf("the root side was asked %v before the disk page was left", calls)
	}
	s.shows("What is on it is not known yet.")
	s.to(session.PageLayout)
	if s.w.state.Shown.Grade != device.Confirmed || s.w.state.Facts == nil {
		t.Errorf("behind the disk page the disks are %q", s.w.state.Shown.Grade)
	}
	s.shows("Windows") // root can read labels
	s.to(session.PageReview)
	s.shows("This will be lost for good", "Type nvme0n1 to begin.")

	s.key(fyne.KeyReturn) // leads to what is missing, below the fold
	s.write("sda")
	s.key(fyne.KeyReturn)
	if calls := s.engine.host.called(); s.w.state.Page != session.PageReview || !slices.Equal(calls, []string{"facts", "prepare"}) {
		t.Fatalf("with a wrong name the page is %s, and the root side was asked %v", s.w.state.Page, calls)
	}
	s.shows("Type nvme0n1, the name of the disk, to erase it.")
	for range "sda" {
		s.key(fyne.KeyBackspace)
	}
	s.write("nvme0n1")
	s.key(fyne.KeyReturn)
	s.at(session.PageDone)
	if calls := s.engine.host.called(); !slices.Equal(calls, []string{"facts", "prepare", "accept /dev/nvme0n1", "install /dev/nvme0n1"}) {
		t.Errorf("the root side was asked %v", calls)
	}
	if len(s.engine.given) != 2 || s.engine.secret(session.PassphraseID) != passphrase || s.engine.secret(plan.PasswordSecret("ada")) != password {
		t.Errorf("the run was given %v", s.engine.given)
	}
	if !slices.Equal(s.awake, []bool{true, false}) {
		t.Errorf("the machine was kept awake %v", s.awake)
	}
	for _, canary := range []string{passphrase, password} {
		if found := seek(canary, s.inWindow()); len(found) > 0 {
			t.Errorf("a secret can still be reached at %v", found)
		}
	}
	s.w.acts.Reboot()
	s.until("the machine starts again", func() bool { return slices.Contains(s.engine.host.called(), "reboot") })
}

// TestRefusedByRoot drops a disk that only root could see through.
func TestRefusedByRoot(t *testing.T) {
	s := newStand(t, true)
	const reason = "the file system on nvme0n1p4 is mounted; unmount it first"
	s.engine.host.facts.Inventory.Disks[0].Verdict = device.Verdict{State: device.Refused, Reason: reason}
	s.to(session.PageDisk)
	s.fill(session.PageDisk)
	s.w.next()
	s.until("root has read the disks", func() bool { return s.w.state.Facts != nil })
	if _, chosen := s.w.state.Selected(); chosen || s.w.state.Page != session.PageDisk {
		t.Errorf("a refused disk is chosen on %s", s.w.state.Page)
	}
	s.shows("The disk /dev/nvme0n1 cannot be taken: The file system on nvme0n1p4 is mounted; unmount it first.")
	if s.w.next(); s.w.state.Page != session.PageDisk {
		t.Errorf("without a disk the page is %s", s.w.state.Page)
	}
}

// TestNoRootSide stays on the disk page, and says why.
func TestNoRootSide(t *testing.T) {
	s := newStand(t, true)
	s.engine.refused = errors.New("cannot become root: the password was not given; try again")
	s.to(session.PageDisk)
	s.fill(session.PageDisk)
	s.w.next()
	s.until("it is said", func() bool { return s.w.shell.waiting == nil && s.w.shell.message.Visible() })
	if s.w.state.Page != session.PageDisk || s.w.state.Facts != nil {
		t.Errorf("without a root side the page is %s", s.w.state.Page)
	}
	s.shows("cannot become root: the password was not given; try again")
	s.engine.refused = nil
	s.to(session.PageLayout)
}

// TestLeftovers lets go of what an interrupted installation left, before the disks are read.
func TestLeftovers(t *testing.T) {
	s := newStand(t, true)
	s.engine.host.facts.Leftovers = []string{"/mnt", "/dev/mapper/nix"}
	s.to(session.PageLayout)
	if calls := s.engine.host.called(); !slices.Equal(calls, []string{"facts", "release", "facts"}) {
		t.Errorf("the root side was asked %v", calls)
	}
}

// TestNotAccepted begins nothing where the disk is not as it was read, and reads it anew for another attempt.
func TestNotAccepted(t *testing.T) {
	s := newStand(t, true)
	s.to(session.PageReview)
	s.engine.host.unacceptable = errors.New("cannot install to /dev/nvme0n1: its partition table was changed; look for disks again")
	s.key(fyne.KeyReturn) // leads to what is missing
	s.write("nvme0n1")
	s.key(fyne.KeyReturn)
	s.until("the run has ended", s.over)
	if calls := s.engine.host.called(); slices.ContainsFunc(calls, func(c string) bool { return c == "install /dev/nvme0n1" }) {
		t.Errorf("the root side was asked %v", calls)
	}
	s.shows("its partition table was changed; look for disks again", "Nothing was written to the disk.")
	s.w.acts.Retry()
	s.at(session.PageDisk)
	s.engine.host.unacceptable = nil
	s.to(session.PageReview)
	if s.w.state.Consent != "" {
		t.Error("the name of the disk need not be typed again")
	}
	s.key(fyne.KeyReturn)
	s.write("nvme0n1")
	s.key(fyne.KeyReturn)
	s.at(session.PageDone)
}
