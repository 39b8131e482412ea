package madeup_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lethe/app/madeup"
	"lethe/engine"
	"lethe/engine/persist"
)

func made(t *testing.T) madeup.System {
	t.Helper()
	s, err := madeup.Make(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func scan(t *testing.T, s madeup.System) (*persist.Tree, persist.Summary) {
	t.Helper()
	tree := persist.NewTree()
	r := s.Request()
	r.Orphans, r.Noise, r.Kept = true, true, true
	sum, err := engine.Explore(context.Background(), r, tree.Add)
	if err != nil {
		t.Fatal(err)
	}
	return tree, sum
}

// TestEverythingIsThere finds each kind of thing that there is to see, named as people call it.
func TestEverythingIsThere(t *testing.T) {
	s := made(t)
	tree, sum := scan(t, s)
	for name, tally := range map[string]persist.Tally{"missing": sum.Missing, "differs": sum.Differs, "orphans": sum.Orphans, "kept": sum.Kept, "noise": sum.Noise} {
		if tally.Count == 0 || tally.Blocks == 0 {
			t.Errorf("%s: %+v", name, tally)
		}
	}
	owners := map[string]string{}
	for _, o := range tree.Owners() {
		owners[o.Owner.Name] = o.Owner.Suggest
	}
	if owners["Bluetooth pairings"] != "/var/lib/bluetooth" {
		t.Errorf("nothing is said of pairings: %v", owners)
	}
	if sum.UnreadableCount > 0 || len(sum.Notes) > 0 {
		t.Errorf("unreadable %v, notes %q", sum.Unreadable, sum.Notes)
	}
}

// TestKeepAndForget keeps the pairings, forgets an orphan, and finds both where they belong.
func TestKeepAndForget(t *testing.T) {
	s, ctx := made(t), context.Background()
	const pairings, orphan = "/var/lib/bluetooth", "/var/lib/grafana"
	p, err := engine.PlanKeep(ctx, s.Place, pairings)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 && strings.Contains(p.Change.Diff, "ada") {
		t.Errorf("the pairings are not ada's:\n%s", p.Change.Diff)
	}
	r, err := engine.Keep(ctx, s.Place, p, nil)
	if err != nil || len(r.Copies) != 1 || !strings.Contains(r.Rebuild, "nixos-rebuild switch --flake") {
		t.Fatalf("%+v, %v", r, err)
	}
	waiting, err := engine.WaitingKept(s.Place, nil)
	if err != nil || len(waiting) != 1 || waiting[0].Path != pairings {
		t.Errorf("waiting: %+v, %v", waiting, err)
	}
	f, err := engine.PlanForget(ctx, s.Place, orphan)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Forget(ctx, s.Place, f); err != nil {
		t.Fatal(err)
	}
	tree, _ := scan(t, s)
	if sums, ok := tree.Sums(pairings); ok && sums.Lost().Count != 0 {
		t.Errorf("what is kept is still lost: %+v", sums)
	}
	if sums, ok := tree.Sums(orphan); ok && sums.Orphans.Count != 0 {
		t.Errorf("what is forgotten is still an orphan: %+v", sums)
	}
}

func TestHomeIsItsUsers(t *testing.T) {
	s := made(t)
	const history = "/home/ada/.bash_history"
	if err := s.Dress(history); err != nil {
		t.Fatal(err)
	}
	p, err := engine.PlanKeep(context.Background(), s.Place, history)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p.Change.Diff, `"ada"`) || strings.Contains(p.Change.Diff, `"user"`) {
		t.Errorf("it is not in ada's home, or needs an owner:\n%s", p.Change.Diff)
	}
}

func TestRemoveLeavesNothing(t *testing.T) {
	s := made(t)
	if err := s.Remove(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Dir(s.Folder))
	if err != nil || len(left) > 0 {
		t.Errorf("%v are left, %v", left, err)
	}
	if _, err := madeup.Make(context.Background(), "/nonexistent"); err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("in no folder: %v", err)
	}
}
