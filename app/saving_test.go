package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"lethe/app/control"
	"lethe/app/session"
	"lethe/engine/plan"
	"lethe/engine/secret"
)

// TestExport hands the plan to the engine, with the place that was chosen.
func TestExport(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageReview)
	s.w.acts.Export(true)
	s.until("the archive is written", func() bool { return s.w.work.Exported != "" })
	s.shows("The configuration is in " + s.chosen + ".tar.gz.")
	s.w.acts.Export(false)
	s.until("the folder is written", func() bool { return s.w.work.Exported == s.chosen })
	name := s.w.state.Plan.HostName()
	if want := []string{name + " → " + s.chosen + ".tar.gz", name + " → " + s.chosen}; !slices.Equal(s.engine.exported, want) {
		t.Errorf("the engine was asked for %v, want %v", s.engine.exported, want)
	}
	s.engine.wrong = errors.New("cannot write the folder: it exists; choose a new name")
	s.w.acts.Export(false)
	s.until("the failure is told", func() bool { return s.w.work.ExportError != "" })
	s.shows("cannot write the folder: it exists; choose a new name")
}

// TestReport saves a report of a run in which every step says the passphrase.
func TestReport(t *testing.T) {
	s := newStand(t, false)
	s.engine.says = " with " + passphrase
	s.engine.at(plan.Verify, func(context.Context) error { return errors.New("cannot open with " + passphrase) })
	s.to(session.PageReview)
	s.w.next()
	s.until("the run has ended", func() bool { return s.w.state.Run.Ended() && !s.w.running() })
	report := s.saved()
	if !strings.Contains(report, "running "+string(plan.Partition)+" with "+secret.Redacted) || !strings.Contains(report, "cannot open with "+secret.Redacted) {
		t.Errorf("the report lacks the lines that were cleaned:\n%s", report)
	}
	leakless(t, report)
	s.shows("The report is in " + s.chosen)
	if found := seek(passphrase, s.inWindow()); len(found) > 0 {
		t.Errorf("the passphrase can be reached at %v", found)
	}
}

// TestReportOfNothing saves the report of a run that ended before it said anything, with an error that says the passphrase.
func TestReportOfNothing(t *testing.T) {
	s := newStand(t, false)
	s.engine.cut = errors.New("the connection broke after " + passphrase)
	s.to(session.PageReview)
	s.w.next()
	s.until("the run has ended", func() bool { return s.w.state.Run.Ended() && !s.w.running() })
	s.shows("the connection broke after " + secret.Redacted)
	leakless(t, s.saved())
}

// saved saves the report and reads it.
func (s *stand) saved() string {
	s.t.Helper()
	s.w.acts.SaveReport()
	s.until("the report is saved", func() bool { return s.w.work.Saved+s.w.work.SaveError != "" })
	info, err := os.Stat(s.chosen)
	if err != nil {
		s.t.Fatalf("%v; %s", err, s.w.work.SaveError)
	}
	if info.Mode().Perm() != 0o600 {
		s.t.Errorf("others may read the report: %v", info.Mode())
	}
	text, err := os.ReadFile(s.chosen)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// leakless checks that no word of the passphrase is in a text.
func leakless(t *testing.T, text string) {
	t.Helper()
	for _, word := range strings.Fields(passphrase) {
		if strings.Contains(text, word) {
			t.Errorf("%q is in\n%s", word, text)
		}
	}
}

// TestFolderThatNothingShows says where a folder is when nothing on the machine can show it.
func TestFolderThatNothingShows(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageReview)
	s.w.next()
	s.at(session.PageDone)
	asked := make(chan string, 1)
	s.w.showFile = func(_ context.Context, path string) error { asked <- path; return errors.New("nobody has that name") }
	s.w.acts.OpenFolder(s.w.work.Image)
	s.until("it is said", func() bool { return s.w.work.FolderError != "" })
	s.shows("Nothing on this computer can show the folder. It is /tmp/lethe-rehearsal.")
	if got := <-asked; got != "/tmp/lethe-rehearsal/disk.img" {
		t.Errorf("%s was to be shown", got)
	}
}

