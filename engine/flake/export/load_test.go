package export_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/flake"
	"lethe/engine/flake/export"
)

// canary stands for a password hash that must never be exported.
const canary = "$y$j9T$canary8291"

// lay writes files below a folder; a text that begins with "->" is a symbolic link.
func lay(t *testing.T, folder string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, link := strings.CutPrefix(text, "->"); link {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func texts(r flake.Repo) map[string]string {
	all := map[string]string{}
	for _, f := range r.Files {
		all[f.Path] = string(f.Text)
	}
	return all
}

func TestLoadWithoutGitTakesWhatGitWould(t *testing.T) {
	files := map[string]string{
		".gitignore": "# hashes\n*.hash\n/build/\n!keep.hash\n", "flake.nix": "{ }\n", "hosts/a.nix": "1", "keep.hash": "2",
		"hosts/.gitignore": "/local.nix\r\n", "hosts/sub/local.nix": "3", "docs/passwords/how.md": "4",
	}
	folder := t.TempDir()
	lay(t, folder, files)
	lay(t, folder, map[string]string{
		"passwords/ada": canary, "ada.hash": canary, "hosts/grace.hash": canary, "hosts/local.nix": canary, "build/x": canary,
		"hosts/.git/config": canary, "result": "->/nix/store/x", "result-man": "->/nonexistent",
	})
	got, err := export.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(files, texts(got)); diff != "" {
		t.Errorf("loaded (-want +got):\n%s", diff)
	}

	// The real git says the same, but for "passwords", which nobody told it about.
	git(t, folder, "init", "-q")
	if err := os.RemoveAll(filepath.Join(folder, "hosts", ".git")); err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, p := range strings.Fields(git(t, folder, "ls-files", "--others", "--exclude-standard")) {
		if p != "passwords/ada" && !strings.HasPrefix(p, "result") {
			known = append(known, p)
		}
	}
	if diff := cmp.Diff(known, got.Paths()); diff != "" {
		t.Errorf("paths (-git +loaded):\n%s", diff)
	}
}

func TestLoadWithoutIgnoreFileLeavesPasswordsOut(t *testing.T) {
	for _, secrets := range []map[string]string{{"passwords/ada": canary}, {"Passwords/ada": canary}, {"passwords": "->secret", "secret/.gitignore": "*", "secret/ada": canary}} {
		folder := t.TempDir()
		lay(t, folder, map[string]string{"flake.nix": "{ }\n"})
		lay(t, folder, secrets)
		got, err := export.Load(folder)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"flake.nix"}, got.Paths()); diff != "" {
			t.Errorf("%v (-want +got):\n%s", secrets, diff)
		}
	}
}

// TestLoadReadsLinksInside has links in a repository, which git tracks, and in a folder without git.
func TestLoadReadsLinksInside(t *testing.T) {
	for _, tracked := range []bool{true, false} {
		folder := t.TempDir()
		lay(t, folder, map[string]string{
			"flake.nix": "{ }\n", "common/base.nix": "base", "hosts/a.nix": "->../common/base.nix", "hosts/b.nix": "->a.nix", "result": "->/nix/store/x",
		})
		if tracked {
			git(t, folder, "init", "-q")
			git(t, folder, "add", "--all")
		}
		got, err := export.Load(folder)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"flake.nix": "{ }\n", "common/base.nix": "base", "hosts/a.nix": "base", "hosts/b.nix": "base"}
		if diff := cmp.Diff(want, texts(got)); diff != "" {
			t.Errorf("tracked %t: loaded (-want +got):\n%s", tracked, diff)
		}
	}
}

func TestLoadFollowsNoLinkOut(t *testing.T) {
	outside := t.TempDir()
	lay(t, outside, map[string]string{"secret": canary})
	for name, target := range map[string]string{
		"outside":             filepath.Join(outside, "secret"),
		"up":                  "../" + filepath.Base(outside) + "/secret",
		"folder":              "hosts",
		"loop":                "bad.nix",
		"nothing":             "nothing",
		"what is not tracked": "untracked",
		"git's own":           ".git/config",
		"password":            "passwords/ada",
		"absolute, inside":    "",
	} {
		for _, tracked := range []bool{true, false} {
			folder := t.TempDir()
			lay(t, folder, map[string]string{"flake.nix": "{ }\n", "hosts/a.nix": "1", ".gitignore": "untracked\npasswords\n", "untracked": canary, "passwords/ada": canary})
			link := target
			if link == "" {
				link = filepath.Join(folder, "hosts/a.nix")
			}
			lay(t, folder, map[string]string{"bad.nix": "->" + link})
			if tracked {
				git(t, folder, "init", "-q")
				git(t, folder, "add", "--all")
			}
			got, err := export.Load(folder)
			if err == nil || !strings.Contains(err.Error(), "bad.nix is a link") {
				t.Errorf("%s, tracked %t: loaded %v, error %v", name, tracked, got.Paths(), err)
			}
		}
	}
	if _, err := export.Load(t.TempDir()); err == nil {
		t.Error("an empty folder was taken for a configuration")
	}
}
