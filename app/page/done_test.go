package page_test

import (
	"slices"
	"testing"

	"lethe/app/session"
	"lethe/engine/event"
)

// TestDoneNamesTheDisk shows where the virtual disk is once it is to stay, and not before.
func TestDoneNamesTheDisk(t *testing.T) {
	const image = "/tmp/lethe-rehearsal-3846332600/disk.img"
	d := newStand(t, usual, rehearsal(t, session.PageDone), func(d *stand) { d.work.Image = image })
	d.shows("The virtual disk", "-"+image)
	d.scroll.ScrollToBottom()
	d.press("Keep the virtual disk when this window is closed")
	d.scroll.ScrollToBottom()
	d.shows(image)
	d.scroll.ScrollToBottom()
	d.golden("done-kept")
	if !slices.Equal(d.kept, []bool{true}) {
		t.Errorf("the disk was asked to stay: %v", d.kept)
	}
	d.press("Copy")
	if d.copied != image {
		t.Errorf("%q was copied", d.copied)
	}
}

// TestDoneShowsAFailure lets one check fail.
func TestDoneShowsAFailure(t *testing.T) {
	s := rehearsal(t, session.PageDone)
	s.Run = session.NewRun(*s.Plan)
	s.Run.Apply(event.Event{Kind: event.Checked, Title: "passphrase opens the container", Status: "failed", Text: "no keyslot can be opened"})
	s.Run.Apply(event.Event{Kind: event.Checked, Title: "partition table", Status: "passed", Text: "as planned"})
	d := newStand(t, usual, s, nil)
	d.shows("Checks failed: 1, passed: 1", "passphrase opens the container no keyslot can be opened", "-as planned")
	d.press("Show the checks that passed: 1")
	d.shows("partition table as planned passphrase opens the container no keyslot can be opened")
	d.golden("done-failed")
}

// TestDoneSaysWhatNow tells after a rehearsal how to install, folds what passed, and says where a folder is that nothing can show.
func TestDoneSaysWhatNow(t *testing.T) {
	d := newStand(t, usual, rehearsal(t, session.PageDone), nil)
	d.shows("What now", "start the computer from Lethe's live medium", "nix build .#iso", "-table consistency", "needs device-mapper")
	d.press("Show the checks that passed: 14")
	d.shows("table consistency", "needs device-mapper")
	d.press("Hide the checks that passed")
	d.shows("-table consistency")
	d.work.FolderError = "Nothing on this computer can show the folder. It is /tmp/x."
	d.shows("It is /tmp/x.")
	d.press("Keep the virtual disk when this window is closed")
	d.work.Image, d.work.Quick = "/tmp/x/disk.img", true
	d.shows("Temporary folders are emptied", "Nobody knows its passphrase")

	live := rehearsal(t, session.PageDone)
	live.Checks.Live = session.Yes
	newStand(t, usual, live, nil).shows("begin again and choose on the first page", "-live medium")
	newStand(t, usual, onDisk(t, 1, session.PageDone), nil).shows("-What now")
}
