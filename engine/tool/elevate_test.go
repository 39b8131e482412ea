package tool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWaysToBecomeRoot(t *testing.T) {
	pkexec, sudo := Way{Pkexec, "/run/wrappers/bin/pkexec"}, Way{Sudo, "/usr/bin/sudo"}
	for _, row := range []struct {
		name    string
		powers  powers
		tried   []Way
		answers bool // of sudo
		want    Way
		ok      bool
	}{
		{"root", powers{root: true}, nil, false, Way{Means: Direct}, true},
		{"root with everything", powers{true, pkexec.Path, sudo.Path}, nil, true, Way{Means: Direct}, true},
		{"both", powers{false, pkexec.Path, sudo.Path}, nil, true, pkexec, true},
		{"pkexec alone", powers{pkexec: pkexec.Path}, nil, false, pkexec, true},
		{"pkexec did not allow it", powers{false, pkexec.Path, sudo.Path}, []Way{pkexec}, true, sudo, true},
		{"nor does sudo", powers{false, pkexec.Path, sudo.Path}, []Way{pkexec}, false, Way{}, false},
		{"all tried", powers{false, pkexec.Path, sudo.Path}, []Way{pkexec, sudo}, true, Way{}, false},
		{"sudo without password", powers{sudo: sudo.Path}, nil, true, sudo, true},
		{"sudo with password", powers{sudo: sudo.Path}, nil, false, Way{}, false},
		{"nothing", powers{}, nil, true, Way{}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			asked := 0
			got, ok := row.powers.choose(row.tried, func(w Way) bool {
				asked++
				if w != sudo {
					t.Errorf("%v was asked", w)
				}
				return row.answers
			})
			if got != row.want || ok != row.ok {
				t.Errorf("got %v, %v", got, ok)
			}
			if row.want == pkexec && asked > 0 {
				t.Error("sudo was asked in vain, which it reports to the administrator")
			}
			if text := row.powers.instruction("/nix/store/x/bin/lethe-engine"); !strings.Contains(text, "lethe-engine install") {
				t.Error(text)
			}
		})
	}
}

func TestCommandLines(t *testing.T) {
	for want, way := range map[string]Way{
		"/x/engine serve": {Means: Direct},
		"/run/wrappers/bin/pkexec --disable-internal-agent /x/engine serve": {Pkexec, "/run/wrappers/bin/pkexec"},
		"/usr/bin/sudo -n -- /x/engine serve":                               {Sudo, "/usr/bin/sudo"},
	} {
		if got := strings.Join(way.argv("/x/engine", []string{"serve"}), " "); got != want {
			t.Errorf("got %s", got)
		}
	}
}

func TestTrusted(t *testing.T) {
	folder := t.TempDir()
	put := func(name string, mode os.FileMode) {
		path := filepath.Join(folder, name)
		if err := errors.Join(os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	put("plain", 0o755)
	put("setuid", os.ModeSetuid|0o755)
	put("noexec", os.ModeSetuid|0o644)
	if err := os.Mkdir(filepath.Join(folder, "folder"), os.ModeSetuid|0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"plain", "noexec", "folder", "missing"} {
		if got := trusted(name, []string{folder}); got != "" {
			t.Errorf("%s is trusted", got)
		}
	}
	// The very same file counts when root owns it, and not when an ordinary user does.
	want := ""
	if os.Geteuid() == 0 {
		want = filepath.Join(folder, "setuid")
	}
	if got := trusted("setuid", []string{filepath.Join(folder, "missing"), folder}); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := trusted("su", []string{"/run/wrappers/bin", "/usr/bin", "/bin"}); got == "" {
		t.Error("su, which belongs to root and has the setuid bit, is not trusted")
	}
}

// script makes a program in place of pkexec or sudo.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRefusalsOfPkexec(t *testing.T) {
	for code, want := range map[int]error{126: ErrDismissed, 127: ErrNotAllowed} {
		pkexec := Way{Pkexec, script(t, fmt.Sprintf("echo 'Error executing command as another user' >&2; exit %d", code))}
		e, err := StartElevated(t.Context(), pkexec, "/x/engine", "serve")
		if err != nil {
			t.Fatal(err)
		}
		if out, err := io.ReadAll(e); err != nil || len(out) != 0 {
			t.Errorf("%q, %v", out, err)
		}
		if err := e.Wait(); !errors.Is(err, want) || !errors.Is(e.Wait(), want) {
			t.Errorf("code %d: %v", code, err)
		}
		if e.Tail() != "Error executing command as another user" {
			t.Errorf("it said %q", e.Tail())
		}
	}
	sudo := Way{Sudo, script(t, "exit 126")}
	e, err := StartElevated(t.Context(), sudo, "/x/engine")
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Wait(); err == nil || errors.Is(err, ErrDismissed) {
		t.Errorf("sudo's 126: %v", err)
	}
}

func TestElevatedGetsCleanSurroundings(t *testing.T) {
	t.Setenv("LD_PRELOAD_X", "hostile")
	const tell = `read line; echo "$line" "$@"; pwd; env | cut -d= -f1 | sort | tr '\n' ' '; echo; cut -d' ' -f5,6,7 /proc/self/stat; echo $$ >&2`
	path := script(t, tell)
	e, err := StartElevated(t.Context(), Way{Means: Direct}, path, "a b", "$(c)")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Write([]byte("hello\n")); err != nil {
		t.Error(err)
	}
	out, err := io.ReadAll(e)
	if err := errors.Join(err, e.CloseWrite(), e.Wait()); err != nil {
		t.Error(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 4 || lines[0] != "hello a b $(c)" || lines[1] != "/" || lines[2] != "HOME LANG LC_ALL PATH PWD TZ " {
		t.Fatalf("%q", lines)
	}
	// Session and group are its own, and there is no terminal (0).
	if pid := e.Tail(); lines[3] != pid+" "+pid+" 0" {
		t.Errorf("process %s: %q", pid, lines[3:])
	}
}

func TestElevatedEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e, err := StartElevated(ctx, Way{Means: Direct}, script(t, "cat"))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	ended := make(chan error, 1)
	go func() { _, _ = io.Copy(io.Discard, e); ended <- e.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("its input did not end")
	}
}

func TestElevateRefusesWhatCannotBeStarted(t *testing.T) {
	if _, err := StartElevated(t.Context(), Way{Means: Direct}, "engine"); err == nil || !strings.Contains(err.Error(), "not absolute") {
		t.Errorf("got %v", err)
	}
	if _, err := StartElevated(t.Context(), Way{Means: Direct}, "/nowhere/engine"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestElevateOnThisMachine asks the real machine: root is root, and an ordinary user gets a way that exists or an instruction.
func TestElevateOnThisMachine(t *testing.T) {
	way, err := Elevate(t.Context(), "/x/lethe-engine")
	switch {
	case os.Geteuid() == 0:
		if err != nil || way.Means != Direct {
			t.Errorf("%v, %v", way, err)
		}
	case err != nil:
		if !strings.Contains(err.Error(), "lethe-engine install") {
			t.Error(err)
		}
	default:
		if _, err := os.Stat(way.Path); err != nil {
			t.Error(err)
		}
	}
}
