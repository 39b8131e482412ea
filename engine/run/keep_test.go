package run_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/run"
	"lethe/engine/step"
	"lethe/engine/tool"
)

// sync plays that the disk is written out.
func (s *session) sync(f *os.File) error {
	info, err := f.Stat()
	if err == nil {
		s.synced.Store(info.Size())
	}
	return err
}

// seenNothingSecret looks for secrets in what is kept on the disk.
func (s *session) seenNothingSecret() {
	s.t.Helper()
	files, err := filepath.Glob(s.machine.root + plan.Root + "/nix/" + plan.Memo + "/*")
	if err != nil || len(files) != 2 {
		s.t.Errorf("on the disk are kept %v, %v", files, err)
	}
	for _, file := range files {
		info, err := os.Lstat(file)
		if synced := s.synced.Load(); err == nil && filepath.Base(file) == run.JournalFile && info.Size() != synced {
			s.t.Errorf("of %d bytes of the journal %d were written out", info.Size(), synced)
		}
		if err != nil || info.Mode() != 0o600 {
			s.t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
		text, err := os.ReadFile(file)
		if err != nil || bytes.Contains(text, []byte(plantest.Passphrase)) || bytes.Contains(text, []byte(typedPassword)) || bytes.Contains(text, []byte("$y$")) {
			s.t.Errorf("a secret is in %s, or it cannot be read: %v", file, err)
		}
	}
	if info, err := os.Lstat(filepath.Dir(files[0])); err != nil || info.Mode().Perm() != 0o700 {
		s.t.Errorf("the folder has %v, %v", info.Mode(), err)
	}
}

// TestADiskThatHangsSilencesNothing cancels in nixos-install, or as the rest is waited for, while the disk does not take the copy of the journal. All events come, and the run
// ends: once the disk answers, or without it. Only where the copy is not on the disk, it is said that a restart would end all.
func TestADiskThatHangsSilencesNothing(t *testing.T) {
	const restart = "After a restart of this machine this run could not be continued"
	for name, row := range map[string]struct {
		answers  event.Kind // the first event of this kind lets it answer; "" lets nothing
		spoil    func(k *run.Keeper)
		volatile bool
		closing  bool // cancelled in the last step
	}{
		"it answers when the undoing has begun": {answers: event.UndoStart},
		"it is waited for in the last step":     {answers: event.UndoStart, closing: true},
		"it answers at the end of the run":      {answers: event.RunCancelled, spoil: func(k *run.Keeper) { k.Patience = time.Millisecond }, volatile: true},
		"it never answers":                      {spoil: func(k *run.Keeper) { k.Patience = time.Millisecond }, volatile: true},
		"nothing can be written to it":          {answers: event.StepStart, spoil: func(k *run.Keeper) { k.Nix += "/none" }, volatile: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, true)
			answers, once := make(chan struct{}), sync.Once{}
			answer := func() { once.Do(func() { close(answers) }) }
			defer answer()
			s.keeper.Sync = func(f *os.File) error { <-answers; return s.sync(f) }
			if row.spoil != nil {
				row.spoil(&s.keeper)
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			s.runner.Sink = event.Tee(s.journal, s.seen, event.SinkFunc(func(e event.Event) {
				if e.Kind == row.answers {
					answer()
				}
				if row.closing && e.Kind == event.StepStart && e.Step == "close" {
					cancel(errStopped)
				}
			}))
			s.meddle("install", func(ctx context.Context, e *step.Env, real step.Doer) error {
				err := real.Do(ctx, e)
				if !row.closing {
					cancel(errStopped)
				}
				return errors.Join(err, context.Cause(ctx))
			})
			result, err := s.runner.Run(ctx, s.env)
			s.check(t, result, err)
			if result.State != step.Prepared || !result.Cancelled {
				t.Errorf("%s, cancelled %v: %v", result.State, result.Cancelled, err)
			}
			told := slices.ContainsFunc(s.seen.Events(), func(e event.Event) bool { return strings.HasPrefix(e.Text, restart) })
			if told != row.volatile || strings.Contains(result.Next, "Do not restart this machine") != row.volatile {
				t.Errorf("told %v: %s", told, result.Next)
			}
			answer()
			if !row.volatile {
				s.seenNothingSecret()
			}
			_ = s.journal.EndCopy(t.Context()) // before the folder goes
			if closed := s.journal.Close(); closed != nil {
				t.Error(closed)
			}
		})
	}
}

// TestADiskThatHangsIsWaitedForOnce lets the disk hang as the copy ends, which keeps it mounted: the last step waits for it in full and tells
// so, and the undoing does neither again. It still finds the disk that answers meanwhile.
func TestADiskThatHangsIsWaitedForOnce(t *testing.T) {
	for _, answering := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := begin(t, true)
			answers := make(chan struct{})
			answer := sync.OnceFunc(func() { close(answers) })
			defer answer()
			var closed atomic.Bool
			s.keeper.Sync = func(f *os.File) error { <-answers; closed.Store(true); return s.sync(f) }
			s.tools.On(func(ctx context.Context, call tool.Call) (tool.Result, error) {
				if call.Command.Args[0] == plan.Root+"/nix" && !closed.Load() {
					return tool.Result{}, &tool.Error{Command: call.Command, Exit: 32, Cause: syscall.EBUSY}
				}
				return s.unmountPlayed(ctx, call)
			}, "umount")
			s.runner.Sink = event.Tee(s.journal, s.seen, event.SinkFunc(func(e event.Event) {
				if answering && e.Kind == event.UndoStart && e.Step == "close" {
					answer()
				}
			}))
			s.runner.For = s.doer
			start := time.Now()
			result, err := s.runner.Run(t.Context(), s.env)
			if !errors.Is(err, syscall.EBUSY) || result.State != step.Prepared {
				t.Errorf("%s: %v", result.State, err)
			}
			if waited := time.Since(start); waited < 5*time.Minute || waited > 6*time.Minute { // by the clock of the bubble; umount is tried for some seconds, too
				t.Errorf("waited for %s", waited)
			}
			told := map[string]int{}
			for _, e := range s.seen.Events() {
				for _, note := range []string{"Waiting until the disk", "After a restart of this machine"} {
					if strings.HasPrefix(e.Text, note) {
						told[note]++
					}
				}
			}
			if len(told) != 2 || told["Waiting until the disk"] != 1 || told["After a restart of this machine"] != 1 {
				t.Errorf("told %v", told)
			}
			if s.machine.clean() != answering {
				t.Errorf("it answers: %v, and still mounted are %v", answering, s.machine.mounts)
			}
			answer()
			_ = s.journal.EndCopy(t.Context()) // before the folder goes
			if err := s.journal.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
