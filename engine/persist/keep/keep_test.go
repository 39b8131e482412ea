package keep

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"lethe/engine/flake"
)

func TestKeepCopiesEverythingThatAFileSystemHolds(t *testing.T) {
	w := newWorldOnDisk(t)
	name := w.nastyTree()
	w.good(os.MkdirAll(w.Persist+"/srv", 0o755))
	before := time.Now()
	result := w.keep(name)
	want, got := factsOf(t, w.Root+name), factsOf(t, w.Persist+name)
	for _, left := range []string{"/socket", "/device"} {
		delete(want, left)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("copy (-want +got):\n%s", diff)
	}
	done := result.Copies[0]
	if len(done.Left) == 0 || done.Left[0].Path != "device" && done.Left[0].Path != "socket" {
		t.Errorf("left out: %v", done.Left)
	}
	if len(result.Torn()) > 0 || len(done.Gone) > 0 || done.Aside != "" || !done.Declared {
		t.Errorf("%+v", done)
	}
	if done.Snapshot.Before(before) || done.Placed.Before(done.Snapshot) {
		t.Errorf("snapshot of %v, placed at %v, begun at %v", done.Snapshot, done.Placed, before)
	}
	w.tidy()
	if want := "sudo nixos-rebuild switch --flake '" + w.Repo + "#blitzar'"; result.Rebuild != want {
		t.Errorf("rebuild with %s, want %s", result.Rebuild, want)
	}
}