// TestExportNamesWhatItCannotPack refuses an ending that no archive of Lethe has, and adds one where there is none.
func TestExportNamesWhatItCannotPack(t *testing.T) {
	s := newStand(t, false)
	s.to(session.PageReview)
	s.w.choose = chosen("/tmp/x.rar")
	s.w.acts.Export(true)
	s.shows("x.rar is no archive that can be written. Choose a name that ends in .tar.gz, .tgz or .zip.")
	if len(s.engine.exported) > 0 {
		t.Errorf("the engine was asked for %v", s.engine.exported)
	}
	for _, name := range []string{"/tmp/x.zip", "/tmp/x.tgz", "/tmp/x"} {
		s.w.choose = chosen(name)
		s.w.work.Exported = ""
		s.w.acts.Export(true)
		s.until(name+" is written", func() bool { return s.w.work.Exported != "" && s.w.work.ExportError == "" })
	}
	if !strings.HasSuffix(strings.Join(s.engine.exported, " "), "/tmp/x.zip "+s.w.state.Plan.HostName()+" → /tmp/x.tgz "+s.w.state.Plan.HostName()+" → /tmp/x.tar.gz") {
		t.Errorf("the engine was asked for %v", s.engine.exported)
	}
}

// TestAskForAPlace has a path typed: it says what cannot be, goes on by Enter, and ends by Escape, with the picker of folders first.
func TestAskForAPlace(t *testing.T) {
	s := newStand(t, false)
	folder := t.TempDir()
	t.Setenv("HOME", folder)
	var got []string
	ask := func(path string) *control.Entry {
		t.Helper()
		s.w.choose = dialogs{s.w}
		dialogs{s.w}.ask(place{title: "Save as", text: "The file that is written:", yes: "Save", path: path, then: func(path string) { got = append(got, path) }})
		return s.entry()
	}
	enter, escape := &fyne.KeyEvent{Name: fyne.KeyReturn}, &fyne.KeyEvent{Name: fyne.KeyEscape}
	for typed, says := range map[string]string{
		"report.txt": "Write the whole path", folder: "is there already", filepath.Join(folder, "none/x"): "There is no folder", "": "Write the whole path",
	} {
		ask(typed).TypedKey(enter)
		if s.w.shell.asked == nil || !strings.Contains(strings.Join(overlay(s), " "), says) || len(got) > 0 {
			t.Errorf("of %q is said: %v", typed, overlay(s))
		}
		s.entry().TypedKey(escape)
		if s.w.shell.asked != nil {
			t.Fatal("Escape does not close the question")
		}
	}
	ask("~/report.txt").TypedKey(enter)
	if want := []string{filepath.Join(folder, "report.txt")}; !slices.Equal(got, want) {
		t.Errorf("%v was chosen, not %v", got, want)
	}
	entry := ask("/x/report.txt")
	dialogs{s.w}.pick(func(string) {}, entry)
	s.w.typedKey(enter) // is the picker's
	s.w.typedKey(escape)
	if s.w.shell.picker != nil || s.w.shell.asked == nil || len(got) != 1 {
		t.Error("Escape closes more than the picker of folders")
	}
	if s.w.win.Canvas().Focused() != fyne.Focusable(entry) {
		t.Error("the entry does not have the keyboard again")
	}
}

// entry is where a question has something typed.
func (s *stand) entry() *control.Entry {
	s.t.Helper()
	e, ok := s.w.win.Canvas().Focused().(*control.Entry)
	if !ok {
		s.t.Fatalf("the keyboard is with %T", s.w.win.Canvas().Focused())
	}
	return e
}

// overlay is what can be read in the question on the screen.
func overlay(s *stand) []string {
	var texts []string
	if top := s.w.win.Canvas().Overlays().Top(); top != nil {
		for _, o := range test.LaidOutObjects(top) {
			if text, ok := o.(*canvas.Text); ok && o.Visible() {
				texts = append(texts, text.Text)
			}
		}
	}
	return texts
}
