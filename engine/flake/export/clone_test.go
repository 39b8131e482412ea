package export_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

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
	git(t, folder, "commit", "-q", "-m", "next")
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

func TestCloneFailuresLeaveNothing(t *testing.T) {
	from := origin(t)
	into := filepath.Join(t.TempDir(), "clone")
	for _, c := range [][2]string{{from, "no-such-branch"}, {"/nonexistent", ""}} {
		if _, err := export.Clone(t.Context(), c[0], c[1], into); err == nil {
			t.Errorf("%v was cloned", c)
		}
		onlyEntry(t, filepath.Dir(into))
	}
	if _, err := export.Clone(t.Context(), from, "", t.TempDir()); !errors.Is(err, export.ErrExists) {
		t.Errorf("error is %v, want %v", err, export.ErrExists)
	}
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
