package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/flake"
	"lethe/engine/flake/export"
	"lethe/engine/helper"
	"lethe/engine/lockfile"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// madeUp is a made-up system with a root side that works on it.
type madeUp struct {
	Local
	t testing.TB
}

const emptyList = "{\n  \"directories\": [],\n  \"files\": [],\n  \"users\": {}\n}\n"

func newMadeUp(t testing.TB) madeUp {
	t.Helper()
	base := t.TempDir()
	m := madeUp{Local{Folder: base + "/run", System: keep.Place{Root: base + "/root", Persist: base + "/persist", Repo: base + "/repo", Host: "blitzar"}}, t}
	m.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
	m.write("/etc/group", "root:x:0:\n")
	m.good(os.MkdirAll(m.System.Persist+"/srv", 0o755))
	repo, err := flake.Repo{}.With(flake.PersistFile, []byte("{ lib, ... }:\n{\n  "+keep.Reads+"\n}\n"))
	m.good(err)
	repo, err = repo.With(flake.AddedFile, []byte(emptyList))
	m.good(err)
	m.good(export.Write(context.Background(), repo, m.System.Repo, export.Author{Name: "Ada"}))
	return m
}

func (m madeUp) good(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// write makes a file of the running system.
func (m madeUp) write(name, text string) {
	m.t.Helper()
	m.good(os.MkdirAll(filepath.Dir(m.System.Root+name), 0o755))
	m.good(os.WriteFile(m.System.Root+name, []byte(text), 0o644))
}

func (m madeUp) data() string {
	m.t.Helper()
	text, err := os.ReadFile(filepath.Join(m.System.Repo, flake.AddedFile))
	m.good(err)
	return string(text)
}

// stored lists the files in the persist tree but Lethe's own record, and fails where a copy was left half done.
func (m madeUp) stored() (names []string) {
	m.t.Helper()
	m.good(filepath.WalkDir(m.System.Persist, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(d.Name(), keep.TemporaryPrefix):
			m.t.Errorf("%s was left", name)
		case d.Name() == keep.StateFolder:
			return fs.SkipDir
		case !d.IsDir():
			names = append(names, strings.TrimPrefix(name, m.System.Persist))
		}
		return nil
	}))
	return names
}

// window is a client of the root side, and how to let it go away without a word.
type window struct {
	*helper.Client
	die    func()
	served chan error
}

func (m madeUp) serve(host helper.Host) window {
	m.t.Helper()
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	served, wait := make(chan error, 1), make(chan error, 1)
	go func() {
		err := helper.Serve(context.Background(), "server", inRead, outWrite, host)
		served <- err
		wait <- err
		_, _ = inRead.Close(), outWrite.Close()
	}()
	c, err := helper.Connect(m.t.Context(), "client", func() (helper.Process, error) {
		return wire{outRead, inWrite, wait}, nil
	})
	m.good(err)
	return window{c, func() { _, _ = inWrite.Close(), outRead.Close() }, served}
}

// wire is a root side in this process.
type wire struct {
	io.Reader
	*io.PipeWriter
	wait chan error
}

func (w wire) CloseWrite() error { return w.Close() }
func (w wire) Tail() string      { return "" }
func (w wire) Wait() error       { return <-w.wait }

