package tool_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"lethe/engine/command"
	"lethe/engine/secret"
	"lethe/engine/tool"
)

// sh runs a script with the real shell.
func sh(t *testing.T, script string, args ...string) (tool.Result, error) {
	t.Helper()
	return tool.Exec{}.Run(t.Context(), tool.Call{Command: command.New("sh", append([]string{"-c", script, "sh"}, args...)...)})
}

func TestExecGivesACleanEnvironment(t *testing.T) {
	t.Setenv("LEAK", "the caller's")
	t.Setenv("LD_PRELOAD_X", "evil")
	t.Setenv("LC_ALL", "de_DE.UTF-8")
	c := command.New("env")
	c.Env = []string{"PARTED_SECTOR_SIZE=4096"}
	result, err := tool.Exec{}.Run(t.Context(), tool.Call{Command: c})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, line := range strings.Split(strings.TrimSpace(string(result.Stdout)), "\n") {
		name, value, _ := strings.Cut(line, "=")
		if names = append(names, name); name == "LC_ALL" && value != "C.UTF-8" {
			t.Errorf("programs speak %s", value)
		}
	}
	slices.Sort(names)
	if want := []string{"HOME", "LANG", "LC_ALL", "LETHE_CALL", "PARTED_SECTOR_SIZE", "PATH", "TZ"}; !slices.Equal(names, want) {
		t.Errorf("programs see %v instead of %v", names, want)
	}
}

func TestExecNeverLooksIntoPATH(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	for _, name := range []string{"cat", "only-here"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\necho planted\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c := command.New("cat")
	c.Input = "the real one"
	result, err := tool.Exec{}.Run(t.Context(), tool.Call{Command: c})
	if err != nil || string(result.Stdout) != "the real one" {
		t.Errorf("%q, %v", result.Stdout, err)
	}
	climbing, err := filepath.Rel("/usr/bin", filepath.Join(folder, "only-here"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"only-here", filepath.Join(folder, "only-here"), climbing, "", ".", ".."} {
		_, err := tool.Exec{}.Run(t.Context(), tool.Call{Command: command.New(name)})
		if !errors.Is(err, tool.ErrNotFound) || !strings.Contains(err.Error(), "install it") {
			t.Errorf("%q: %v", name, err)
		}
	}
	if got := (tool.Exec{}).Missing("sh", "only-here", "cat", "no-such-program"); !slices.Equal(got, []string{"only-here", "no-such-program"}) {
		t.Errorf("missing: %v", got)
	}
}

func TestExecYields(t *testing.T) {
	of := func(nice int) int {
		result, err := tool.Exec{Nice: nice}.Run(t.Context(), tool.Call{Command: command.New("sh", "-c", "sleep 0.2; nice")})
		n, bad := strconv.Atoi(strings.TrimSpace(string(result.Stdout)))
		if err != nil || bad != nil {
			t.Fatal(err, bad)
		}
		return n
	}
	own := of(0)
	if got := of(17); got != max(own, 17) {
		t.Errorf("17 gives %d", got)
	}
	if got := of(1); got != max(own, 1) {
		t.Errorf("1 gives %d, and this test has %d", got, own)
	}
}

func TestExecArgumentsArriveAsTheyAre(t *testing.T) {
	want := []string{"$(reboot)", "a b", "", "*", "'", "\n"}
	result, err := sh(t, `printf '%s\0' "$@"; pwd`, want...)
	got := strings.Split(string(result.Stdout), "\x00")
	if err != nil || !slices.Equal(got, append(want, "/\n")) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestExecWithoutInputReadsEndOfFile(t *testing.T) {
	if result, err := sh(t, "cat; echo end"); err != nil || string(result.Stdout) != "end\n" {
		t.Errorf("%q, %v", result.Stdout, err)
	}
}

func TestExecFailures(t *testing.T) {
	for _, row := range []struct {
		name, script string
		exit         int
		want         string
	}{
		{"exit code", "echo out; echo cause >&2; exit 7", 7, "cannot run sh: it exited with code 7:\n"},
		{"signal", "echo before; kill -9 $$", -1, "cannot run sh: signal: killed:\nbefore"},
		{"silent", "exit 1", 1, "cannot run sh: it exited with code 1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			result, err := sh(t, row.script)
			var failed *tool.Error
			if !errors.As(err, &failed) || failed.Exit != row.exit || !strings.HasPrefix(err.Error(), row.want) {
				t.Fatalf("%+v: %v", failed, err)
			}
			if row.exit == 7 && (result.Stderr != "cause" || string(result.Stdout) != "out\n" || !strings.Contains(failed.Tail, "cause") || !strings.Contains(failed.Tail, "out")) {
				t.Errorf("kept %q, %q and the tail %q", result.Stdout, result.Stderr, failed.Tail)
			}
		})
	}
}

// TestExecTellsWhatNeverBegan gives a program more than the kernel lets one begin with.
func TestExecTellsWhatNeverBegan(t *testing.T) {
	_, err := sh(t, "true", strings.Repeat("x", 1<<20))
	if !errors.Is(err, tool.ErrNotBegun) || !errors.Is(err, syscall.E2BIG) {
		t.Errorf("got %v", err)
	}
	if _, err := sh(t, "exit 7"); err == nil || errors.Is(err, tool.ErrNotBegun) {
		t.Errorf("one that failed: %v", err)
	}
}

func TestExecNamesWhatCryptsetupMeans(t *testing.T) {
	_, err := tool.Exec{}.Run(t.Context(), tool.Call{Command: command.DumpLUKS("/no/such/file")})
	var failed *tool.Error
	if !errors.As(err, &failed) || failed.Exit <= 0 || !strings.Contains(failed.Tail, "/no/such/file") {
		t.Errorf("got %v", err)
	}
}

func TestExecSecretGoesThroughThePipeOnly(t *testing.T) {
	const text = "hunter2-correct-horse"
	call := tool.Call{Secret: secret.New([]byte(text)), Command: command.New("sh", "-c",
		`tr '\0' '\n' </proc/$$/cmdline; tr '\0' '\n' </proc/$$/environ; echo "--"; cat`)}
	call.Command.Secret = command.Passphrase
	result, err := tool.Exec{}.Run(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := strings.Cut(string(result.Stdout), "--\n")
	if !ok || after != text {
		t.Errorf("on standard input came %q", after)
	}
	if strings.Contains(before, text) {
		t.Errorf("the secret is seen by all: %s", before)
	}
}

func TestExecRefusesToRunWithoutItsSecret(t *testing.T) {
	for _, held := range []*secret.Secret{nil} {
		_, err := tool.Exec{}.Run(t.Context(), tool.Call{Command: command.TestPassphrase("/x"), Secret: held})
		if err == nil || !strings.Contains(err.Error(), "the passphrase is missing") {
			t.Errorf("got %v", err)
		}
	}
}

func TestExecProgramThatReadsNothing(t *testing.T) {
	c := command.New("true")
	c.Input = strings.Repeat("x", 1<<20)
	if _, err := (tool.Exec{}).Run(t.Context(), tool.Call{Command: c}); err != nil {
		t.Errorf("a program that reads nothing failed: %v", err)
	}
}

func TestExecCancelledBefore(t *testing.T) {
	why := errors.New("the window is gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	mark := filepath.Join(t.TempDir(), "mark")
	_, err := tool.Exec{}.Run(ctx, tool.Call{Command: command.New("touch", mark)})
	if !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(mark); !errors.Is(err, os.ErrNotExist) {
		t.Error("it ran all the same")
	}
}
