package tool

import (
	"context"
	"sync/atomic"
	"time"
)

// Watchdog runs programs by another runner and tells when one has said nothing for long: it may hang, or be at something large. It never
// ends a program; a person may.
//
// Of a program whose lines nobody wants the time since its start counts.
type Watchdog struct {
	Runner
	// Patience is how long a program may say nothing; 0 means for ever.
	Patience func(program string) time.Duration
	// Tell is called once for each patience that a program has said nothing, beside its lines. Run returns only after it has.
	Tell func(program string, silent time.Duration)
}

// Run runs the call to its end.
func (w Watchdog) Run(ctx context.Context, call Call) (Result, error) {
	patience := w.Patience(call.Command.Name)
	if patience <= 0 {
		return w.Runner.Run(ctx, call)
	}
	e := &ear{start: time.Now()}
	call.Line, call.Record = e.listen(call.Line), e.listen(call.Record)
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		e.wait(patience, end, func(silent time.Duration) { w.Tell(call.Command.Name, silent) })
	}()
	defer func() { close(end); <-ended }()
	return w.Runner.Run(ctx, call)
}

// ear knows when a program said something last.
type ear struct {
	start time.Time
	last  atomic.Int64 // nanoseconds since start
}

// listen hears what goes to a function; nil stays nil.
func (e *ear) listen(line func(string)) func(string) {
	if line == nil {
		return nil
	}
	return func(text string) {
		e.last.Store(int64(time.Since(e.start)))
		line(text)
	}
}

// wait tells of each patience that passes in silence, until end is closed.
func (e *ear) wait(patience time.Duration, end <-chan struct{}, tell func(time.Duration)) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	last, next := e.last.Load(), patience
	for {
		select {
		case <-end:
			return
		case <-timer.C:
		}
		if heard := e.last.Load(); heard != last {
			last, next = heard, patience
		}
		silent := time.Since(e.start) - time.Duration(last)
		if silent >= next {
			tell(silent)
			next += patience
		}
		timer.Reset(max(next-silent, 0))
	}
}

// quiet are the programs that may say nothing for longer than others while they do what they should: builds and downloads, key
// derivation, and what waits for a slow disk.
var quiet = map[string]time.Duration{
	"nixos-install": 10 * time.Minute, "nix": 10 * time.Minute, "git": 10 * time.Minute,
	"cryptsetup": 3 * time.Minute,
	"mkfs.ext4":  5 * time.Minute, "e2fsck": 5 * time.Minute, "umount": 5 * time.Minute,
}

// Silence is how long a program may say nothing before somebody should look.
func Silence(program string) time.Duration {
	if d, ok := quiet[program]; ok {
		return d
	}
	return 2 * time.Minute
}
