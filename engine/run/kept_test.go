package run_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/run"
	"lethe/engine/step"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// TestHostileMemory puts into the place of what is kept on a disk what a careless reader falls for.
func TestHostileMemory(t *testing.T) {
	swap := func(name string, do func(path string) error) func(memo string) error {
		return func(memo string) error {
			path := filepath.Join(memo, name)
			return errors.Join(os.Remove(path), do(path))
		}
	}
	write := func(text string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o600) }
	}
	for name, row := range map[string]struct {
		spoil func(memo string) error
		says  string
	}{
		"no plan":                 {swap(run.PlanFile, func(string) error { return nil }), "no plan is kept on it"},
		"a link":                  {swap(run.PlanFile, func(path string) error { return os.Symlink("/etc/passwd", path) }), "cannot read"},
		"a pipe":                  {swap(run.PlanFile, func(path string) error { return syscall.Mkfifo(path, 0o600) }), "no regular file"},
		"a folder":                {swap(run.PlanFile, func(path string) error { return os.Mkdir(path, 0o700) }), "no regular file"},
		"a huge plan":             {func(memo string) error { return os.Truncate(filepath.Join(memo, run.PlanFile), 1<<40) }, "is the most"},
		"a plan for all to write": {func(memo string) error { return os.Chmod(filepath.Join(memo, run.PlanFile), 0o666) }, "not root's alone"},
		"no JSON":                 {swap(run.PlanFile, write("GET / HTTP/1.1\r\n")), "it is not a plan"},
		"an empty plan":           {swap(run.PlanFile, write("{}")), "version 0"},
		"a journal of nothing":    {swap(run.JournalFile, write("{}\n")), "it tells of no event: \"{}\"; start over"},
		"no journal":              {swap(run.JournalFile, func(string) error { return nil }), "no journal is kept on it, as where it was full, so nobody knows how far it came; start over"},
		"an empty journal":        {swap(run.JournalFile, write("")), "no journal is kept on it"},
		"a journal that is cut":   {func(memo string) error { return os.Truncate(filepath.Join(memo, run.JournalFile), 200) }, "start over"},
		"a folder that leads out": {func(memo string) error {
			return errors.Join(os.RemoveAll(memo), os.Symlink("/etc", memo))
		}, "cannot read what was kept"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := stopped(t)
			s.reboot()
			if err := row.spoil(s.machine.root + plan.Root + "/nix/" + plan.Memo); err != nil {
				t.Fatal(err)
			}
			since := len(s.tools.Calls())
			if _, err := s.recall(s.look(true), plantest.Passphrase); err == nil || !strings.Contains(err.Error(), row.says) && !strings.Contains(err.Error(), "no plan is kept") {
				t.Errorf("got %v", err)
			}
			s.onlyLooked(since)
		})
	}
}

