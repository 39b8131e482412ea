package keep

import (
	"context"
	"os"
	"strings"
	"testing"
)

// sync copies again what is pending.
func (w *world) sync(paths ...string) Result {
	w.t.Helper()
	result, err := Sync(context.Background(), w.Place, paths, nil)
	w.good(err)
	return result
}

func (w *world) waiting() []Pending {
	w.t.Helper()
	list, err := Waiting(w.Place)
	w.good(err)
	return list
}

func TestSyncCopiesAgainUntilItIsMounted(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/x", "old")
	w.write("/srv/a/gone", "old")
	w.write("/srv/file", "old")
	first := w.keep("/srv/a", "/srv/file").Copies[0].Snapshot
	w.write("/srv/a/x", "between keep and rebuild")
	w.write("/srv/file", "between")
	w.good(os.Remove(w.Root + "/srv/a/gone"))
	result := w.sync()
	if len(result.Copies) != 2 || !result.Copies[0].Snapshot.After(first) || !result.Copies[0].Declared || result.Copies[0].Aside != "" || result.Rebuild == "" {
		t.Errorf("%+v", result)
	}
	w.holds("/srv/a/x", "between keep and rebuild")
	w.holds("/srv/file", "between")
	w.lacks("/srv/a/gone")
	w.lacks("/" + ForgottenFolder)
	if list := w.waiting(); len(list) != 2 || !list[0].Snapshot.Equal(result.Copies[0].Snapshot) {
		t.Errorf("%+v", list)
	}
	w.mounted(map[string]string{"/srv/a": "/srv/a"})
	if list := w.waiting(); len(list) != 1 || list[0].Path != "/srv/file" {
		t.Errorf("%+v", list)
	}
	w.write("/srv/a/x", "hidden by the mount")
	if result := w.sync(); len(result.Copies) != 1 || len(result.Notes) != 1 {
		t.Errorf("%+v", result)
	}
	w.holds("/srv/a/x", "between keep and rebuild")
	w.tidy()
	if _, err := Sync(context.Background(), w.Place, []string{"/srv/a"}, nil); err == nil {
		t.Error("what is mounted was copied again")
	}
}

func TestPendingUntilTheRightThingIsMounted(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/x", "1")
	w.keep("/srv/a")
	for at, from := range map[string]string{"/srv/a": "/srv/other", "/srv/b": "/srv/a", "/srv": "/srv", "/srv/a/x": "/srv/a/x"} {
		w.mounted(map[string]string{at: from})
		if len(w.waiting()) != 1 {
			t.Errorf("kept, because %s is mounted at %s", from, at)
		}
	}
	w.mounted(map[string]string{"/srv/a": "/srv/a"})
	if len(w.waiting()) != 0 {
		t.Error("pending, though mounted")
	}
	if _, err := PlanKeep(context.Background(), w.Place, "/srv/a/x"); err == nil {
		t.Error("kept in what is mounted")
	}
	w.mounted(nil)
	w.good(os.RemoveAll(w.Root + "/srv/a"))
	w.good(os.Symlink(w.Persist+"/srv/a", w.Root+"/srv/a"))
	if len(w.waiting()) != 0 {
		t.Error("pending, though linked")
	}
}

// TestSyncDeletesNobodysData wants a copy that was used since, or is all that is left, not to be replaced for good.
func TestSyncDeletesNobodysData(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/x", "copied")
	w.keep("/srv/a")
	w.good(os.WriteFile(w.Persist+"/srv/a/x", []byte("used"), 0o644))
	aside := w.sync().Copies[0].Aside
	w.holds("/"+aside+"/x", "used")
	w.holds("/srv/a/x", "copied")

	rec := w.record(t, func(r *record) { r.Copies[0].Boot = "an earlier one" })
	w.write("/srv/a/x", "made anew at the boot")
	if result := w.sync(); len(result.Copies) != 0 || len(result.Notes) != 1 || !strings.Contains(result.Notes[0], "all that is left") {
		t.Errorf("%+v", result)
	}
	w.holds("/srv/a/x", "copied")
	if len(rec.Copies) != 1 {
		t.Errorf("%+v", rec)
	}
}

// record changes what is noted.
func (w *world) record(t *testing.T, change func(*record)) record {
	t.Helper()
	persist, err := openRoot(w.Persist)
	w.good(err)
	defer persist.Close()
	s, err := lockState(persist)
	w.good(err)
	change(&s.record)
	w.good(s.save())
	w.good(s.unlock())
	return s.record
}

func TestOneAtATime(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/x", "1")
	plan, err := PlanKeep(context.Background(), w.Place, "/srv/a")
	w.good(err)
	persist, err := openRoot(w.Persist)
	w.good(err)
	defer persist.Close()
	s, err := lockState(persist)
	w.good(err)
	if _, err := Keep(context.Background(), w.Place, plan, nil); err == nil || !strings.Contains(err.Error(), "another Lethe") {
		t.Errorf("%v", err)
	}
	w.good(s.unlock())
	_, err = Keep(context.Background(), w.Place, plan, nil)
	w.good(err)
}

func TestCancelledLeavesNothing(t *testing.T) {
	w := newWorld(t)
	for i := range 50 {
		w.write("/srv/a/"+strings.Repeat("x", i+1), "1")
	}
	plan, err := PlanKeep(context.Background(), w.Place, "/srv/a")
	w.good(err)
	ctx, cancel := context.WithCancel(context.Background())
	_, err = Keep(ctx, w.Place, plan, func(Progress) { cancel() })
	if err == nil || ctx.Err() == nil {
		t.Fatalf("%v", err)
	}
	w.lacks("/srv")
	w.tidy()
	if w.data() != emptyList {
		t.Error("declared")
	}
	if rec := w.record(t, func(*record) {}); len(rec.Work)+len(rec.Copies) > 0 {
		t.Errorf("%+v", rec)
	}
}
