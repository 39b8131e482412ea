package page_test

import (
	"image"
	"image/draw"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"lethe/app/control"
	"lethe/app/page"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/engine/layout"
	"lethe/engine/plan"
)

// find gives the first object of a kind that can be seen.
func find[T fyne.CanvasObject](t *testing.T, d *stand) (found T) {
	t.Helper()
	for _, o := range d.seen() {
		if is, ok := o.(T); ok {
			return is
		}
	}
	t.Fatal("there is no such object")
	return found
}

// cut is the picture of one object.
func (d *stand) cut(o fyne.CanvasObject) []uint8 {
	at, size := fyne.CurrentApp().Driver().AbsolutePositionForObject(o), o.Size()
	from := image.Rect(int(at.X), int(at.Y), int(at.X+size.Width), int(at.Y+size.Height))
	out := image.NewRGBA(from)
	draw.Draw(out, from, d.win.Canvas().Capture(), from.Min, draw.Src)
	return out.Pix
}

// TestReviewCommands copies the whole of commands that are broken into lines to be seen.
func TestReviewCommands(t *testing.T) {
	s := rehearsal(t, session.PageReview)
	d := newStand(t, small, s, nil)
	d.shows("Nothing is lost: this is a rehearsal on a virtual disk of 40 GiB.", "Not rehearsed", "-lethe-rehearsal-3846332600/disk.img (40 GiB", "-A line is longer than this")
	i := slices.IndexFunc(s.Plan.Steps, func(s plan.Step) bool { return s.Kind == plan.Encrypt })
	list := find[*widget.StepList](t, d)
	list.OnSelect(s.Plan.Steps[i].ID)
	d.shows("A line is longer than this")
	d.golden("small-review-encrypt")
	d.press("Copy")
	for _, c := range s.Plan.Steps[i].Commands {
		if !strings.Contains(d.copied, "\n"+c.Shell()+"\n") {
			t.Errorf("%s was not copied, but\n%s", c.Shell(), d.copied)
		}
	}
	for _, line := range strings.Split(session.WrapCommand(s.Plan.Steps[i].Commands[1].Shell(), 40), "\n") {
		if len(line) > 46 && !strings.Contains(line, "/tmp/") {
			t.Errorf("a line of %d characters: %s", len(line), line)
		}
	}
}

// TestReviewLinks points at a line of a file, and at a step while the file is open.
func TestReviewLinks(t *testing.T) {
	s := rehearsal(t, session.PageReview)
	d := newStand(t, large, s, nil)
	choice, view := find[*control.Choice](t, d), find[*widget.CodeView](t, d)
	choice.SetSelected("Configuration: disks.nix")
	text, _ := s.Plan.Configuration.Files.Get("disks.nix")
	nix, _ := s.Plan.Layout.Find(layout.Nix)
	at := slices.IndexFunc(strings.Split(string(text), "\n"), func(line string) bool {
		return strings.Contains(line, nix.PartUUID) || strings.Contains(line, "/dev/mapper/")
	})
	if at < 0 {
		t.Fatalf("no line names %s:\n%s", nix.PartUUID, text)
	}
	view.OnLine(at + 1)
	d.golden("large-review-line")
	d.press("Copy")
	if d.copied != string(text) {
		t.Errorf("another text was copied:\n%s", d.copied)
	}
}

// TestReviewExports offers the export and says what came of it.
func TestReviewExports(t *testing.T) {
	d := newStand(t, usual, rehearsal(t, session.PageReview), nil)
	d.work = page.Work{Exported: "/home/ada/nixos"}
	d.shows("The configuration is in /home/ada/nixos.")
	d.work.ExportError = "cannot write the folder: it exists; choose a new name"
	d.shows("cannot write the folder", "-The configuration is in")
}

// TestReviewSummary begins with what was chosen, and leads from each line to its page.
func TestReviewSummary(t *testing.T) {
	s := rehearsal(t, session.PageReview)
	d := newStand(t, small, s, nil)
	d.shows("What you chose", "Everything that is kept; the passphrase", "an administrator", "English (United States)", "Plasma", "Commands and configuration", "---lock")
	list := find[*widget.FactList](t, d)
	d.win.Canvas().Focus(list)
	for range 2 {
		list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	}
	list.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if !slices.Equal(d.opened, []session.Page{session.PageEncryption}) {
		t.Errorf("the third line opened %v", d.opened)
	}
	choice := find[*control.Choice](t, d)
	if len(choice.Options) < 4 || choice.Options[0] != "Commands of the chosen step" || !strings.HasSuffix(choice.Options[1], ".nix") || !strings.HasPrefix(choice.Options[1], "Configuration: ") {
		t.Errorf("there is to read: %q", choice.Options)
	}
}

// TestReviewPointing lights up in the map and in the steps what the mouse is on elsewhere, and lets go of it; a click holds it.
func TestReviewPointing(t *testing.T) {
	s := rehearsal(t, session.PageReview)
	higher := large
	higher.height = 1300
	d := newStand(t, higher, s, nil)
	diskmap, list := find[*widget.PartitionMap](t, d), find[*widget.StepList](t, d)
	step, at := written(t, d, "Encrypt the nix partition (LUKS2)")
	away := fyne.NewPos(1, 1)
	look := func(o fyne.CanvasObject, mouse fyne.Position) []uint8 {
		test.MoveMouse(d.win.Canvas(), mouse)
		return d.cut(o)
	}
	before, steps := look(diskmap, away), look(list, away)
	if slices.Equal(before, look(diskmap, at.AddXY(5, 5))) {
		t.Error("a step under the mouse lights no block")
	}
	if !slices.Equal(before, look(diskmap, away)) {
		t.Error("the block stays lit without the mouse")
	}
	_, nix := written(t, d, "nix")
	if slices.Equal(steps, look(list, nix.AddXY(5, 5))) {
		t.Error("a block under the mouse lights no step")
	}
	test.TapCanvas(d.win.Canvas(), at.AddXY(5, step.MinSize().Height/2))
	d.win.Canvas().Unfocus()
	if slices.Equal(before, look(diskmap, away)) {
		t.Error("a click does not hold what it lights")
	}
	d.shows("cryptsetup luksFormat")
}
