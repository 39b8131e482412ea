package step

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/secret"
	"lethe/engine/target"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

const (
	unreachable = "error: unable to download 'https://cache.nixos.org/nar/x.nar.xz': Could not resolve hostname (6)"
	brokenBuild = "error: builder for '/nix/store/x-foo.drv' failed with exit code 2;"
)

// says plays a nixos-install that prints lines and fails.
func says(lines ...string) tooltest.Handler {
	return func(ctx context.Context, call tool.Call) (tool.Result, error) {
		if err := context.Cause(ctx); err != nil {
			return tool.Result{}, &tool.Error{Command: call.Command, Exit: -1, Cause: err}
		}
		for _, line := range lines {
			call.Line(line)
		}
		last := lines[max(0, len(lines)-200):]
		return tool.Result{}, &tool.Error{Command: call.Command, Exit: 1, Tail: strings.Join(last, "\n"), Cause: errors.New("it exited with code 1")}
	}
}

// settles is a disk that udev looks at for as long as nixos-install takes, and for ever where that fails.
type settles struct {
	target.Target

	installed chan struct{}
	ended     bool
}

// Settle waits.
func (s *settles) Settle(ctx context.Context) error {
	defer func() { s.ended = true }()
	select {
	case <-s.installed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// installing runs the step with one player for each attempt; those that come later succeed.
func installing(ctx context.Context, t *testing.T, p plan.Plan, players ...tooltest.Handler) (attempts int, told []event.Event, err error) {
	udev := &settles{installed: make(chan struct{})}
	tools := tooltest.New().On(tooltest.Fails(2, "EFI variables are not supported"), "efibootmgr")
	tools.On(func(ctx context.Context, call tool.Call) (tool.Result, error) {
		attempts++
		if attempts > len(players) {
			call.Line("installation finished!")
			close(udev.installed)
			return tool.Result{}, nil
		}
		return players[attempts-1](ctx, call)
	}, "nixos-install")
	e := &Env{Plan: p, Tools: tools, Secrets: secret.NewStore(), Target: udev}
	e.Emit = func(e event.Event) { told = append(told, e) }
	e.Progress = func(done float64, work *event.Work) {
		told = append(told, event.Event{Kind: event.Progress, Done: done, Work: work})
	}
	err = (&install{}).Do(ctx, e)
	if !udev.ended {
		t.Error("udev is still waited for, or was not")
	}
	if e.State() != Prepared {
		t.Errorf("the disk is called %s", e.State())
	}
	return attempts, told, err
}

// toFetch is Nix's list of what is left.
func toFetch(n int) string {
	return fmt.Sprintf("these %d paths will be fetched (1.00 MiB download, 4.00 MiB unpacked):", n)
}

func TestOnlyTheNetworkIsTriedAgain(t *testing.T) {
	p := plantest.Plan(t, plantest.Blank(t), 512, plantest.Wishes(false, ""))
	for name, row := range map[string]struct {
		players  []tooltest.Handler
		attempts int
		waited   time.Duration
		fails    string
	}{
		"nothing wrong":     {nil, 1, 0, ""},
		"once":              {[]tooltest.Handler{says(unreachable)}, 2, 5 * time.Second, ""},
		"four times":        {[]tooltest.Handler{says(unreachable), says(unreachable), says(unreachable), says(unreachable)}, 5, 265 * time.Second, ""},
		"for ever":          {[]tooltest.Handler{says(unreachable), says(unreachable), says(unreachable), says(unreachable), says(unreachable)}, 5, 265 * time.Second, "the network failed 5 times in a row"},
		"a build":           {[]tooltest.Handler{says(brokenBuild)}, 1, 0, brokenBuild},
		"a full disk":       {[]tooltest.Handler{says("error: writing to file: No space left on device", unreachable)}, 1, 0, "No space left"},
		"first one, then":   {[]tooltest.Handler{says(unreachable), says(brokenBuild)}, 2, 5 * time.Second, brokenBuild},
		"says nothing":      {[]tooltest.Handler{says()}, 1, 0, "exited with code 1"},
		"each time further": {[]tooltest.Handler{says(toFetch(9), unreachable), says(toFetch(8), unreachable), says(toFetch(7), unreachable), says(toFetch(6), unreachable), says(toFetch(5), unreachable), says(toFetch(4), unreachable)}, 7, 30 * time.Second, ""},
		"never further":     {[]tooltest.Handler{says(toFetch(9), unreachable), says(toFetch(9), unreachable), says(toFetch(9), unreachable), says(toFetch(9), unreachable), says(toFetch(9), unreachable)}, 5, 265 * time.Second, "5 times in a row"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				attempts, told, err := installing(t.Context(), t, p, row.players...)
				if attempts != row.attempts || time.Since(start) != row.waited {
					t.Errorf("%d attempts in %v", attempts, time.Since(start))
				}
				if row.fails == "" && err != nil || row.fails != "" && (err == nil || !strings.Contains(err.Error(), row.fails)) {
					t.Errorf("got %v", err)
				}
				var log, now string
				for _, e := range told {
					log += e.Text + "\n"
					if e.Work != nil {
						now += e.Work.Now + "\n"
					}
				}
				if again := attempts > 1; again != strings.Contains(log, "Trying again in 5s. What was downloaded is kept.") || again != strings.Contains(now, "waiting for the network") {
					t.Errorf("told:\n%s%s", log, now)
				}
			})
		})
	}
}

func TestWaitingForTheNetworkIsCancelled(t *testing.T) {
	p := plantest.Plan(t, plantest.Blank(t), 512, plantest.Wishes(false, ""))
	synctest.Test(t, func(t *testing.T) {
		stop := errors.New("the user said stop")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(7*time.Second, func() { cancel(stop) })
		start := time.Now()
		attempts, _, err := installing(ctx, t, p, says(unreachable), says(unreachable))
		if attempts != 2 || !errors.Is(err, stop) || time.Since(start) != 7*time.Second {
			t.Errorf("%d attempts in %v: %v", attempts, time.Since(start), err)
		}
	})
}

// TestTheRealErrorIsNeverLost lets Nix talk on for long after it, as it does while other builds end.
func TestTheRealErrorIsNeverLost(t *testing.T) {
	p := plantest.Plan(t, plantest.Blank(t), 512, plantest.Wishes(false, ""))
	lines := []string{"building '/nix/store/y-bar.drv'...", brokenBuild, "       last 10 log lines:", "       > the real cause"}
	for i := range 5000 {
		lines = append(lines, fmt.Sprintf("bar> line %d", i))
	}
	_, _, err := installing(t.Context(), t, p, says(append(lines, "error: 1 dependencies of derivation '/nix/store/z.drv' failed to build")...))
	if err == nil {
		t.Fatal("it did not fail")
	}
	for _, want := range []string{brokenBuild, "> the real cause", "line 4999", "failed to build"} {
		if strings.Count(err.Error(), want) != 1 {
			t.Errorf("%q is %d times in the error", want, strings.Count(err.Error(), want))
		}
	}
	var talk talk
	for i := range 10_000 {
		talk.add(fmt.Sprintf("error: number %d", i))
	}
	if kept := talk.lines(); len(kept) != mostKept || kept[0] != "error: number 0" || kept[len(kept)-1] != "error: number 9999" {
		t.Errorf("%d lines are kept, from %s to %s", len(kept), kept[0], kept[len(kept)-1])
	}
}
