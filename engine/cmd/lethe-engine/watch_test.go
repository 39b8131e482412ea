package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lethe/engine/event"
)

// played is an installation in another process: its events come at once, and its last when somebody stops it or it comes to its end.
type played struct {
	last    event.Event
	endless bool // the last comes only when it is stopped
	refuses error
	breaks  error // in place of a last event

	stopped chan struct{}
}

func (p *played) Watch(ctx context.Context, sink event.Sink) error {
	if p.refuses != nil {
		return p.refuses
	}
	s := event.NewStream(sink, time.Now, func(text string) string { return text })
	s.Emit(event.Event{Kind: event.RunStart, Title: "/dev/vda (40 GiB, disk)"})
	s.Emit(event.Event{Kind: event.StepStart, Step: "wipe", Title: "Remove old signatures"})
	s.Emit(event.Event{Kind: event.StepDone, Step: "wipe", Title: "Remove old signatures", Millis: 10})
	s.Emit(event.Event{Kind: event.Stalled, Step: "install", Text: "Nothing was heard from nixos-install for 10 minutes.", Next: "Wait, or cancel.", Program: "nixos-install"})
	if p.endless {
		select {
		case <-p.stopped:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if p.breaks != nil {
		return p.breaks
	}
	s.Emit(p.last)
	return nil
}

func (p *played) Stop(context.Context) error {
	if p.refuses != nil {
		return p.refuses
	}
	close(p.stopped)
	return nil
}

// output runs something with streams that can be read.
func output(t *testing.T, do func(streams) error) (string, error) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	failure := do(streams{nil, out, out})
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text), failure
}

// code is the exit code of an error, 0 of none.
func code(err error) int {
	var c *coded
	switch {
	case err == nil:
		return 0
	case errors.As(err, &c):
		return c.code
	}
	return -1
}

var (
	done      = event.Event{Kind: event.RunDone, Done: 1, Disk: "complete", Millis: 65_000}
	cancelled = event.Event{Kind: event.RunCancelled, Step: "install", Title: "Install NixOS", Text: "somebody cancelled", Disk: "incomplete", Next: "Begin anew."}
	failed    = event.Event{Kind: event.RunFailed, Step: "install", Title: "Install NixOS", Text: "no network", Disk: "incomplete", Next: "Connect it."}
	refusal   = event.Event{Kind: event.RunFailed, Step: "check", Title: "Check the disk", Text: "another disk", Disk: "untouched", Next: "Look again."}
)

func TestWatchTellsWhatInstallTells(t *testing.T) {
	gone := errors.New("cannot watch any longer: process 7 is gone")
	for name, c := range map[string]struct {
		run   played
		code  int
		says  []string // on the output
		error string
	}{
		"done": {played{last: done}, 0, []string{
			"Installing to /dev/vda (40 GiB, disk), since ", "✓ Remove old signatures", "Nothing was heard from nixos-install for 10 minutes. Wait, or cancel. lethe-engine stop cancels it.", "NixOS is installed, in 65 s.",
		}, ""},
		"cancelled":      {played{last: cancelled}, exitCancelled, nil, "it was cancelled in step “Install NixOS”: somebody cancelled\nBegin anew."},
		"failed":         {played{last: failed}, exitFailed, nil, "it failed in step “Install NixOS”: no network\nConnect it."},
		"refused":        {played{last: refusal}, exitRefused, nil, "it failed in step “Check the disk”: another disk\nLook again."},
		"killed":         {played{breaks: gone}, exitFailed, nil, gone.Error()},
		"nobody is here": {played{refuses: errors.New("cannot watch: nobody")}, exitRefused, nil, "cannot watch: nobody"},
	} {
		text, err := output(t, func(s streams) error { return s.watch(t.Context(), &c.run, false, false) })
		if code(err) != c.code || err != nil && err.Error() != c.error {
			t.Errorf("%s: code %d, %v", name, code(err), err)
		}
		for _, want := range c.says {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not in\n%s", name, want, text)
			}
		}
	}
}

func TestWatchAsJSON(t *testing.T) {
	text, err := output(t, func(s streams) error { return s.watch(t.Context(), &played{last: failed}, true, false) })
	if code(err) != exitFailed {
		t.Error(err)
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	var last event.Event
	for _, line := range lines {
		if err := json.Unmarshal([]byte(line), &last); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
	}
	if len(lines) != 5 || last.Kind != event.RunFailed || last.Next != "Connect it." {
		t.Errorf("%d lines, the last is %+v", len(lines), last)
	}
}

func TestWatchCanBeLeft(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	run := played{endless: true, stopped: make(chan struct{})}
	_, err := output(t, func(s streams) error { return s.watch(ctx, &run, false, false) })
	if code(err) != exitCancelled || !strings.Contains(err.Error(), "the installation goes on") {
		t.Error(err)
	}
	select {
	case <-run.stopped:
		t.Error("looking on no longer has stopped it")
	default:
	}
}

func TestStopSaysHowItEnded(t *testing.T) {
	gone := errors.New("cannot watch any longer: process 7 is gone")
	for name, c := range map[string]struct {
		run  played
		now  bool
		code int
		says string
	}{
		"cancelled":      {played{last: cancelled, endless: true}, false, 0, "The installation was asked to cancel. It lets go of the disk first.\nIt was cancelled in step “Install NixOS”: somebody cancelled\nBegin anew.\n"},
		"came too late":  {played{last: done, endless: true}, false, 0, "The installation was asked to cancel. It lets go of the disk first.\nIt had come to its end: NixOS is installed.\n"},
		"failed instead": {played{last: failed, endless: true}, false, 0, "The installation was asked to cancel. It lets go of the disk first.\nIt failed in step “Install NixOS”: no network\nConnect it.\n"},
		"at once":        {played{endless: true}, true, 0, "The installation was asked to cancel.\n"},
		"killed":         {played{breaks: gone, endless: true}, false, exitFailed, "The installation was asked to cancel. It lets go of the disk first.\n"},
		"nobody":         {played{refuses: errors.New("cannot watch: nobody")}, false, exitRefused, ""},
		"nobody, now":    {played{refuses: errors.New("cannot cancel: nobody")}, true, exitRefused, ""},
	} {
		c.run.stopped = make(chan struct{})
		text, err := output(t, func(s streams) error { return s.stop(t.Context(), &c.run, c.now) })
		if code(err) != c.code || text != c.says {
			t.Errorf("%s: code %d, %v\n%s", name, code(err), err, text)
		}
		if c.run.refuses == nil {
			select {
			case <-c.run.stopped:
			default:
				t.Errorf("%s: it was never stopped", name)
			}
		}
	}
}

// TestOnlySIGTERMEndsTheRootSide sends this process the signals that a terminal sends when it is closed or interrupted.
func TestOnlySIGTERMEndsTheRootSide(t *testing.T) {
	parent, cancel := context.WithCancel(t.Context())
	ctx, stop := untilTerminated(parent)
	defer stop()
	cancel() // as the signals do that end every other command
	for _, signal := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT} {
		if err := syscall.Kill(os.Getpid(), signal); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-ctx.Done():
		t.Fatalf("it ended: %v", context.Cause(ctx))
	case <-time.After(100 * time.Millisecond):
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
		if !errors.Is(context.Cause(ctx), errTerminated) {
			t.Error(context.Cause(ctx))
		}
	case <-time.After(10 * time.Second):
		t.Fatal("SIGTERM does not end it")
	}
}
