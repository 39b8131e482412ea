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
	"testing"
	"time"

	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/run"
	"lethe/engine/step"
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
