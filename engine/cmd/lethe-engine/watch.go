package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/event"
	"lethe/engine/printer"
	"lethe/engine/step"
)

// overseer looks after the installation in another process.
type overseer interface {
	Watch(ctx context.Context, sink event.Sink) error
	Stop(ctx context.Context) error
}

// newWatch shows what a running installation does.
func newWatch(s streams) *cobra.Command {
	var asJSON, log bool
	c := &cobra.Command{
		Use:   "watch",
		Short: "Show what the installation that is running on this machine does",
		Long: `Show what the installation that is running on this machine does, from its beginning to its end.

It only looks on: it can be begun and ended at any time, ^C ends it, and the installation goes on.
The exit code at the end is the one that install gives. Only root can do this; as an ordinary user
this asks pkexec or sudo for it.`,
		Example: `  sudo lethe-engine watch
  sudo lethe-engine watch --json | jq -r 'select(.kind == "step-start").title'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			host, err := engine.Connect(c.Context(), "")
			if err != nil {
				return refused(err)
			}
			defer host.Close(context.WithoutCancel(c.Context()))
			return s.watch(c.Context(), host, asJSON, log)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print events as JSON lines; the last tells how it ended")
	c.Flags().BoolVar(&log, "log", false, "print a log of everything, also of what the tools say")
	return c
}

// newStop cancels a running installation.
func newStop(s streams) *cobra.Command {
	var now bool
	c := &cobra.Command{
		Use:   "stop",
		Short: "Cancel the installation that is running on this machine",
		Long: `Cancel the installation that is running on this machine, and say how it ended.

It is what ^C in its terminal or Cancel in its window does: the step under way is ended, what was
mounted is unmounted and the disk let go of. Which process that is, the kernel says: the one that
holds the lock. Only root can do this; as an ordinary user this asks pkexec or sudo for it.`,
		Example: `  sudo lethe-engine stop
  sudo lethe-engine stop --now`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			host, err := engine.Connect(c.Context(), "")
			if err != nil {
				return refused(err)
			}
			defer host.Close(context.WithoutCancel(c.Context()))
			return s.stop(c.Context(), host, now)
		},
	}
	c.Flags().BoolVar(&now, "now", false, "do not wait for its end")
	return c
}

// watch prints events until the last, and gives the exit code that the installation itself gives.
func (s streams) watch(ctx context.Context, host overseer, asJSON, log bool) error {
	var last event.Event
	sink := s.sinkFor(asJSON, log, "lethe-engine stop cancels it.")
	err := host.Watch(ctx, event.SinkFunc(func(e event.Event) {
		if e.Kind == event.RunStart && !asJSON && !log {
			fmt.Fprintf(s.out, "Installing to %s, since %s\n", e.Title, e.Time.Local().Format(time.TimeOnly))
		}
		sink.Event(e)
		last = e
	}))
	switch {
	case err != nil && ctx.Err() != nil:
		return &coded{exitCancelled, errors.New("no longer watching; the installation goes on")}
	case err != nil && last.Kind != "":
		return &coded{exitFailed, err}
	case err != nil:
		return refused(err)
	}
	if last.Kind == event.RunDone {
		if !asJSON && !log {
			fmt.Fprintf(s.out, "\nNixOS is installed, in %.0f s.\n", float64(last.Millis)/1000)
		}
		return nil
	}
	cause := errors.New(ending(last))
	switch {
	case last.Kind == event.RunCancelled:
		return &coded{exitCancelled, cause}
	case last.Disk == string(step.Untouched):
		return refused(cause)
	}
	return &coded{exitFailed, cause}
}

// ending says how a run ended that was not finished, and what comes next.
func ending(last event.Event) string {
	how := "it failed"
	if last.Kind == event.RunCancelled {
		how = "it was cancelled"
	}
	return fmt.Sprintf("%s in step “%s”: %s\n%s", how, last.Title, last.Text, last.Next)
}

// firstWord is how long stop waits for what the installation has told so far, before it cancels.
const firstWord = 2 * time.Second

// stop cancels, waits for the end, and says how it was.
func (s streams) stop(ctx context.Context, host overseer, now bool) error {
	if now {
		if err := host.Stop(ctx); err != nil {
			return refused(err)
		}
		fmt.Fprintln(s.out, "The installation was asked to cancel.")
		return nil
	}
	watching, leave := context.WithCancel(ctx)
	defer leave()
	var last event.Event
	var once sync.Once
	began, watched := make(chan struct{}), make(chan error, 1)
	go func() { // begun first, so that the end is not missed
		watched <- host.Watch(watching, event.SinkFunc(func(e event.Event) { last = e; once.Do(func() { close(began) }) }))
	}()
	select {
	case <-began:
	case <-time.After(firstWord):
	case err := <-watched:
		return refused(err)
	}
	if err := host.Stop(ctx); err != nil {
		leave()
		if ended := <-watched; ended != nil || !last.Kind.Last() { // else it came to its end in this very moment
			return refused(err)
		}
		return s.stopped(last)
	}
	fmt.Fprintln(s.out, "The installation was asked to cancel. It lets go of the disk first.")
	if err := <-watched; err != nil {
		if ctx.Err() != nil {
			return &coded{exitCancelled, errors.New("no longer waiting; the installation was asked to cancel and does so")}
		}
		return &coded{exitFailed, err}
	}
	return s.stopped(last)
}

// stopped says how an installation ended that was to be cancelled. It is no failure of this command when that came too late.
func (s streams) stopped(last event.Event) error {
	if last.Kind == event.RunDone {
		fmt.Fprintln(s.out, "It had come to its end: NixOS is installed.")
		return nil
	}
	text := []rune(ending(last))
	fmt.Fprintf(s.out, "I%s\n", string(text[1:]))
	return nil
}

// sinkFor is the printer that the flags ask for; cancel says how to cancel.
func (s streams) sinkFor(asJSON, log bool, cancel string) event.Sink {
	switch {
	case asJSON:
		return printer.NewJSON(s.out)
	case log:
		return printer.NewLog(s.out, s.colour())
	}
	return printer.NewText(s.out, printer.Style{Colour: s.colour(), Bar: terminal(s.out), Cancel: cancel})
}