// TestFoldersAboveAreDressed wants folders that the persist tree lacked to be as they are in the running system.
func TestFoldersAboveAreDressed(t *testing.T) {
	w := newWorld(t)
	w.write("/home/ada/.config/app/sub/file", "x")
	w.good(os.Chmod(w.Root+"/home/ada", 0o700))
	w.good(os.Chmod(w.Root+"/home/ada/.config", 0o2751))
	if os.Geteuid() == 0 {
		w.good(os.Chown(w.Root+"/home/ada", 1000, 1000))
		w.good(os.Chown(w.Root+"/home/ada/.config", 1000, 77))
	}
	w.good(os.Chmod(w.Root+"/home/ada/.config", os.ModeSetgid|0o751))
	w.keep("/home/ada/.config/app/sub")
	w.holds("/home/ada/.config/app/sub/file", "x")
	for _, name := range []string{"/home", "/home/ada", "/home/ada/.config", "/home/ada/.config/app", "/home/ada/.config/app/sub"} {
		want, got := factsOf(t, w.Root+name)[""], factsOf(t, w.Persist+name)[""]
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	w.tidy()
}

func TestKeepDeclaresAndStages(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/x", "1")
	w.write("/etc/some.conf", "2")
	w.write("/home/ada/.config/kwinrc", "3")
	w.good(os.MkdirAll(w.Root+"/home/ada/games", 0o755))
	w.good(os.Chmod(w.Root+"/home/ada/games", 0o700))
	result := w.keep("/srv/a", "/etc/some.conf", "/home/ada/games", "/home/ada/.config/kwinrc")
	l, err := Decode([]byte(w.data()))
	w.good(err)
	root, err := openRoot(w.Root)
	w.good(err)
	defer root.Close()
	people, err := readPeople(root)
	w.good(err)
	owner := func(name, home string) Owner { // what that gives is judged in TestOwners
		var s unix.Stat_t
		w.good(unix.Stat(w.Root+name, &s))
		return people.ownerOf(&s, home)
	}
	above := func(name, home string) *Owner {
		if o := owner(name, home); o != (Owner{}) {
			return &o
		}
		return nil
	}
	want := List{
		Places: Places{[]Directory{{Path: "/srv/a", Owner: owner("/srv/a", "")}}, []File{{Path: "/etc/some.conf", Parent: above("/etc", "")}}},
		Users: map[string]Places{"ada": {
			[]Directory{{Path: "games", Owner: owner("/home/ada/games", "ada")}},
			[]File{{Path: ".config/kwinrc", Method: "symlink", Parent: above("/home/ada/.config", "ada")}},
		}},
	}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	if w.data() != result.Change.After || !strings.Contains(result.Change.Diff, "\n+      \"directory\": \"/srv/a\"") {
		t.Errorf("change is %+v", result.Change)
	}
	out, err := exec.Command("git", "-C", w.Repo, "-c", "safe.directory=*", "status", "--porcelain").CombinedOutput()
	if err != nil || string(out) != "M  persist.json\n" {
		t.Errorf("git says %q, %v", out, err)
	}
	if len(result.Notes) != 2 || !strings.Contains(result.Notes[0], "from the next boot on") {
		t.Errorf("notes: %q", result.Notes)
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/x", "1")
	before := factsOf(t, filepath.Dir(w.Persist))
	plan, err := PlanKeep(context.Background(), w.Place, "/srv/a")
	w.good(err)
	if plan.Items[0].Size.Entries != 2 || plan.Items[0].Size.Bytes != 1 || plan.Change.Empty() {
		t.Errorf("%+v", plan)
	}
	if diff := cmp.Diff(before, factsOf(t, filepath.Dir(w.Persist))); diff != "" {
		t.Error(diff)
	}
}

func TestWhatWasReviewedIsWhatIsWritten(t *testing.T) {
	for name, meddle := range map[string]func(*world){
		"data file": func(w *world) {
			w.good(os.WriteFile(w.Repo+"/persist.json", []byte("{}"), 0o644))
		},
		"mode":        func(w *world) { w.good(os.Chmod(w.Root+"/srv/a", 0o711)) },
		"file for it": func(w *world) { w.good(os.RemoveAll(w.Root + "/srv/a")); w.write("/srv/a", "x") },
		"link for it": func(w *world) {
			w.good(os.RemoveAll(w.Root + "/srv/a"))
			w.good(os.Symlink("/etc", w.Root+"/srv/a"))
		},
	} {
		w := newWorld(t)
		w.write("/srv/a/x", "1")
		plan, err := PlanKeep(context.Background(), w.Place, "/srv/a")
		w.good(err)
		meddle(w)
		data := w.data()
		if _, err := Keep(context.Background(), w.Place, plan, nil); err == nil {
			t.Errorf("%s: kept", name)
		}
		w.lacks("/srv/a")
		if w.data() != data {
			t.Errorf("%s: declared", name)
		}
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/b/c", "1")
	w.write("/srv/kept/x", "1")
	w.write("/etc/lethe/persistence.json", `{"/nix/persist":{"directories":["/srv/kept","/srv/around/inner"],"files":[]}}`)
	w.good(os.MkdirAll(w.Root+"/srv/around/inner", 0o755))
	w.good(os.Symlink("/srv/a", w.Root+"/srv/link"))
	w.good(exec.Command("mkfifo", w.Root+"/srv/fifo").Run())
	w.good(os.MkdirAll(w.Root+"/nix/x", 0o755))
	for path, says := range map[string]string{
		"/srv/kept": "kept already", "/srv/kept/x": "lies in it", "/srv/around": "in it is kept already", "/srv/link": "it is a link to",
		"/srv/link/b": "a folder in it is a link", "/srv/fifo": "it is a fifo", "/srv/none": "it is not there", "/srv/a/none/x": "it is not there",
		"/": "whole", "/etc": "whole", "/nix/x": "a boot forgets", "srv/a": "not an absolute path", "/srv/a/": "not an absolute path", "/srv/../srv/a": "not an absolute path",
		"/srv/a/b/c/d": "not a directory", "/run/x": "systemd",
	} {
		_, err := PlanKeep(context.Background(), w.Place, path)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "cannot keep ") {
			t.Errorf("%s: %v, want %q", path, err, says)
		}
	}
	if _, err := PlanKeep(context.Background(), w.Place, "/srv/a", "/srv/a/b"); err == nil {
		t.Error("a folder and one in it")
	}
	if _, err := PlanKeep(context.Background(), Place{Root: filepath.Dir(w.Root), Persist: w.Persist, Repo: w.Repo}, "/persist"); err == nil || !strings.Contains(err.Error(), "the persist tree is there") {
		t.Errorf("the persist tree itself: %v", err)
	}
	if _, err := Keep(context.Background(), w.Place, Plan{}, nil); err == nil {
		t.Error("nothing was kept")
	}
	if entries, err := os.ReadDir(w.Persist); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestRepositoriesThatDoNotReadTheFile(t *testing.T) {
	for name, spoil := range map[string]func(*world){
		"no file":      func(w *world) { w.good(os.Remove(w.Repo + "/persist.json")) },
		"not imported": func(w *world) { w.good(os.WriteFile(w.Repo+"/persist.nix", []byte("{ }"), 0o644)) },
	} {
		w := newWorld(t)
		w.write("/srv/a/x", "1")
		spoil(w)
		_, err := PlanKeep(context.Background(), w.Place, "/srv/a")
		if !errors.Is(err, ErrNotRead) || !strings.Contains(err.Error(), Reads) || !strings.Contains(err.Error(), "git add persist.json") {
			t.Errorf("%s: %v", name, err)
		}
	}
	w := newWorld(t) // as the sentence says
	w.write("/srv/a/x", "1")
	w.good(os.WriteFile(w.Repo+"/persist.json", []byte("{}\n"), 0o644))
	w.keep("/srv/a")
	w.forget("/srv/a")
	if w.data() != emptyList {
		t.Errorf("%s", w.data())
	}
	w.good(os.Remove(w.Repo + "/persist.json"))
	w.good(os.Symlink(w.Root+"/srv/a/x", w.Repo+"/persist.json"))
	if _, err := PlanKeep(context.Background(), w.Place, "/srv/a"); err == nil {
		t.Error("a link was followed for the data file")
	}
}

// TestWhatLiesThereIsMovedAside keeps an orphan's bytes.
func TestWhatLiesThereIsMovedAside(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/x", "new")
	w.good(os.MkdirAll(w.Persist+"/srv/a", 0o755))
	w.good(os.WriteFile(w.Persist+"/srv/a/old", []byte("old"), 0o644))
	plan, err := PlanKeep(context.Background(), w.Place, "/srv/a")
	w.good(err)
	if !plan.Items[0].Replaces {
		t.Error("the plan does not say so")
	}
	aside := w.keep("/srv/a").Copies[0].Aside
	w.holds("/srv/a/x", "new")
	w.lacks("/srv/a/old")
	w.holds("/"+aside+"/old", "old")
	if info, err := os.Stat(w.Persist + "/" + ForgottenFolder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestFilesOfOthersInThePersistTreeAreNotFollowed(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/x", "new")
	outside := t.TempDir()
	w.good(os.Symlink(outside, w.Persist+"/srv"))
	if _, err := PlanKeep(context.Background(), w.Place, "/srv/a"); err == nil || !strings.Contains(err.Error(), "is a link") {
		t.Errorf("%v", err)
	}
	if _, err := PlanForget(context.Background(), w.Place, "/srv/a"); err == nil {
		t.Error("forgotten through a link")
	}
}

func TestTheTemplateIsAnEmptyList(t *testing.T) {
	text, err := List{}.Encode()
	if err != nil || string(text) != emptyList {
		t.Errorf("%s, %v", text, err)
	}
	golden, err := os.ReadFile("../../flake/testdata/golden/" + flake.PersistFile + "/" + flake.AddedFile)
	if err != nil || string(golden) != emptyList {
		t.Errorf("%s, %v", golden, err)
	}
}

// TestPlansSurviveJSON sends what one process plans to another one, as the root side does.
func TestPlansSurviveJSON(t *testing.T) {
	w := newWorld(t)
	w.write("/srv/a/x", "1")
	w.write("/home/ada/z", "3")
	plan, err := PlanKeep(context.Background(), w.Place, "/srv/a", "/home/ada/z")
	w.good(err)
	text, err := json.Marshal(plan)
	w.good(err)
	var sent Plan
	w.good(json.Unmarshal(text, &sent))
	result, err := Keep(context.Background(), w.Place, sent, nil)
	w.good(err)
	text, err = json.Marshal(result)
	w.good(err)
	var back Result
	w.good(json.Unmarshal(text, &back))
	if diff := cmp.Diff(result, back); diff != "" {
		t.Error(diff)
	}
	forget, err := PlanForget(context.Background(), w.Place, "/srv/a")
	w.good(err)
	text, err = json.Marshal(forget)
	w.good(err)
	var sentToo ForgetPlan
	w.good(json.Unmarshal(text, &sentToo))
	_, err = Forget(context.Background(), w.Place, sentToo)
	w.good(err)
}

// TestFilesOfNixOSAreLinks has users and declarations where NixOS puts them: behind links that are absolute below the root.
func TestFilesOfNixOSAreLinks(t *testing.T) {
	w := newWorld(t)
	w.write("/home/ada/x/y", "1")
	w.write("/nix/store/abc/persistence.json", `{"/nix/persist":{"directories":["/var/log"],"files":[]}}`)
	w.good(os.MkdirAll(w.Root+"/etc/lethe", 0o755))
	w.good(os.MkdirAll(w.Root+"/var/log", 0o755))
	w.good(os.Symlink("/nix/store/abc/persistence.json", w.Root+"/etc/lethe/persistence.json"))
	w.good(os.Rename(w.Root+"/etc/passwd", w.Root+"/nix/store/abc/passwd"))
	w.good(os.Symlink("/nix/store/abc/passwd", w.Root+"/etc/passwd"))
	if _, err := PlanKeep(context.Background(), w.Place, "/var/log"); err == nil || !strings.Contains(err.Error(), "kept already") {
		t.Errorf("%v", err)
	}
	plan, err := PlanKeep(context.Background(), w.Place, "/home/ada/x")
	w.good(err)
	if plan.Items[0].Home != "ada" {
		t.Errorf("%+v", plan.Items[0])
	}
}