// TestExploringThroughTheRootSide scans, keeps, copies again, forgets and deletes as a window does.
func TestExploringThroughTheRootSide(t *testing.T) {
	m := newMadeUp(t)
	m.write("/srv/a/file", "new")
	m.write("/srv/a/\xff\n", "odd")
	w := m.serve(m.Local)
	ctx := t.Context()
	lost := func() map[string]persist.Kind {
		t.Helper()
		found := map[string]persist.Kind{}
		sums, err := w.Scan(ctx, ScanRequest{Orphans: true}, func(list []persist.Finding) {
			for _, f := range list {
				if strings.HasPrefix(f.Path, "/srv") {
					found[f.Path] = f.Kind
				}
			}
		}, nil)
		if err != nil || sums.Entries == 0 {
			t.Fatalf("%+v, %v", sums, err)
		}
		return found
	}
	if got, want := lost(), (map[string]persist.Kind{"/srv/a/file": persist.Missing, "/srv/a/\xff\n": persist.Missing}); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	p, err := w.PlanKeep(ctx, []string{"/srv/a"})
	if err != nil || !strings.Contains(p.Change.Diff, "+") || m.data() != emptyList {
		t.Fatalf("%+v, %v", p, err)
	}
	result, err := w.Keep(ctx, p, nil)
	if err != nil || m.data() != p.Change.After || len(m.stored()) != 2 || result.Copies[0].Entries != 3 {
		t.Fatalf("%+v, %v: %q", result, err, m.stored())
	}
	m.write("/srv/a/file", "newer")
	if waiting, err := w.Waiting(ctx, nil); err != nil || len(waiting) != 1 || !waiting[0].Declared {
		t.Errorf("%+v, %v", waiting, err)
	}
	if _, err = w.Sync(ctx, nil, nil); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(m.System.Persist + "/srv/a/file"); err != nil || string(text) != "newer" {
		t.Errorf("%q, %v", text, err)
	}
	f, err := w.PlanForget(ctx, []string{"/srv/a"})
	m.good(err)
	forgot, err := w.Forget(ctx, f)
	if err != nil || m.data() != emptyList || len(forgot.Moved) != 1 {
		t.Errorf("%+v, %v", forgot, err)
	}
	if list, err := w.Forgotten(ctx); err != nil || len(list) != 1 || list[0].Date != forgot.Date {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := w.Delete(ctx, forgot.Date); err != nil || len(m.stored()) != 0 {
		t.Errorf("%v: %q", err, m.stored())
	}
	m.good(w.Close(ctx))
}

// TestNotAsShown changes the configuration after the plan was shown: it is refused, and nothing is written.
func TestNotAsShown(t *testing.T) {
	m := newMadeUp(t)
	m.write("/srv/a/file", "x")
	w := m.serve(m.Local)
	p, err := w.PlanKeep(t.Context(), []string{"/srv/a"})
	m.good(err)
	other := strings.Replace(emptyList, `"files": []`, `"files": [{"file": "/etc/machine-id"}]`, 1)
	m.good(os.WriteFile(filepath.Join(m.System.Repo, flake.AddedFile), []byte(other), 0o644))
	if _, err = w.Keep(t.Context(), p, nil); err == nil || !strings.Contains(err.Error(), "changed since") {
		t.Errorf("got %v", err)
	}
	if m.data() != other || len(m.stored()) != 0 {
		t.Errorf("%q: %q", m.data(), m.stored())
	}
	m.good(w.Close(t.Context()))
}

// TestPathsThatLeadElsewhere names links and what is behind them: the root side follows none.
func TestPathsThatLeadElsewhere(t *testing.T) {
	m := newMadeUp(t)
	outside := t.TempDir()
	m.good(os.WriteFile(outside+"/shadow", []byte("a secret"), 0o600))
	m.good(os.Symlink(outside, m.System.Root+"/link"))
	m.good(os.Symlink("../..", m.System.Root+"/etc/up"))
	w := m.serve(m.Local)
	for _, name := range []string{"/link", "/link/shadow", "/etc/up", "/etc/up/run", "/../../etc", "/", "/proc/self/root/etc", "/dev/fd/0"} {
		if p, err := w.PlanKeep(t.Context(), []string{name}); err == nil {
			t.Errorf("%s: %+v", name, p.Items)
		}
	}
	m.good(w.Close(t.Context()))
}

// slowly waits in the middle of a copy until that is cancelled.
type slowly struct {
	Local
	begun chan struct{}
}

func (s slowly) Keep(ctx context.Context, p keep.Plan, progress func(keep.Progress)) (keep.Result, error) {
	waited := false
	return s.Local.Keep(ctx, p, func(far keep.Progress) {
		progress(far)
		if !waited {
			waited = true
			close(s.begun)
			<-ctx.Done()
		}
	})
}

// TestWindowGoesAwayInTheMiddleOfAKeep ends a window while its copy is made: nothing is declared, nothing is at the place, and the lock is free.
// The next window keeps the same.
func TestWindowGoesAwayInTheMiddleOfAKeep(t *testing.T) {
	m := newMadeUp(t)
	for i := range 300 {
		m.write(fmt.Sprintf("/srv/a/%d", i), strings.Repeat("x", 2000))
	}
	host := slowly{m.Local, make(chan struct{})}
	w := m.serve(host)
	p, err := w.PlanKeep(t.Context(), []string{"/srv/a"})
	m.good(err)
	kept := make(chan error, 1)
	go func() {
		_, err := w.Keep(t.Context(), p, nil)
		kept <- err
	}()
	<-host.begun
	_, err = m.Sync(t.Context(), nil, nil) // nobody else writes meanwhile
	if held := (*lockfile.Held)(nil); !errors.As(err, &held) {
		t.Errorf("beside a copy: %v", err)
	}
	w.die()
	var lost *helper.Lost
	if err := <-kept; !errors.As(err, &lost) || lost.Applying {
		t.Errorf("the window is told %v", err)
	}
	if err := <-w.served; err != nil {
		t.Error(err)
	}
	if list := m.stored(); m.data() != emptyList || len(list) != 0 {
		t.Errorf("%d files are in place: %s", len(list), m.data())
	}
	next := m.serve(m.Local)
	if waiting, err := next.Waiting(t.Context(), nil); err != nil || len(waiting) != 0 {
		t.Errorf("believed safe: %+v, %v", waiting, err)
	}
	p, err = next.PlanKeep(t.Context(), []string{"/srv/a"})
	m.good(err)
	if _, err := next.Keep(t.Context(), p, nil); err != nil || len(m.stored()) != 300 || m.data() != p.Change.After {
		t.Errorf("%v, %d files", err, len(m.stored()))
	}
	m.good(next.Close(t.Context()))
}
