package session_test

import (
	"reflect"
	"slices"
	"testing"

	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/quantity"
)

// forward presses Next until a page is open.
func forward(t *testing.T, s *session.State, to session.Page) {
	t.Helper()
	for s.Page != to {
		if s.Page == session.PageReview {
			s.SetPlan(planned(t, s))
			s.Consent = session.EraseName(*s.Plan)
		}
		if !s.Next() {
			t.Fatalf("stuck on page %s: %v", s.Page, s.Problems(s.Page))
		}
	}
}

func TestNextGoesThroughAllPages(t *testing.T) {
	for name, s := range map[string]*session.State{"real": filled(t), "rehearsal": rehearsal()} {
		for i, p := range session.Pages()[:9] {
			forward(t, s, p)
			if s.Page != p || s.Furthest != p || s.Page.Title().Empty() {
				t.Errorf("%s: page %d is %s, furthest %s", name, i, s.Page, s.Furthest)
			}
		}
		if s.CanNext() || s.Next() {
			t.Errorf("%s: the last page opens before the run is done", name)
		}
		if !s.CanBack() {
			t.Errorf("%s: there is no way back from a run that has not begun", name)
		}
	}
}

func TestDiskPageWaitsForFacts(t *testing.T) {
	a := disk("/dev/nvme0n1", 100*quantity.GiB)
	s := session.New(session.Options{Checks: liveChecks, Shown: inventory(device.Shown, shown(a))})
	s.Select(a.Path)
	forward(t, s, session.PageDisk)
	if !s.CanNext() || !s.NeedsFacts() || s.Next() {
		t.Fatal("the page is left with shown facts")
	}
	s.UseFacts(engine.Facts{Inventory: inventory(device.Confirmed, a)})
	if s.NeedsFacts() || !s.Next() || s.Page != session.PageLayout {
		t.Errorf("the page stays although the facts are here: %v", s.Problems(s.Page))
	}
	s.UseFacts(engine.Facts{Inventory: inventory(device.Confirmed)})
	if s.Page != session.PageDisk || s.Notice.Empty() {
		t.Errorf("the disk is gone and the page is %s", s.Page)
	}
}

func TestBackAndForthKeepsEverything(t *testing.T) {
	s := filled(t)
	s.Set(session.ChoiceSSH, true)
	s.SetSize(session.FieldSwap, "3GiB")
	forward(t, s, session.PageReview)
	draft := s.Draft
	for s.Back() {
	}
	if s.Page != session.PageWelcome || s.Furthest != session.PageReview {
		t.Errorf("page %s, furthest %s", s.Page, s.Furthest)
	}
	if !s.Go(session.PageReview) || !reflect.DeepEqual(draft, s.Draft) {
		t.Error("the way back lost something")
	}
}

func TestSidebar(t *testing.T) {
	s := filled(t)
	forward(t, s, session.PageAccount)
	for _, p := range session.Pages() {
		want := slices.Index(session.Pages(), p) <= slices.Index(session.Pages(), session.PageAccount)
		if s.CanGo(p) != want {
			t.Errorf("page %s can be opened: %v", p, !want)
		}
	}
	s.SetSize(session.FieldESP, "nonsense")
	s.Go(session.PageWelcome)
	if s.CanGo(session.PageAccount) || s.Go(session.PageAccount) || s.Page != session.PageLayout {
		t.Errorf("the page that stops the way is not opened, but %s", s.Page)
	}
	if s.Go("nowhere") || s.CanGo("nowhere") {
		t.Error("a page that is none opens")
	}
}

func TestRunLocksThePages(t *testing.T) {
	s := filled(t)
	forward(t, s, session.PageInstall)
	if !s.Begin() || s.Begin() {
		t.Fatal("a run begins once")
	}
	if s.CanBack() || s.Back() || s.Go(session.PageDisk) || s.CanGo(session.PageDisk) || s.CanNext() || s.Retry([32]byte{9}) {
		t.Error("the pages are open while the disk is worked on")
	}
	s.Run.Apply(event.Event{Seq: 1, Kind: event.RunFailed, Text: "broken", Disk: "incomplete"})
	if s.CanNext() || s.CanBack() {
		t.Error("a run that failed counts as done, or its page is left by Back")
	}
	before, _ := s.Preview()
	if !s.Retry([32]byte{9}) || s.Page != session.PageDisk || s.Plan != nil || s.Run.Outcome != session.OutcomeNone || !s.NeedsFacts() {
		t.Errorf("retry opens page %s with plan %v", s.Page, s.Plan)
	}
	s.UseFacts(engine.Facts{Inventory: inventory(device.Confirmed, disk("/dev/nvme0n1", 500*quantity.GiB))})
	if after, err := s.Preview(); err != nil || after.DiskGUID == before.DiskGUID {
		t.Errorf("a second attempt has the numbers of the first: %v", err)
	}
}

func TestRetryOfARehearsal(t *testing.T) {
	s := rehearsal()
	forward(t, s, session.PageInstall)
	s.Begin()
	s.Run.Apply(event.Event{Seq: 1, Kind: event.RunCancelled, Text: "cancelled"})
	if !s.Retry([32]byte{9}) || s.Page != session.PageReview || s.Fresh() {
		t.Errorf("retry opens page %s", s.Page)
	}
}

func TestDoneIsTheEnd(t *testing.T) {
	s := rehearsal()
	forward(t, s, session.PageInstall)
	s.Begin()
	s.Run.Apply(event.Event{Seq: 1, Kind: event.RunDone, Done: 1})
	if !s.Next() || s.Page != session.PageDone {
		t.Fatalf("the run is done and the page is %s", s.Page)
	}
	if s.CanNext() || s.CanBack() || s.Next() || s.Back() || s.Go(session.PageReview) || s.Retry([32]byte{9}) {
		t.Error("there is a way on from the end")
	}
}

func TestBeginNeedsAPlan(t *testing.T) {
	if s := rehearsal(); s.Begin() {
		t.Error("a run begins without a plan")
	}
}
