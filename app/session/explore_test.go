package session_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/app/session"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// lies is a finding of so many KiB; owner is "name|path worth keeping".
func lies(kind persist.Kind, path string, kib int64, noise, owner string) persist.Finding {
	name, suggest, _ := strings.Cut(owner, "|")
	return persist.Finding{
		Kind: kind, Path: path, Type: persist.File, Size: kib << 10, Blocks: kib << 10, Modified: time.Unix(1_700_000_000, 0), Noise: noise,
		Owner: persist.Owner{Name: name, Kind: persist.Package, Suggest: suggest},
	}
}

func small() []persist.Finding {
	return []persist.Finding{
		lies(persist.Missing, "/var/lib/bluetooth/a/info", 1, "", "Bluetooth pairings|/var/lib/bluetooth"),
		lies(persist.Missing, "/var/lib/bluetooth/a/settings", 2, "", "Bluetooth pairings|/var/lib/bluetooth"),
		lies(persist.Differs, "/var/lib/upower/history", 5, "", "state of upower|/var/lib/upower"),
		lies(persist.Orphan, "/var/lib/grafana/db", 30, "", "Grafana's dashboards|/var/lib/grafana"),
		lies(persist.Missing, "/home/ada/.bash_history", 8, "", "the history of bash|/home/ada/.bash_history"),
		lies(persist.Missing, "/home/ada/.cache/index", 500, "a cache: it is filled anew", "the cache of index|"),
		lies(persist.Kept, "/var/log/journal", 70, "", "logs|/var/log"),
	}
}

// looked is an explorer, and what loads its rows.
func looked(findings []persist.Finding) (*session.Explore, func()) {
	tree := persist.NewTree()
	tree.Add(findings)
	e := session.NewExplore(false)
	load := func() { e.Take(session.Load(context.Background(), tree, e.Ask())) }
	load()
	return e, load
}

// drawn is what is shown, a word for each row, indented by its depth.
func drawn(e *session.Explore) (rows []string) {
	for i := range e.Count() {
		r := e.Row(i)
		called := r.Name
		if r.ByOwner {
			called = r.Owner.String()
		}
		rows = append(rows, strings.Repeat(">", r.Depth)+called)
	}
	return rows
}

func wantRows(t *testing.T, e *session.Explore, want ...string) {
	t.Helper()
	if got := drawn(e); !slices.Equal(got, want) {
		t.Errorf("shown: %q, not %q", got, want)
	}
}

func TestExploreOpensAndCloses(t *testing.T) {
	e, load := looked(small())
	wantRows(t, e, "/var", "/home")
	if !e.Open("/var") {
		t.Error("the rows of a folder that is opened first are not asked for")
	}
	wantRows(t, e, "/var", "/home") // nothing is loaded on Fyne's goroutine
	load()
	e.Open("/var/lib")
	load()
	wantRows(t, e, "/var", ">lib", ">>grafana", ">>upower", ">>bluetooth", "/home")
	if e.Toggle("/var") {
		t.Error("closing asks for rows")
	}
	wantRows(t, e, "/var", "/home")
	if e.Toggle("/var") {
		t.Error("opening again asks for rows that are there")
	}
	if got := e.Index("/var/lib/bluetooth"); got != 4 {
		t.Errorf("the pairings are row %d", got)
	}
	if r := e.Row(4); r.Owner.String() != "Bluetooth pairings" || !r.Folder || r.Count != 2 || r.Bytes != 3<<10 {
		t.Errorf("%+v", r)
	}
}

func TestExploreMarks(t *testing.T) {
	e, load := looked(small())
	e.Show(session.MarkOrphan, false)
	e.Show(session.MarkDiffers, false)
	if e.Show(session.MarkNoise, true) {
		t.Error("noise needs a new scan, and it was found already")
	}
	load()
	wantRows(t, e, "/home", "/var")
	e.Open("/var")
	e.Open("/var/lib")
	load()
	wantRows(t, e, "/home", "/var", ">lib", ">>bluetooth")
	if r := e.Row(0); r.Bytes != 508<<10 || len(r.Marks) != 2 || r.Marks[0].Mark != session.MarkLost || r.Marks[1].Mark != session.MarkNoise {
		t.Errorf("%+v", r)
	}
	if !e.Show(session.MarkLost, false) && e.Shows(session.MarkLost) {
		t.Error("what is lost is still shown")
	}
	if e2, _ := looked(small()[:6]); !e2.Show(session.MarkKept, true) {
		t.Error("what is kept was never looked for, and needs no scan")
	}
}

