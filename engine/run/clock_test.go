package run_test

import (
	"strings"
	"testing"
	"time"

	"lethe/engine/event"
	"lethe/engine/plan/plantest"
	"lethe/engine/run"
	"lethe/engine/step"
)

// TestWrongClockIsFoundBeforeAnythingElse installs on a machine whose clock lost its battery, and then sets it.
func TestWrongClockIsFoundBeforeAnythingElse(t *testing.T) {
	s := newStage(t, true)
	s.env.Earliest = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	s.env.Now = func() time.Time { return time.Date(2019, 1, 1, 12, 0, 0, 0, time.UTC) }
	result, err := s.runner.Run(t.Context(), s.env)
	if err == nil || result.State != step.Untouched {
		t.Fatalf("%+v, %v", result, err)
	}
	for _, want := range []string{"The clock says 2019-01-01 12:00 UTC", "made on 2026-11-01", "set the clock with timedatectl", step.Untouched.Sentence()} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %q", want, err)
		}
	}
	if s.disk.held != 0 || len(s.tools.Calls()) != 0 || plantest.Digest(t, s.image) != s.before {
		t.Errorf("the disk was taken %d times, and there were calls: %v", s.disk.held, s.tools.Calls())
	}
	s.env.Now = time.Now
	s.seen = &event.Recorder{}
	s.runner = run.Runner{For: s.doer, Sink: s.seen, Now: time.Now}
	if result, err := s.runner.Run(t.Context(), s.env); err != nil || result.State != step.Complete {
		t.Errorf("with a right clock: %+v, %v", result, err)
	}
}
