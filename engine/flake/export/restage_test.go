package export_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lethe/engine/flake"
	"lethe/engine/flake/export"
)

// restaged makes a repository with three files and stages a new text for one.
func restaged(t *testing.T, spoil func(folder string), name, text string) (string, error) {
	t.Helper()
	repo := flake.Repo{}
	var err error
	for _, file := range []string{"flake.nix", "persist.json", "sub/zebra.nix"} {
		if repo, err = repo.With(file, []byte("old "+file)); err != nil {
			t.Fatal(err)
		}
	}
	folder := filepath.Join(t.TempDir(), "repo")
	if err := export.Write(context.Background(), repo, folder, export.Author{Name: "Ada"}); err != nil {
		t.Fatal(err)
	}
	if spoil != nil {
		spoil(folder)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	return folder, export.Restage(root, name, []byte(text))
}

func gitSays(t *testing.T, folder string, args ...string) string {
	t.Helper()
	c := exec.Command("git", append([]string{"-C", folder, "-c", "safe.directory=*", "-c", "user.name=me", "-c", "user.email=me@example.org"}, args...)...)
	c.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestRestageIsWhatGitAddDoes asks git about the result, also after git itself has written the index.
func TestRestageIsWhatGitAddDoes(t *testing.T) {
	for name, spoil := range map[string]func(string){
		"as written": nil,
		"index by git": func(folder string) {
			if err := os.WriteFile(folder+"/new", []byte("x"), 0o755); err != nil {
				t.Fatal(err)
			}
			gitSays(t, folder, "add", "--all")
			gitSays(t, folder, "commit", "-q", "-m", "more")
			gitSays(t, folder, "update-index", "--index-version", "4")
		},
		"packed": func(folder string) { gitSays(t, folder, "gc", "-q") },
	} {
		folder, err := restaged(t, spoil, "persist.json", "new text\n")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := gitSays(t, folder, "show", ":persist.json"); got != "new text\n" {
			t.Errorf("%s: staged is %q", name, got)
		}
		if got := gitSays(t, folder, "status", "--porcelain"); got != "MM persist.json\n" { // the file itself was left alone
			t.Errorf("%s: status is %q", name, got)
		}
		gitSays(t, folder, "fsck", "--strict", "--no-dangling")
		gitSays(t, folder, "commit", "-q", "-m", "kept")
		if got := gitSays(t, folder, "show", "HEAD:persist.json"); got != "new text\n" {
			t.Errorf("%s: committed is %q", name, got)
		}
		if _, err := os.Lstat(folder + "/.git/index.lock"); err == nil {
			t.Errorf("%s: the lock was left", name)
		}
	}
}

func TestRestageAddsAFileThatGitDoesNotKnow(t *testing.T) {
	folder, err := restaged(t, nil, "other.json", "x")
	if err != nil {
		t.Fatal(err)
	}
	if got := gitSays(t, folder, "show", ":other.json"); got != "x" {
		t.Errorf("staged is %q", got)
	}
}

// TestRestageWritesNowhereElse has a repository whose owner put links where root would write.
func TestRestageWritesNowhereElse(t *testing.T) {
	for _, at := range []string{".git/objects", ".git/index", ".git/index.lock", ".git/config", ".git"} {
		outside := t.TempDir()
		_, err := restaged(t, func(folder string) {
			if err := os.RemoveAll(filepath.Join(folder, at)); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(outside, filepath.Join(folder, at)); err != nil {
				t.Fatal(err)
			}
		}, "persist.json", "new")
		if err == nil {
			t.Errorf("%s: staged through a link", at)
		}
		if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
			t.Errorf("%s: %v, %v", at, entries, err)
		}
	}
}

func TestRestageRefusals(t *testing.T) {
	write := func(name, text string) func(string) {
		return func(folder string) {
			if err := os.WriteFile(folder+"/.git/"+name, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		spoil func(string)
		says  string
	}{
		"git at work": {write("index.lock", ""), "git is at work"},
		"SHA-256":     {write("config", "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n"), "sha256"},
		"bad index":   {write("index", "nonsense"), "cannot read the index"},
	} {
		if _, err := restaged(t, c.spoil, "persist.json", "new"); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := restaged(t, func(folder string) { _ = os.RemoveAll(folder + "/.git") }, "persist.json", "new"); !errors.Is(err, export.ErrNoGit) {
		t.Errorf("no git: %v", err)
	}
}

// TestRestageLeavesTheOwner has root stage in the repository of somebody else.
func TestRestageLeavesTheOwner(t *testing.T) {
	want := uint32(os.Geteuid())
	folder, err := restaged(t, func(folder string) {
		if want == 0 {
			want = 1234
			gitFiles(t, folder, func(name string) {
				if err := os.Lchown(name, 1234, 1234); err != nil {
					t.Fatal(err)
				}
			})
		}
	}, "persist.json", "new")
	if err != nil {
		t.Fatal(err)
	}
	gitFiles(t, folder, func(name string) {
		var s unix.Stat_t
		if err := unix.Lstat(name, &s); err != nil || s.Uid != want {
			t.Errorf("%s belongs to %d, %v", name, s.Uid, err)
		}
	})
}

func gitFiles(t *testing.T, folder string, each func(string)) {
	t.Helper()
	err := filepath.WalkDir(folder+"/.git", func(name string, _ os.DirEntry, err error) error {
		each(name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
