package export_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/flake"
	"lethe/engine/flake/export"
)

var ada = export.Author{Name: "Ada Lovelace", Email: "ada@example.org", When: time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)}

func sample(t testing.TB) flake.Repo {
	t.Helper()
	var repo flake.Repo
	var err error
	for path, text := range map[string]string{"flake.nix": "{ }\n", "README.md": "# Über\n", ".gitignore": "/result\n", "hosts/a/disks.nix": "{ }\n"} {
		if repo, err = repo.With(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return repo
}

// git runs the real git, without any configuration of this machine.
func git(t testing.TB, folder string, args ...string) string {
	t.Helper()
	c := exec.Command("git", args...)
	c.Dir = folder
	c.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "HOME=/nonexistent")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func TestFolderIsAGitRepository(t *testing.T) {
	for name, prepare := range map[string]func(string) error{
		"new":   func(string) error { return nil },
		"empty": func(to string) error { return os.Mkdir(to, 0o755) },
	} {
		t.Run(name, func(t *testing.T) {
			to := filepath.Join(t.TempDir(), "nixos")
			if err := prepare(to); err != nil {
				t.Fatal(err)
			}
			if err := export.Write(t.Context(), sample(t), to, ada); err != nil {
				t.Fatal(err)
			}
			git(t, to, "fsck", "--strict", "--full")
			if got := git(t, to, "status", "--porcelain", "--branch"); got != "## main\n" {
				t.Errorf("status is %q, want a clean main", got)
			}
			want := "Ada Lovelace <ada@example.org> 1795377600 Configure NixOS\n"
			if got := git(t, to, "log", "--format=%an <%ae> %at %s"); got != want {
				t.Errorf("log is %q, want %q", got, want)
			}
			if got := git(t, to, "ls-files"); got != ".gitignore\nREADME.md\nflake.nix\nhosts/a/disks.nix\n" {
				t.Errorf("git knows %q", got)
			}
			if _, err := os.Stat(filepath.Join(to, ".git", "hooks")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("there are hooks: %v", err)
			}
			onlyEntry(t, filepath.Dir(to), "nixos")
		})
	}
}

func onlyEntry(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("%s holds (-want +got):\n%s", folder, diff)
	}
}

func TestArchivesHoldTheSameRepository(t *testing.T) {
	staged, err := export.Stage(sample(t), ada)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range staged {
		want["my-host/"+f.Path] = string(f.Text)
	}
	for ending, unpack := range map[string]func(*testing.T, []byte) map[string]string{".zip": unzip, ".tar.gz": untar, ".TGZ": untar} {
		t.Run(ending, func(t *testing.T) {
			var texts [2][]byte
			for i := range texts {
				folder := t.TempDir()
				to := filepath.Join(folder, "my-host"+ending)
				if err := export.Write(t.Context(), sample(t), to, ada); err != nil {
					t.Fatal(err)
				}
				onlyEntry(t, folder, filepath.Base(to))
				if texts[i], err = os.ReadFile(to); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(texts[0], texts[1]) {
				t.Error("two exports of the same differ")
			}
			if diff := cmp.Diff(want, unpack(t, texts[0])); diff != "" {
				t.Errorf("archive (-want +got):\n%s", diff)
			}
		})
	}
}

func unzip(t *testing.T, text []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(b)
	}
	return files
}

func untar(t *testing.T, text []byte) map[string]string {
	t.Helper()
	gz, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for r := tar.NewReader(gz); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = string(b)
	}
}

func TestRefusesWhatIsThere(t *testing.T) {
	folder := t.TempDir()
	outside := t.TempDir()
	for name, make := range map[string]func(string) error{
		"full": func(p string) error {
			return errors.Join(os.Mkdir(p, 0o755), os.WriteFile(filepath.Join(p, "mine"), nil, 0o644))
		},
		"hidden":   func(p string) error { return os.MkdirAll(filepath.Join(p, ".git"), 0o755) },
		"file":     func(p string) error { return os.WriteFile(p, nil, 0o644) },
		"link":     func(p string) error { return os.Symlink(outside, p) },
		"dangling": func(p string) error { return os.Symlink(filepath.Join(outside, "new"), p) },
		"a.zip":    func(p string) error { return os.WriteFile(p, []byte("mine"), 0o644) },
		"b.tar.gz": func(p string) error { return os.Symlink(filepath.Join(outside, "b"), p) },
	} {
		to := filepath.Join(folder, name)
		if err := make(to); err != nil {
			t.Fatal(err)
		}
		before := tree(t, folder)
		if err := export.Write(t.Context(), sample(t), to, ada); !errors.Is(err, export.ErrExists) {
			t.Errorf("%s: error is %v, want %v", name, err, export.ErrExists)
		}
		if diff := cmp.Diff(before, tree(t, folder)); diff != "" {
			t.Errorf("%s changed (-before +after):\n%s", name, diff)
		}
	}
	onlyEntry(t, outside)
}

