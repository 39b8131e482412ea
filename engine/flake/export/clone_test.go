package export_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/flake"
	"lethe/engine/flake/export"
)

// origin is a repository of a user's own, with two commits, a tag, a branch and a hook that would leave a trace.
func origin(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "mine")
	if err := export.Write(t.Context(), sample(t), folder, ada); err != nil {
		t.Fatal(err)
	}
	git(t, folder, "tag", "v1")
	git(t, folder, "switch", "-q", "-c", "next")
	if err := os.WriteFile(filepath.Join(folder, "next.nix"), []byte("{ }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	git(t, folder, "add", ".")
	git(t, folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "next")
	git(t, folder, "switch", "-q", "main")
	hooks := filepath.Join(folder, ".git", "hooks")
	if err := errors.Join(os.MkdirAll(hooks, 0o755), os.WriteFile(filepath.Join(hooks, "post-checkout"), []byte("#!/bin/sh\ntouch hooked\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestCloneChecksOutRevisions(t *testing.T) {
	from := origin(t)
	t.Setenv("PATH", "") // nothing is run
	for rev, wantNext := range map[string]bool{"": false, "main": false, "next": true, "v1": false} {
		into := filepath.Join(t.TempDir(), "clone")
		own, err := export.Clone(t.Context(), from, rev, into)
		if err != nil {
			t.Fatalf("%q: %v", rev, err)
		}
		if _, err := os.Stat(filepath.Join(into, "next.nix")); (err == nil) != wantNext {
			t.Errorf("%q: next.nix: %v", rev, err)
		}
		if _, err := os.Stat(filepath.Join(into, "hooked")); err == nil {
			t.Errorf("%q: a hook ran", rev)
		}
		if len(own.Rev) != 40 {
			t.Errorf("%q: revision is %q", rev, own.Rev)
		}
	}
}

func TestCloneHasABranchAtTheTipOfTheDefaultOne(t *testing.T) {
	from := origin(t)
	hex := func(rev string) string { return strings.TrimSpace(git(t, from, "rev-parse", rev)) }
	tip := hex("main")
	commit := func(message string) {
		git(t, from, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "--allow-empty", "-m", message)
	}
	check := func(name, rev, want, branch string) {
		t.Helper()
		own, err := export.Clone(t.Context(), from, rev, filepath.Join(t.TempDir(), "clone"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := strings.TrimSpace(git(t, own.Folder, "rev-parse", "--abbrev-ref", "HEAD")); got != branch || own.Rev != want {
			t.Errorf("%s: on %q at %s, want %q at %s", name, got, own.Rev, branch, want)
		}
		if got := git(t, own.Folder, "status", "--porcelain") + git(t, own.Folder, "rev-parse", "HEAD"); got != want+"\n" {
			t.Errorf("%s: the work tree is not that of %s: %s", name, want, got)
		}
		if branch != "HEAD" {
			if got := git(t, own.Folder, "rev-parse", "--abbrev-ref", "@{upstream}"); got != "origin/"+branch+"\n" {
				t.Errorf("%s: follows %s", name, got)
			}
		}
	}
	check("nothing said", "", tip, "main")
	check("commit of the tip", tip, tip, "main")
	check("default branch", "main", tip, "main")
	check("tag on the tip", "v1", tip, "main")
	check("another branch", "next", hex("next"), "HEAD")
	check("commit of another branch", hex("next"), hex("next"), "HEAD")
	commit("later")
	check("commit below the tip", tip, tip, "HEAD")
	git(t, from, "switch", "-q", "next")
	check("another default branch", hex("next"), hex("next"), "next")
	git(t, from, "switch", "-q", "--detach", "main")
	check("no default branch", hex("main"), hex("main"), "HEAD")
	check("no default branch, nothing said", "", hex("main"), "HEAD")
	check("no default branch, a branch said", "next", hex("next"), "HEAD")
}

func TestCloneFailuresLeaveNothing(t *testing.T) {
	from := origin(t)
	into := filepath.Join(t.TempDir(), "clone")
	for _, c := range [][2]string{{from, "no-such-branch"}, {"/nonexistent", ""}} {
		if _, err := export.Clone(t.Context(), c[0], c[1], into); err == nil {
			t.Errorf("%v was cloned", c)
		}
		onlyEntry(t, filepath.Dir(into))
	}
}

// occupied makes targets that must not be cloned into.
func occupied(t *testing.T) map[string]string {
	t.Helper()
	folder := t.TempDir()
	targets := map[string]string{}
	for _, name := range []string{"full", "file", "link"} {
		targets[name] = filepath.Join(folder, name)
	}
	if err := errors.Join(os.MkdirAll(filepath.Join(targets["full"], "mine"), 0o755), os.WriteFile(targets["file"], nil, 0o644),
		os.Symlink(t.TempDir(), targets["link"])); err != nil {
		t.Fatal(err)
	}
	return targets
}

func TestCloneRefusesWhatIsThere(t *testing.T) {
	from := origin(t)
	for name, into := range occupied(t) {
		before := tree(t, filepath.Dir(into))
		if _, err := export.Clone(t.Context(), from, "", into); !errors.Is(err, export.ErrExists) {
			t.Errorf("%s: error is %v, want %v", name, err, export.ErrExists)
		}
		if diff := cmp.Diff(before, tree(t, filepath.Dir(into))); diff != "" {
			t.Errorf("%s changed (-before +after):\n%s", name, diff)
		}
	}
}

func TestCloneFillsAnEmptyFolderOrLeavesItEmpty(t *testing.T) {
	from, into := origin(t), t.TempDir()
	if err := os.Chmod(into, 0o700); err != nil {
		t.Fatal(err)
	}
	var twice flake.Addition
	var err error
	if twice.Files, err = twice.Files.With("new.nix", nil); err != nil {
		t.Fatal(err)
	}
	if twice.Files, err = twice.Files.With("README.md", nil); err != nil { // this one is there
		t.Fatal(err)
	}
	_, cloned := export.Clone(t.Context(), from, "no-such-branch", into)
	_, added := export.CloneAndAdd(t.Context(), from, "", into, twice)
	if cloned == nil || !errors.Is(added, os.ErrExist) {
		t.Fatalf("errors are %v and %v", cloned, added)
	}
	onlyEntry(t, into)
	missing := filepath.Join(t.TempDir(), "clone")
	if _, err := export.CloneAndAdd(t.Context(), from, "", missing, twice); !errors.Is(err, os.ErrExist) {
		t.Errorf("error is %v", err)
	}
	onlyEntry(t, filepath.Dir(missing))

	if twice.Files, err = (flake.Repo{}).With("new.nix", nil); err != nil {
		t.Fatal(err)
	}
	own, err := export.CloneAndAdd(t.Context(), from, "", into, twice)
	if err != nil {
		t.Fatal(err)
	}
	if got := git(t, own.Folder, "status", "--porcelain"); got != "A  new.nix\n" {
		t.Errorf("status is %q", got)
	}
	if info, err := os.Stat(into); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is another now: %v, %v", info.Mode(), err)
	}
}

func TestASourceThatIsNothingIsCalledSo(t *testing.T) {
	into := filepath.Join(t.TempDir(), "clone")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{"nope", "./nope", "/nonexistent/nope", "file:///nonexistent", file} {
		if _, err := export.Clone(t.Context(), source, "", into); err == nil || !strings.Contains(err.Error(), "no such folder") {
			t.Errorf("%s: error is %v", source, err)
		}
	}
	if _, err := export.Clone(t.Context(), t.TempDir(), "", into); err == nil || strings.Contains(err.Error(), "no such folder") {
		t.Errorf("a folder without git: error is %v", err)
	}
	onlyEntry(t, filepath.Dir(into))
}

func TestAddStagesOnlyItsFiles(t *testing.T) {
	into := filepath.Join(t.TempDir(), "clone")
	own, err := export.Clone(t.Context(), origin(t), "", into)
	if err != nil {
		t.Fatal(err)
	}
	var a flake.Addition
	if a.Files, err = a.Files.With("hosts/b/disks.nix", []byte("{ }\n")); err != nil {
		t.Fatal(err)
	}
	if err := own.Add(a); err != nil {
		t.Fatal(err)
	}
	if got := git(t, into, "status", "--porcelain", "--branch"); got != "## main...origin/main\nA  hosts/b/disks.nix\n" {
		t.Errorf("status is %q", got)
	}
	if err := own.Add(a); !errors.Is(err, os.ErrExist) {
		t.Errorf("adding twice: %v", err)
	}
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(into, "out")); err != nil {
		t.Fatal(err)
	}
	var escape flake.Addition
	if escape.Files, err = escape.Files.With("out/disks.nix", nil); err != nil {
		t.Fatal(err)
	}
	if err := own.Add(escape); err == nil {
		t.Error("a link was followed out of the clone")
	}
	onlyEntry(t, outside)
}