// TestExploreShares adds up the bars of what would be lost to one, and measures all else by itself.
func TestExploreShares(t *testing.T) {
	e, load := looked(small())
	e.Open("/var")
	e.Open("/var/lib")
	load()
	lost := 0.0
	for _, name := range []string{"/home", "/var/lib/bluetooth", "/var/lib/upower"} {
		r := e.Row(e.Index(name))
		if !r.Lost {
			t.Errorf("%s is not lost: %+v", name, r)
		}
		lost += r.Share
	}
	if lost < 0.999 || lost > 1.001 {
		t.Errorf("all that would be lost is %v of it", lost)
	}
	if r := e.Row(e.Index("/var/lib/grafana")); r.Lost || r.Share != 1 {
		t.Errorf("the only orphan: %+v", r)
	}
}

func TestExploreSearch(t *testing.T) {
	e, load := looked(small())
	e.Search("BLUE info")
	load()
	wantRows(t, e, "/var", ">lib", ">>bluetooth", ">>>a", ">>>>info")
	e.Toggle("/var/lib/bluetooth")
	wantRows(t, e, "/var", ">lib", ">>bluetooth")
	e.Search("dashboards") // by its owner
	load()
	wantRows(t, e, "/var", ">lib", ">>grafana", ">>>db")
	e.Search("nothing like this")
	load()
	wantRows(t, e)
	e.Search("")
	load()
	wantRows(t, e, "/var", "/home")
}

func TestExploreByOwner(t *testing.T) {
	e, load := looked(small())
	e.SetByOwner(true)
	load()
	wantRows(t, e, "the history of bash", "state of upower", "Bluetooth pairings")
	if r := e.Row(2); r.Path != "/var/lib/bluetooth" || !r.Folder {
		t.Errorf("%+v", r)
	}
	if r := e.Row(0); r.Folder || r.Bytes != 8<<10 {
		t.Errorf("a single file: %+v", r)
	}
	e.Open("/var/lib/bluetooth")
	load()
	wantRows(t, e, "the history of bash", "state of upower", "Bluetooth pairings", ">a")
	e.Search("pair")
	load()
	wantRows(t, e, "Bluetooth pairings", ">a")
}

// TestExploreShowsAThousandFirst is about a folder with more rows than anybody reads.
func TestExploreShowsAThousandFirst(t *testing.T) {
	var list []persist.Finding
	for i := range 5000 {
		list = append(list, lies(persist.Missing, fmt.Sprintf("/srv/%04d/file", i), int64(i+1), "", "|"))
	}
	e, load := looked(list)
	e.Open("/srv")
	load()
	last := e.Row(e.Count() - 1)
	if e.Count() != 1002 || last.Hidden != 4000 || !last.Rest() || last.Path != "/srv" {
		t.Fatalf("%d rows, the last %+v", e.Count(), last)
	}
	e.More("/srv")
	load()
	if last := e.Row(e.Count() - 1); e.Count() != 4002 || last.Hidden != 1000 {
		t.Errorf("%d rows, the last %+v", e.Count(), last)
	}
}

func TestExploreReveal(t *testing.T) {
	e, load := looked(small())
	e.Search("grafana")
	e.Reveal("/var/lib/bluetooth/a/info")
	load()
	if i := e.Index(e.Cursor); i < 0 || e.Row(i).Path != "/var/lib/bluetooth/a/info" {
		t.Errorf("the cursor is on %q, row %d of %q", e.Cursor, i, drawn(e))
	}
	if owner, ok := e.OwnerOf("/var/lib/bluetooth/a"); !ok || owner.Name != "Bluetooth pairings" {
		t.Errorf("%+v", owner)
	}
	if _, ok := e.OwnerOf("2026-11-23"); ok {
		t.Error("what is no path has an owner")
	}
}

// TestExploreBearsAnyDepth is about folders in folders in folders, as a hostile archive has them.
func TestExploreBearsAnyDepth(t *testing.T) {
	e, load := looked([]persist.Finding{lies(persist.Missing, strings.Repeat("/d", 2000)+"/file", 1, "", "|")})
	e.Search("file")
	load()
	e.Search("d")
	load()
	e.Reveal(strings.Repeat("/d", 2000) + "/file")
	load()
	if n := e.Count(); n == 0 || n > 300 {
		t.Errorf("%d rows", n)
	}
}

func TestExploreLargest(t *testing.T) {
	e, _ := looked(small())
	got := e.Largest()
	if len(got) == 0 || got[0].Path != "/home/ada/.cache/index" || got[0].Blocks != 500<<10 {
		t.Errorf("%+v", got)
	}
	if e, _ := looked(nil); len(e.Largest()) != 0 {
		t.Errorf("of nothing, the largest is %+v", e.Largest())
	}
}

