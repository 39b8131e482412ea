package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"lethe/engine"
	"lethe/engine/flake"
	"lethe/engine/helper"
)

// TestWhoLooksAndActs names folders in all ways. Root is asked for nothing but the running system, and for that only where there is one.
func TestWhoLooksAndActs(t *testing.T) {
	_, err := os.Stat(flake.Storage)
	installed, elsewhere := !errors.Is(err, fs.ErrNotExist), t.TempDir()
	for _, row := range []struct {
		flags   placeFlags
		running bool
	}{
		{placeFlags{}, installed},
		{placeFlags{root: "/", persist: "/nix/persist/"}, installed},
		{placeFlags{root: elsewhere}, false},
		{placeFlags{persist: elsewhere}, false},
		{placeFlags{root: elsewhere, persist: elsewhere, repo: elsewhere}, false},
	} {
		if got := row.flags.running(); got != row.running {
			t.Errorf("%+v: %v", row.flags, got)
		}
		if row.running {
			continue // it would ask for a password
		}
		host, release, err := row.flags.side(t.Context())
		if row.flags.usual() && !engine.Forgets(os.DirFS("/")) {
			if !errors.Is(err, engine.ErrKeepsRoot) || !strings.Contains(err.Error(), "--root") {
				t.Errorf("on a machine that keeps its root: %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		release()
		if trees, ok := host.(engine.Trees); !ok || row.flags.root == elsewhere && trees.Root != elsewhere {
			t.Errorf("%+v: %T %+v", row.flags, host, host)
		}
	}
	scan := persistFlags{request: engine.RunningSystem(), unprivileged: true}
	if host, _, err := scan.side(t.Context()); !engine.Forgets(os.DirFS("/")) {
		if !errors.Is(err, engine.ErrKeepsRoot) || !strings.Contains(err.Error(), "lethe --persist") {
			t.Errorf("on a machine that keeps its root: %v", err)
		}
	} else if err != nil || fmt.Sprintf("%T", host) != "engine.Trees" {
		t.Errorf("who asks nobody gets %T, %v", host, err)
	}
	scan.request.Root, scan.unprivileged = elsewhere, false
	if host, _, err := scan.side(t.Context()); err != nil || fmt.Sprintf("%T", host) != "engine.Trees" {
		t.Errorf("other folders are scanned by %T, %v", host, err)
	}
}

// TestTheRootSideExplores asks a root side of another process, where this user may have one.
func TestTheRootSideExplores(t *testing.T) {
	if os.Geteuid() != 0 {
		if _, _, err := rootSide(t.Context()); err != nil && !strings.Contains(err.Error(), "run this very command with sudo") {
			t.Error(err)
		}
		return
	}
	host, release, err := rootSide(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	var told *helper.Error
	if _, err := host.Forgotten(t.Context()); err != nil && (!errors.As(err, &told) || told.Code != helper.CodeHost) { // nothing is installed here
		t.Errorf("got %v", err)
	}
	_, err = host.PlanKeep(t.Context(), []string{"relative"})
	if !errors.As(err, &told) || told.Code != helper.CodeMalformed {
		t.Errorf("got %v", err)
	}
}