// tree lists every path with its type and size.
func tree(t *testing.T, folder string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		all = append(all, fmt.Sprint(strings.TrimPrefix(p, folder), d.Type(), info.Size()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestNothingIsLeftHalfMade(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, name := range []string{"new", "empty", "a.zip", "a.tar.gz"} {
		folder := t.TempDir()
		to := filepath.Join(folder, name)
		var want []string
		if name == "empty" {
			want = []string{name}
			if err := os.Mkdir(to, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := export.Write(cancelled, sample(t), to, ada); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error is %v, want cancelled", name, err)
		}
		onlyEntry(t, folder, want...)
		if name == "empty" {
			onlyEntry(t, to)
		}
	}
	if err := export.Write(t.Context(), sample(t), filepath.Join(t.TempDir(), "no", "such"), ada); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing parent: error is %v", err)
	}
}

func TestStageRefusesHostileAuthors(t *testing.T) {
	for _, name := range []string{"a\nb", "a <b>", "a\x00"} {
		if _, err := export.Stage(sample(t), export.Author{Name: name}); err == nil {
			t.Errorf("author %q was taken", name)
		}
	}
	if _, err := export.Stage(sample(t), export.Author{Message: "a\x00b"}); err == nil {
		t.Error("a message with NUL was taken")
	}
	if _, err := export.Stage(sample(t), export.Author{Name: `"; [core] hooksPath = /tmp #`, When: ada.When}); err != nil {
		t.Error(err)
	}
}

func TestCommitSaysWhoseItIs(t *testing.T) {
	generated, copied := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	other := ada
	other.Message, other.Local = export.CopiedMessage, true
	if err := errors.Join(export.Write(t.Context(), sample(t), generated, ada), export.Write(t.Context(), sample(t), copied, other)); err != nil {
		t.Fatal(err)
	}
	if got := git(t, generated, "log", "--format=%B"); !strings.Contains(got, "Written by Lethe") {
		t.Errorf("message of a generated one is %q", got)
	}
	if got := git(t, copied, "log", "--format=%B"); got != "Copy the NixOS configuration\n" {
		t.Errorf("message of a copy is %q", got)
	}
	if got := git(t, copied, "config", "--local", "--get-regexp", "^user"); got != "user.name Ada Lovelace\nuser.email ada@example.org\n" {
		t.Errorf("local author is %q", got)
	}
	for _, folder := range []string{generated, copied} {
		config := git(t, folder, "config", "--local", "--list")
		if strings.Contains(config, "filemode") || folder == generated && strings.Contains(config, "user.") {
			t.Errorf("configuration is %q", config)
		}
	}
}

func TestLoadGivesBackWhatWasWritten(t *testing.T) {
	repo := sample(t)
	to := filepath.Join(t.TempDir(), "nixos")
	if err := export.Write(t.Context(), repo, to, ada); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, "untracked-secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := export.Load(to)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(repo, got); diff != "" {
		t.Errorf("loaded (-want +got):\n%s", diff)
	}
	if err := os.RemoveAll(filepath.Join(to, ".git")); err != nil {
		t.Fatal(err)
	}
	if got, err = export.Load(to); err != nil || len(got.Files) != len(repo.Files)+1 {
		t.Errorf("without git: %d files, %v", len(got.Files), err)
	}
}

func BenchmarkStage(b *testing.B) {
	repo := sample(b)
	for b.Loop() {
		if _, err := export.Stage(repo, ada); err != nil {
			b.Fatal(err)
		}
	}
}
