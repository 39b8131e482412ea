package page_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
	"lethe/app/session"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/plan"
)

// written finds a text where it is drawn.
func written(t *testing.T, d *stand, text string) (*canvas.Text, fyne.Position) {
	t.Helper()
	for _, o := range d.seen() {
		if found, ok := o.(*canvas.Text); ok && found.Text == text {
			return found, fyne.CurrentApp().Driver().AbsolutePositionForObject(found)
		}
	}
	t.Fatalf("%q is not shown", text)
	return nil, fyne.Position{}
}

// TestFieldsLineUp compares labels and fields of different make beside each other.
func TestFieldsLineUp(t *testing.T) {
	d := newStand(t, usual, rehearsal(t, session.PageDisk), nil)
	d.golden("disk-virtual")
	for _, pair := range [][2]string{{"Size of the virtual disk", "Sector size"}, {"40GiB", "512 bytes, as most disks have"}} {
		_, left := written(t, d, pair[0])
		_, right := written(t, d, pair[1])
		if apart := left.Y - right.Y; apart > 1 || apart < -1 {
			t.Errorf("%q and %q are %.0f apart", pair[0], pair[1], apart)
		}
	}
}

// TestMachineInARehearsal says that a real installation would not be possible, and that the rehearsal goes on.
func TestMachineInARehearsal(t *testing.T) {
	s := rehearsal(t, session.PagePreflight)
	s.Shown.Firmware = device.Firmware{}
	d := newStand(t, usual, s, nil)
	d.shows("A real installation would not be possible on this machine as it is now. The rehearsal goes on all the same.", "would stop it", "-stops here")
	hint, _ := written(t, d, "To install, start the live medium.")
	if want := look.Fixed(theme.VariantLight).Color(look.ColorMuted, theme.VariantLight); hint.Color != want {
		t.Errorf("a hint is %v, not %v", hint.Color, want)
	}
	d.golden("machine-bios")
	real := onDisk(t, 0, session.PagePreflight)
	real.Shown.Firmware = device.Firmware{}
	newStand(t, usual, real, nil).shows("stops here", "-would stop it", "-The rehearsal goes on")
}

// TestPagesHaveTheFocusSomewhere opens the pages on which something has to be typed or chosen.
func TestPagesHaveTheFocusSomewhere(t *testing.T) {
	for _, p := range []session.Page{session.PageWelcome, session.PageDisk, session.PageLayout, session.PageEncryption, session.PageAccount, session.PageSystem} {
		if d := newStand(t, usual, rehearsal(t, p), nil); d.win.Canvas().Focused() == nil {
			t.Errorf("nothing on %s has the focus", p)
		}
	}
}

// TestInstallFails keeps what went wrong and what to do in view.
func TestInstallFails(t *testing.T) {
	s := installing(t)
	step := s.Run.Steps[s.Run.Current]
	s.Run.Apply(event.Event{Kind: event.StepFailed, Step: step.ID, Title: step.Title, Text: "cannot format: cryptsetup ended with 1"})
	s.Run.Apply(event.Event{
		Kind: event.RunFailed, Step: step.ID, Text: "cannot format: cryptsetup ended with 1", Disk: "incomplete",
		Next: "The old content of the disk is gone and the new one is not finished. Run it again to start over.",
	})
	d := newStand(t, usual, s, nil)
	d.shows("failed: cannot format: cryptsetup ended with 1", "The virtual disk is unfinished", "-old content", "Rehearse again", "-The run has ended.")
	d.golden("install-failed")
}

// TestInstallFillsBySteps shows no partition begun before a step of its own is.
func TestInstallFillsBySteps(t *testing.T) {
	s := rehearsal(t, session.PageReview)
	if !s.Begin() || !s.Next() {
		t.Fatal("the run does not begin")
	}
	run(s, func(step plan.Step) bool { return step.Kind == plan.Encrypt })
	d := newStand(t, usual, s, nil)
	d.shows("35 GiB, 50 %", "-1 GiB, 50 %")
	if over := d.overflow(); over > 0 {
		t.Errorf("the page is %.0f too high for the window's usual size", over)
	}
	d.golden("install")
}
