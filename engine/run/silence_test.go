package run_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/run"
	"lethe/engine/tool"
)

// TestSilentProgramAsks has mkfs.ext4 say nothing for long. An event asks, and the run goes on to its good end.
func TestSilentProgramAsks(t *testing.T) {
	s := newScene(t, oldImage(t), false)
	s.tools.On(func(ctx context.Context, call tool.Call) (tool.Result, error) {
		time.Sleep(220 * time.Millisecond)
		return scribble(ctx, call)
	}, "mkfs.ext4")
	s.runner.Notes = []string{"The machine may go to sleep."}
	s.runner.Silence = func(program string) time.Duration {
		if program == "mkfs.ext4" {
			return 50 * time.Millisecond
		}
		return 0
	}
	before := s.env.Tools
	result, err := s.runner.Run(t.Context(), s.env)
	s.check(t, result, err)
	var failed *run.StepError
	if !errors.As(err, &failed) || failed.Step.Kind != plan.Verify { // what was formatted is played
		t.Fatal(err)
	}
	if s.env.Tools != before {
		t.Error("the environment keeps the watchdog")
	}
	asked := 0
	for i, e := range s.seen.Events() {
		if i == 2 && (e.Kind != event.Log || e.Text != s.runner.Notes[0]) {
			t.Errorf("the note is not told: %+v", e)
		}
		if e.Kind != event.Stalled {
			continue
		}
		asked++
		if e.Program != "mkfs.ext4" || e.Step != "format-nix" || e.Title == "" || e.Millis < 50 || e.Next == "" || e.Text != "Nothing was heard from mkfs.ext4 for 0s." {
			t.Errorf("%+v", e)
		}
	}
	if asked < 2 {
		t.Errorf("asked %d times", asked)
	}
}