// TestExploreActs goes through the states of an act, and refuses what is out of turn.
func TestExploreActs(t *testing.T) {
	e, load := looked(small())
	e.Reveal("/var/lib/bluetooth/a/info")
	load()
	entry, whole := e.Keepable(e.Cursor)
	if entry != e.Cursor || whole != "/var/lib/bluetooth" {
		t.Errorf("to keep: %q, %q", entry, whole)
	}
	if e.Confirm() {
		t.Error("nothing was confirmed")
	}
	e.BeginAct(session.ActKeep, whole)
	if e.Act.Owner.String() != "Bluetooth pairings" || e.Act.State != session.ActPlanning || e.Confirm() {
		t.Errorf("%+v", e.Act)
	}
	e.PlannedKeep(keep.Plan{Items: []keep.Item{{Size: keep.Size{Bytes: 100}}}}, "")
	if !e.Confirm() || e.BeginAct(session.ActForget, "/var/lib/grafana") || e.Dismiss() {
		t.Error("an act at work gives way to another")
	}
	e.Progressed(keep.Progress{Stage: keep.StageCopy, Bytes: 50})
	if s := e.Act.Share(); s != 0.25 {
		t.Errorf("half copied is %v", s)
	}
	e.Progressed(keep.Progress{Stage: keep.StageVerify, Bytes: 100})
	if s := e.Act.Share(); s != 1 {
		t.Errorf("all compared is %v", s)
	}
	e.EndKeep(keep.Result{Rebuild: "rebuild"}, "")
	if e.Act.State != session.ActDone || e.Rebuild != "rebuild" || !e.Dismiss() || e.Act.Kind != session.ActNone {
		t.Errorf("%+v", e.Act)
	}
	e.BeginAct(session.ActForget, "/var/lib/grafana")
	e.PlannedForget(keep.ForgetPlan{}, "cannot")
	if e.Act.State != session.ActFailed || e.Act.Error != "cannot" || e.Confirm() {
		t.Errorf("%+v", e.Act)
	}
	e.Dismiss()
	e.PlannedForget(keep.ForgetPlan{}, "late")
	if e.Act.State != "" || e.Act.Error != "" {
		t.Errorf("a late answer has changed %+v", e.Act)
	}
}

func TestExplorePending(t *testing.T) {
	e, load := looked(small())
	e.Reveal("/var/lib/bluetooth/a/info")
	load()
	e.Waiting = []keep.Pending{{Entry: keep.Entry{Path: "/var/lib/bluetooth"}, Copied: keep.Copied{Entries: 3}}}
	if r := e.Row(e.Index("/var/lib/bluetooth/a/info")); r.Marks[0].Mark != session.MarkPending {
		t.Errorf("%+v", r.Marks)
	}
	if entry, _ := e.Keepable("/var/lib/bluetooth"); entry != "" || !e.Forgettable("/var/lib/bluetooth") || e.Forgettable("/var/lib/bluetooth/a") {
		t.Error("what waits can be kept again, or not be forgotten")
	}
	for name, copied := range map[string]bool{"/var/lib/bluetooth/a": true, "/var/lib/grafana": false} {
		e.BeginAct(session.ActKeep, name)
		e.PlannedKeep(keep.Plan{}, "cannot keep it")
		if e.Act.State != session.ActFailed || e.Act.Copied != copied {
			t.Errorf("%s: %+v", name, e.Act)
		}
	}
	if _, ok := e.Pending("/var/lib/bluetooth-other"); ok {
		t.Error("a neighbour waits too")
	}
}

func TestExplorePhases(t *testing.T) {
	e := session.NewExplore(true)
	for _, c := range []struct {
		stopped bool
		err     string
		want    session.ExplorePhase
	}{{false, "", session.ExploreDone}, {true, "context canceled", session.ExploreStopped}, {false, "cannot open", session.ExploreFailed}} {
		e.BeginScan()
		if e.Phase != session.ExploreScanning || e.Error != "" {
			t.Errorf("%s, %q", e.Phase, e.Error)
		}
		if e.EndScan(persist.Summary{}, c.stopped, c.err); e.Phase != c.want || (e.Error != "") != (c.want == session.ExploreFailed) {
			t.Errorf("%+v: %s, %q", c, e.Phase, e.Error)
		}
	}
}

// TestExploreIsNoStep goes to the explorer and back from the installer, and from the explorer to the installer.
func TestExploreIsNoStep(t *testing.T) {
	s := session.New(session.Options{Seed: [32]byte{1}})
	s.Next()
	at := s.Page
	if !s.OpenExplore(false) || s.OpenExplore(false) || s.CanNext() || s.Next() || !s.Back() || s.Page != at {
		t.Errorf("from %s and back: %s", at, s.Page)
	}
	s = session.New(session.Options{Seed: [32]byte{1}})
	if !s.OpenExplore(true) || s.CanBack() || s.Back() || !s.Next() || s.Page != session.PageWelcome {
		t.Errorf("as the first page it leads to %s", s.Page)
	}
	if slices.Contains(session.Pages(), session.PageExplore) {
		t.Error("it is a step of the installation")
	}
}
