package run

import (
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"lethe/engine/event"
	"lethe/engine/tool"
)

// guard has an event ask when a program of this run says nothing for long. undo ends that.
func (w *pass) guard() (undo func()) {
	if w.runner.Silence == nil {
		return func() {}
	}
	machine, tools := w.env.Machine, w.env.Tools
	w.env.Tools = w.watched(tools)
	if machine == nil {
		return func() { w.env.Tools = tools }
	}
	own := machine.Tools
	machine.Tools = w.watched(own)
	return func() { w.env.Tools, machine.Tools = tools, own }
}

func (w *pass) watched(tools tool.Runner) tool.Runner {
	return tool.Watchdog{Runner: tools, Patience: w.runner.Silence, Tell: w.stalled}
}

// stalled asks. It is called while a step waits for its program, so the step stays the current one.
func (w *pass) stalled(program string, silent time.Duration) {
	next := "The disk may be slow, or the program may hang: wait, or cancel."
	switch program {
	case "nixos-install", "nix":
		next = "It may be building or downloading something large: wait, or cancel."
	case "git":
		next = "The network may be slow: wait, or cancel."
	}
	w.emit(event.Event{
		Kind: event.Stalled, Title: w.current.Title, Program: program, Millis: silent.Milliseconds(),
		Text: fmt.Sprintf("Nothing was heard from %s for %s.", program, minutes(silent)), Next: next,
	})
}

// minutes says a time for people.
func minutes(d time.Duration) string {
	switch n := int(d.Round(time.Minute) / time.Minute); {
	case d < time.Minute:
		return d.Round(time.Second).String()
	case n == 1:
		return "a minute"
	default:
		return fmt.Sprintf("%d minutes", n)
	}
}

// figure is a number that is set and read by several goroutines.
type figure struct{ bits atomic.Uint64 }

func (f *figure) set(v float64) { f.bits.Store(math.Float64bits(v)) }
func (f *figure) get() float64  { return math.Float64frombits(f.bits.Load()) }
