//go:build e2e

package main_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// quits is how often each way out is taken; LETHE_QUITS sets it, to look for what happens rarely.
const quits = 1

// way is one way for the window to end.
type way struct {
	name string
	// working tells that a rehearsal is under way by then.
	working bool
	leave   func(p *program)
	want    string
}

// ways are all but those in which a test ends the display too.
func ways() []way {
	sent := func(s syscall.Signal) func(*program) {
		return func(p *program) {
			if signal.Ignored(s) {
				p.t.Skipf("this test was itself started with %s ignored, and so is the window", s)
			}
			_ = p.proc.Signal(s)
		}
	}
	closed := func(p *program) { p.closeWindow(p.id) }
	confirmed := func(p *program) { p.closeWindow(p.id); p.click(p.question("11-close-now")) }
	return []way{
		{"close", false, closed, "exit 0"},
		{"term", false, sent(syscall.SIGTERM), "signal: terminated"},
		{"int", false, sent(syscall.SIGINT), "signal: interrupt"},
		{"hup", false, sent(syscall.SIGHUP), "signal: hangup"},
		{"close-working", true, confirmed, "exit 0"},
		{"term-working", true, sent(syscall.SIGTERM), "signal: terminated"},
		{"hup-working", true, sent(syscall.SIGHUP), "signal: hangup"},
	}
}

// TestEndToEndQuit leaves the window in every way. Each time it must end at once, as one would expect, and leave nothing in its temporary folder.
func TestEndToEndQuit(t *testing.T) {
	for _, w := range ways() {
		t.Run(w.name, func(t *testing.T) {
			d := newDisplay(t)
			h := newHands(t, d)
			takeOften(t, w, func() *program { return startProgram(t, d, h) })
		})
	}
	for _, working := range []bool{false, true} {
		w := way{"display-gone", working, func(p *program) { _ = p.d.proc.Kill() }, "exit 1"}
		if working {
			w.name += "-working"
		}
		t.Run(w.name, func(t *testing.T) { takeOften(t, w, func() *program { return newProgram(t) }) })
	}
}

// takeOften takes a way out again and again, and counts how it ended.
func takeOften(t *testing.T, w way, open func() *program) {
	t.Helper()
	often := quits
	if n, err := strconv.Atoi(os.Getenv("LETHE_QUITS")); err == nil {
		often = n
	}
	counts := map[string]int{}
	for n := range often {
		p := open()
		if w.working {
			p.try()
		}
		time.Sleep(rand.N(1500 * time.Millisecond)) // from a loop that works to one that dozes, and from a rehearsal's first step on
		w.leave(p)
		how := p.outcome()
		t.Logf("%d: %s", n, how)
		counts[how]++
	}
	t.Log(counts)
	for outcome := range maps.Keys(counts) {
		if outcome != w.want {
			t.Errorf("%s: %s", w.name, outcome)
		}
	}
}

// outcome waits for the end, and tells what it was.
func (p *program) outcome() string {
	p.t.Helper()
	var err error
	select {
	case err = <-p.done:
		p.done <- err
	case <-time.After(patience):
		_ = p.proc.Signal(syscall.SIGQUIT) // it says then where it hangs
		err = <-p.done
		p.t.Logf("it hangs, and said before %v:\n%s", err, p.said)
		return "it hangs"
	}
	how := "exit 0"
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		how = strings.ReplaceAll(exit.String(), "exit status", "exit")
	} else if err != nil {
		how = err.Error()
	}
	if said := p.said.String(); strings.Contains(said, "panic") || strings.Contains(said, "fatal") {
		p.t.Logf("it said:\n%s", said)
		how += ", panicked"
	}
	left, err := filepath.Glob(filepath.Join(p.home, "tmp", "*"))
	if err != nil || len(left) > 0 {
		how += fmt.Sprintf(", left %d behind", len(left))
	}
	if lives := p.survivors(); len(lives) > 0 {
		how += ", left running"
		p.t.Logf("still running: %q", lives)
	}
	if mounts, err := os.ReadFile("/proc/self/mounts"); err != nil || strings.Contains(string(mounts), p.home) {
		how += ", left a mount"
	}
	return how
}

// survivors are the programs that work on something of the window's, as cryptsetup does on its virtual disk.
func (p *program) survivors() (lives []string) {
	p.t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(all) == 0 {
		p.t.Fatalf("cannot list processes: %v", err)
	}
	for _, path := range all {
		line, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(line), p.home) {
			lives = append(lives, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return lives
}
