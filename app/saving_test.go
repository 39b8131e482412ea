package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

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
	s.w.showFolder = func(folder string) error { asked <- folder; return errors.New("exit status 3") }
	s.w.acts.OpenFolder(s.w.work.Image)
	s.until("it is said", func() bool { return s.w.work.FolderError != "" })
	s.shows("Nothing on this computer can show the folder. It is /tmp/lethe-rehearsal.")
	if got := <-asked; got != "/tmp/lethe-rehearsal" {
		t.Errorf("%s was to be shown", got)
	}
}
