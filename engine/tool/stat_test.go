package tool

import (
	"errors"
	"os"
	"strings"
	"testing"

	"lethe/engine/command"
)

// statLine is a line of /proc/PID/stat as the kernel writes it.
func statLine(name, state, threads string) string {
	return "4711 (" + name + ") " + state + " 12 13 14 0 -1 4194560 97 0 0 0 0 0 0 0 20 0 " + threads + " 0 987654 2703360 1 18446744073709551615 1\n"
}

func TestParseStat(t *testing.T) {
	for name, row := range map[string]struct {
		line string
		over bool
	}{
		"running":                     {statLine("sleep", "S", "1"), false},
		"a name that looks like more": {statLine("a) Z 1 1 (b", "R", "2"), false},
		"waits to be waited for":      {statLine("nix", "Z", "1"), true},
		"another thread still runs":   {statLine("nix", "Z", "2"), false},
		"waits for a device":          {statLine("umount", "D", "1"), false},
	} {
		p, ok := parseStat([]byte(row.line))
		if want := (process{parent: 12, group: 13, started: 987654, over: row.over}); !ok || p != want {
			t.Errorf("%s: %+v, %v", name, p, ok)
		}
	}
	for _, line := range []string{"", "1 (x)", "1 (x) S 1 1", strings.Replace(statLine("x", "S", "1"), "987654", "soon", 1)} {
		if p, ok := parseStat([]byte(line)); ok {
			t.Errorf("%q reads as %+v", line, p)
		}
	}
	if p, ok := readProcess(os.Getpid()); !ok || p.parent != os.Getppid() || p.over {
		t.Errorf("this process reads as %+v, %v", p, ok)
	}
}

func TestStuckProcessesAreNamed(t *testing.T) {
	call := Call{Command: command.New("nixos-install")}
	err := stuck(&Error{Command: call.Command, Exit: 7, Cause: ErrInUse}, call, []int{4711})
	var failed *Error
	if !errors.Is(err, ErrInUse) || !errors.As(err, &failed) || failed.Exit != 7 || !strings.Contains(err.Error(), "[4711]") {
		t.Errorf("got %v", err)
	}
	if err := stuck(nil, call, []int{4711}); err == nil || !strings.Contains(err.Error(), "[4711]") {
		t.Errorf("after a success: %v", err)
	}
	if err := stuck(nil, call, nil); err != nil {
		t.Errorf("nobody is stuck: %v", err)
	}
}