// TestATornLineForbidsNothing lets a full /run cut a line of the journal, which is copied to the disk as it is.
func TestATornLineForbidsNothing(t *testing.T) {
	for _, rebooted := range []bool{false, true} {
		s := begin(t, true)
		f, err := os.OpenFile(filepath.Join(s.run(), run.JournalFile), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteString(`{"kind":"log","msg":"half a li`)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.play("install", "fails after its work"); err == nil {
			t.Fatal("it did not go wrong")
		}
		if rebooted {
			s.reboot()
		}
		if p, err := s.recall(s.look(rebooted), plantest.Passphrase); err != nil || !p.Continues {
			t.Errorf("rebooted=%v: %v", rebooted, err)
		}
	}
}

// TestAMissingJournalForbidsNothing takes away the newest journal on the disk, which has an older name only, as after a power cut while
// it was being named, or is empty, as on a full disk.
func TestAMissingJournalForbidsNothing(t *testing.T) {
	for _, empty := range []bool{false, true} {
		s := stopped(t)
		newest := filepath.Join(s.machine.root+plan.Root, "nix", plan.Memo, run.JournalFile)
		if err := os.Rename(newest, run.Older(newest, 1)); err != nil {
			t.Fatal(err)
		}
		if empty {
			if err := os.WriteFile(newest, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s.reboot()
		p, err := s.recall(s.look(true), plantest.Passphrase)
		if err != nil || !p.Continues {
			t.Fatalf("empty=%v: %v", empty, err)
		}
		s.goOn(p, s.look(true))
		s.runner.For = s.doer
		result, err := s.runner.Run(t.Context(), s.env)
		if closed := s.journal.Close(); err != nil || closed != nil || result.State != step.Complete {
			t.Errorf("empty=%v: %s: %v, %v", empty, result.State, err, closed)
		}
	}
}

// TestAFileSystemThatIsNotClean lets the last check of a file system fail, once all is installed: nothing may lead to more writes, and what is
// advised then is advised later too.
func TestAFileSystemThatIsNotClean(t *testing.T) {
	for program, code := range map[string]int{"e2fsck": 4 + 8, "fsck.vfat": 1} {
		for _, rebooted := range []bool{false, true} {
			s := begin(t, true)
			s.tools.On(tooltest.Fails(code, "it has errors"), program)
			s.runner.For = s.doer
			result, err := s.runner.Run(t.Context(), s.env)
			if closed := s.journal.Close(); err == nil || closed != nil {
				t.Fatal(err, closed)
			}
			s.check(t, result, err)
			if result.State != step.Unclean || !strings.Contains(result.Next, "start over") || !strings.Contains(result.Next, "e2fsck") || strings.Contains(result.Next, "ontinue") {
				t.Errorf("%s, %s: %s", program, result.State, result.Next)
			}
			if rebooted {
				s.reboot()
			}
			_, err = s.recall(s.look(rebooted), plantest.Passphrase)
			if err == nil || !strings.Contains(err.Error(), "did not pass its last check") || !strings.Contains(err.Error(), "start over") || !strings.Contains(err.Error(), "e2fsck") {
				t.Errorf("%s, rebooted=%v: %v", program, rebooted, err)
			}
		}
	}
}

// TestAFileSystemCheckThatCouldNotRun lets the last check of a file system come to no verdict: nothing is called damaged, and it can be continued.
func TestAFileSystemCheckThatCouldNotRun(t *testing.T) {
	killed := func(_ context.Context, call tool.Call) (tool.Result, error) {
		return tool.Result{}, &tool.Error{Command: call.Command, Exit: -1, Cause: errKilled}
	}
	for name, row := range map[string]struct {
		program string
		fails   tooltest.Handler
	}{
		"the device is in use":           {"e2fsck", tooltest.Fails(8, "is in use")},
		"a library cannot be loaded":     {"e2fsck", tooltest.Fails(127, "error while loading shared libraries")},
		"no memory to go on":             {"e2fsck", killed},
		"the partition cannot be opened": {"fsck.vfat", tooltest.Fails(6, "open: Input/output error")},
		"no memory to start": {"fsck.vfat", func(context.Context, tool.Call) (tool.Result, error) {
			return tool.Result{}, fmt.Errorf("%w: %w", tool.ErrNotBegun, syscall.ENOMEM)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, true)
			s.tools.On(row.fails, row.program)
			s.runner.For = s.doer
			result, err := s.runner.Run(t.Context(), s.env)
			if closed := s.journal.Close(); err == nil || closed != nil {
				t.Fatal(err, closed)
			}
			s.check(t, result, err)
			if result.State != step.Prepared || !strings.Contains(result.Next, "choose Continue") || strings.Contains(err.Error(), "not what was planned") {
				t.Errorf("%s, %s: %v", result.State, result.Next, err)
			}
			if p, err := s.recall(s.look(false), plantest.Passphrase); err != nil || !p.Continues {
				t.Error(err)
			}
		})
	}
}

// TestANewJournalTakesNoOldOnesPlace lets the new journal be impossible to make: the older one stays what it was.
func TestANewJournalTakesNoOldOnesPlace(t *testing.T) {
	s := stopped(t)
	p, err := s.recall(s.look(false), "")
	if err != nil {
		t.Fatal(err)
	}
	memo := filepath.Join(s.machine.root+plan.Root, "nix", plan.Memo)
	before, err := os.ReadFile(filepath.Join(memo, run.JournalFile))
	if err := errors.Join(err, os.MkdirAll(filepath.Join(memo, run.JournalFile+".new", "in the way"), 0o700)); err != nil {
		t.Fatal(err)
	}
	s.goOn(p, s.look(false))
	if _, err := s.play("handover", "fails"); err == nil {
		t.Fatal("it did not go wrong")
	}
	if after, err := os.ReadFile(filepath.Join(memo, run.JournalFile)); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the older journal is lost: %v", err)
	}
	s.reboot()
	if p, err := s.recall(s.look(true), plantest.Passphrase); err != nil || !p.Continues {
		t.Error(err)
	}
}
