package keep

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestForgetMovesAndDeletesByASecondAct(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/x", "1")
	w.write("/srv/b/y", "2")
	w.write("/home/ada/z", "3")
	w.keep("/srv/b")
	before := w.data()
	w.keep("/srv/a", "/home/ada/z")
	want := factsOf(t, w.Persist+"/srv/a")
	result := w.forget("/srv/a", "/home/ada/z")
	if w.data() != before {
		t.Errorf("data file is %s, was %s", w.data(), before)
	}
	if result.Rebuild == "" || len(result.Change.Drops) != 2 {
		t.Errorf("%+v", result)
	}
	w.lacks("/srv/a")
	w.holds("/srv/b/y", "2")
	if diff := cmp.Diff(want, factsOf(t, w.Persist+"/"+ForgottenFolder+"/"+result.Date+"/srv/a")); diff != "" {
		t.Error(diff)
	}
	w.holds("/"+ForgottenFolder+"/"+result.Date+"/home/ada/z", "3")
	if len(w.waiting()) != 1 {
		t.Errorf("%+v", w.waiting())
	}
	list, err := ListForgotten(w.Place)
	if err != nil || len(list) != 1 || len(list[0].Paths) != 2 || list[0].Date != result.Date {
		t.Errorf("%+v, %v", list, err)
	}
	for _, bad := range []string{"", ".", "..", "2026", "../srv", "2000-01-01", result.Date + "/srv", result.Date[:15]} {
		if _, err := Delete(w.Place, bad); err == nil {
			t.Errorf("%q was deleted", bad)
		}
	}
	day := result.Date[:10]
	deleted, err := Delete(w.Place, day)
	if err != nil || len(deleted) != 1 {
		t.Errorf("%+v, %v", deleted, err)
	}
	w.lacks("/" + ForgottenFolder + "/" + result.Date)
	w.holds("/srv/b/y", "2")
	if list, err := ListForgotten(w.Place); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestForgetOrphansOfAnyName(t *testing.T) {
	w := newWorld(t)
	for _, name := range odd[1:] {
		w.good(os.MkdirAll(w.Persist+"/srv/"+name, 0o755))
		w.good(os.WriteFile(w.Persist+"/srv/"+name+"/x", []byte(name), 0o644))
		result := w.forget("/srv/" + name)
		w.holds("/"+ForgottenFolder+"/"+result.Date+"/srv/"+name+"/x", name)
		if !result.Change.Empty() || result.Rebuild != "" {
			t.Errorf("%+v", result)
		}
	}
	w.good(os.Remove(w.Repo + "/persist.json")) // orphans need no repository that reads it
	w.good(os.WriteFile(w.Persist+"/orphan", nil, 0o644))
	w.forget("/orphan")
}

func TestForgetRefusals(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/mine/x", "1")
	w.write("/srv/ours/x", "1")
	w.keep("/srv/mine", "/srv/ours")
	w.write("/etc/lethe/persistence.json", `{"/nix/persist":{"directories":["/var/log"],"files":[]}}`)
	for _, name := range []string{"/var/log/journal", "/srv/orphan"} {
		w.good(os.MkdirAll(w.Persist+name, 0o755))
	}
	for path, says := range map[string]string{
		"/var/log": "yours", "/var/log/journal": "yours", "/var": "in it is kept", "/srv": "in it is kept", "/srv/none": "nothing is at its place", "/": "shortest form",
		"/.forgotten/x": "Lethe's own", "/srv/../srv/orphan": "shortest form", "x": "shortest form", "/.lethe": "Lethe's own",
	} {
		if _, err := PlanForget(context.Background(), w.Place, path); err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "cannot forget ") {
			t.Errorf("%s: %v, want %q", path, err, says)
		}
	}
	w.mounted(map[string]string{"/srv/mine": "/srv/mine"})
	result := w.forget("/srv/mine")
	if len(result.Notes) != 1 || !strings.Contains(result.Notes[0], "until the rebuild") {
		t.Errorf("%q", result.Notes)
	}
	w.mounted(map[string]string{"/srv/mine": "/" + ForgottenFolder + "/" + result.Date + "/srv/mine"})
	if _, err := Delete(w.Place, result.Date); err == nil || !strings.Contains(err.Error(), "rebuild or restart first") {
		t.Errorf("what is mounted was deleted: %v", err)
	}
	w.holds("/"+ForgottenFolder+"/"+result.Date+"/srv/mine/x", "1")
}

// TestDeleteFollowsNoLink wants nothing outside to be deleted.
func TestDeleteFollowsNoLink(t *testing.T) {
	w := newWorld(t)
	outside := t.TempDir()
	w.good(os.WriteFile(outside+"/precious", nil, 0o644))
	w.good(os.MkdirAll(w.Persist+"/srv/a/deep", 0o755))
	w.good(os.Symlink(outside, w.Persist+"/srv/a/deep/link"))
	w.good(os.Symlink(outside, w.Persist+"/srv/link"))
	a, b := w.forget("/srv/a"), w.forget("/srv/link")
	for _, date := range []string{a.Date, b.Date} {
		_, err := Delete(w.Place, date)
		w.good(err)
	}
	if _, err := os.Stat(outside + "/precious"); err != nil {
		t.Error(err)
	}
}
