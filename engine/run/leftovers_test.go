package run_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"lethe/engine/step"
	"lethe/engine/tool"
)

// swap plays zramctl and swapoff.
func (m *machine) swap(_ context.Context, call tool.Call) (tool.Result, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case call.Command.Name != "zramctl":
		return tool.Result{}, nil
	case !slices.Contains(call.Command.Args, "--find"):
		delete(m.zram, call.Command.Args[len(call.Command.Args)-1])
		return tool.Result{}, nil
	}
	name := fmt.Sprintf("/dev/zram%d", 7+m.zrams)
	if m.zrams++; m.zram == nil {
		m.zram = map[string]bool{}
	}
	m.zram[name] = true
	return tool.Result{Stdout: []byte(name + "\n")}, nil
}

func TestLeftoversAreReleasedByName(t *testing.T) {
	s := newStage(t, true)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	killed := errors.New("killed")
	s.meddle("install", func(context.Context, *step.Env, step.Doer) error { panic(killed) })
	func() {
		defer func() {
			if err, ok := recover().(error); !ok || !errors.Is(err, killed) {
				t.Error("it did not die")
			}
		}()
		_, _ = s.runner.Run(ctx, s.env)
	}()
	later := &step.Machine{Chroot: s.machine.root, Tools: s.tools, Record: s.record, Mounts: s.machine.below, Opened: s.machine.opened}
	names, err := later.Leftovers()
	if err != nil || len(names) != 2 {
		t.Errorf("left over: %q, %v", names, err)
	}
	if _, err := later.ReleaseLeftovers(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !s.machine.clean() {
		t.Errorf("still there: %v %v %v", s.machine.mounts, s.machine.mappers, s.machine.zram)
	}
	if names, err := later.ReleaseLeftovers(t.Context()); err != nil || len(names) != 0 {
		t.Errorf("again: %q, %v", names, err)
	}
}

// TestANewRunForgetsNothingThatIsHeld starts an installation although a system is open, as lethe-engine mount leaves one, or a run that could
// not let go. It is refused, and what is held stays on record.
func TestANewRunForgetsNothingThatIsHeld(t *testing.T) {
	for name, hold := range map[string]func(m *machine) (record string){
		"a mapping": func(m *machine) string {
			m.mappers["crypted"] = true
			return `[{"kind":"mapper","name":"crypted"}]`
		},
		"mounts": func(m *machine) string {
			m.mounts = append(m.mounts, "/mnt", "/mnt/nix")
			return `[{"kind":"tree","name":"/mnt"},{"kind":"folder","name":"/mnt/nix/.lethe-tmp"}]`
		},
		"both, and swap in memory": func(m *machine) string {
			m.mappers["crypted"], m.zram = true, map[string]bool{"/dev/zram9": true}
			m.mounts = append(m.mounts, "/mnt")
			return `[{"kind":"mapper","name":"crypted"},{"kind":"tree","name":"/mnt"},{"kind":"zram","name":"/dev/zram9"}]`
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, true)
			record := hold(s.machine)
			if err := os.WriteFile(s.record, []byte(record), 0o600); err != nil {
				t.Fatal(err)
			}
			result, err := s.runner.Run(t.Context(), s.env)
			if err == nil || result.State != step.Untouched || !strings.Contains(err.Error(), "is held already; let go of it with lethe-engine unmount") {
				t.Errorf("%s: %v", result.State, err)
			}
			wellFormed(t, s.env.Plan, s.seen.Events(), result, err)
			if text, err := os.ReadFile(s.record); err != nil || string(text) != record {
				t.Errorf("the record is %s, %v", text, err)
			}
			later := &step.Machine{Chroot: s.machine.root, Tools: s.tools, Record: s.record, Mounts: s.machine.below, Opened: s.machine.opened}
			if _, err := later.ReleaseLeftovers(t.Context()); err != nil || !s.machine.clean() {
				t.Errorf("still there: %v %v %v, %v", s.machine.mounts, s.machine.mappers, s.machine.zram, err)
			}
		})
	}
}
