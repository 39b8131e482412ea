//go:build e2e

package main_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEndToEndNoDisplay has no display to open a window on: none at all, one that is not there, one that lets nobody in.
func TestEndToEndNoDisplay(t *testing.T) {
	deaf, err := net.Listen("unix", "@/tmp/.X11-unix/X4242")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	go func() {
		for {
			c, err := deaf.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	for name, row := range map[string]struct{ env, says string }{
		"none":           {"DISPLAY=", "there is no display"},
		"not there":      {"DISPLAY=:4243", "the display cannot be reached"},
		"lets nobody in": {"DISPLAY=:4242", "the display cannot be reached"},
		"no Wayland":     {"WAYLAND_DISPLAY=/nowhere", "the display cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &program{d: &display{}, home: newHome(t)}
			cmd := exec.CommandContext(t.Context(), built(t, "LETHE_WINDOW", "lethe"))
			cmd.Env, cmd.Dir = append(p.environment(), "DISPLAY=", row.env), p.home
			said, err := cmd.CombinedOutput()
			var ended *exec.ExitError
			if !errors.As(err, &ended) || ended.ExitCode() != 3 || !strings.Contains(string(said), row.says) || strings.Contains(string(said), "goroutine") {
				t.Errorf("%v:\n%s", err, said)
			}
			if left, err := os.ReadDir(filepath.Join(p.home, "tmp")); err != nil || len(left) > 0 {
				t.Errorf("%v is left, %v", left, err)
			}
		})
	}
}
