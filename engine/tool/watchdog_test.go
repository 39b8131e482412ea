package tool_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lethe/engine/command"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// told keeps what a watchdog tells.
type told struct {
	mu   sync.Mutex
	list []string
}

func (l *told) tell(program string, silent time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, fmt.Sprintf("%s %v", program, silent))
}

func (l *told) all() string { l.mu.Lock(); defer l.mu.Unlock(); return strings.Join(l.list, ", ") }

func watchdog(r tool.Runner, l *told) tool.Watchdog {
	return tool.Watchdog{Runner: r, Patience: tool.Silence, Tell: l.tell}
}

// TestWatchdogTellsOfSilence lets programs talk and be silent by a clock that the test owns.
func TestWatchdogTellsOfSilence(t *testing.T) {
	for name, c := range map[string]struct {
		program string
		deaf    bool            // nobody wants its lines
		lines   []time.Duration // pauses before each line
		record  bool            // the lines are records
		rest    time.Duration   // from the last line to the end
		want    string
	}{
		"quick":            {program: "wipefs", rest: time.Second},
		"talks":            {program: "nixos-install", lines: slices.Repeat([]time.Duration{9 * time.Minute}, 20)},
		"records":          {program: "nixos-install", record: true, lines: slices.Repeat([]time.Duration{9 * time.Minute}, 20)},
		"silent":           {program: "nixos-install", rest: 35 * time.Minute, want: "nixos-install 10m0s, nixos-install 20m0s, nixos-install 30m0s"},
		"silent later":     {program: "nixos-install", lines: []time.Duration{3 * time.Minute}, rest: 12 * time.Minute, want: "nixos-install 10m0s"},
		"talks again":      {program: "nixos-install", lines: []time.Duration{25 * time.Minute, time.Minute}, rest: 11 * time.Minute, want: "nixos-install 10m0s, nixos-install 20m0s, nixos-install 10m0s"},
		"a hanging device": {program: "wipefs", rest: 3 * time.Minute, want: "wipefs 2m0s"},
		"nobody listens":   {program: "nix", deaf: true, lines: slices.Repeat([]time.Duration{time.Minute}, 11), want: "nix 10m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l told
				var heard int
				play := tooltest.New().On(func(_ context.Context, call tool.Call) (tool.Result, error) {
					for _, pause := range c.lines {
						time.Sleep(pause)
						switch {
						case c.record:
							call.Record("line")
						case call.Line != nil:
							call.Line("line")
						}
					}
					time.Sleep(c.rest)
					return tool.Result{Stdout: []byte("out")}, nil
				}, c.program)
				call := tool.Call{Command: command.Command{Name: c.program}, Line: func(string) { heard++ }}
				if c.record {
					call.Record = call.Line
				}
				if c.deaf {
					call.Line = nil
				}
				result, err := watchdog(play, &l).Run(t.Context(), call)
				if err != nil || string(result.Stdout) != "out" || !c.deaf && heard != len(c.lines) {
					t.Errorf("%q, %v, %d lines", result.Stdout, err, heard)
				}
				if got := l.all(); got != c.want {
					t.Errorf("told %q, want %q", got, c.want)
				}
				time.Sleep(time.Hour)
				if got := l.all(); got != c.want {
					t.Errorf("told %q after the end", got)
				}
			})
		})
	}
}

// TestWatchdogNeverEndsAProgram lets one hang for a day; only its context ends it.
func TestWatchdogNeverEndsAProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l told
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		_, err := watchdog(tooltest.New().On(tooltest.Hangs(make(chan struct{})), "nixos-install"), &l).Run(ctx, tool.Call{Command: command.Command{Name: "nixos-install"}})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ended with %v", err)
		}
		if n := strings.Count(l.all(), "nixos-install"); n < 143 || n > 144 {
			t.Errorf("told %d times in a day", n)
		}
	})
}

// TestWatchdogOnARealProgram has a real silent child.
func TestWatchdogOnARealProgram(t *testing.T) {
	var l told
	w := tool.Watchdog{Runner: tool.Exec{}, Tell: l.tell, Patience: func(string) time.Duration { return 150 * time.Millisecond }}
	var lines []string
	call := tool.Call{Command: command.Command{Name: "sh", Args: []string{"-c", "sleep 0.5; echo awake"}}, Line: func(s string) { lines = append(lines, s) }}
	if _, err := w.Run(t.Context(), call); err != nil || !slices.Equal(lines, []string{"awake"}) {
		t.Errorf("%v, %q", err, lines)
	}
	if n := strings.Count(l.all(), "sh "); n < 2 {
		t.Errorf("told %q", l.all())
	}
	if got := w.Missing("sh", "no-such-program"); !slices.Equal(got, []string{"no-such-program"}) {
		t.Errorf("missing: %q", got)
	}
}
