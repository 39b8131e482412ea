package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/helper"
	"lethe/engine/process"
)

// newServe is the root side.
func newServe(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Be the root side of the window, of install and of persist; not for people",
		Long: `Be the root side of the window, of install and of persist; not for people.

It speaks a protocol of frames on standard input and output, and knows only these operations: read
the machine, check a plan, run the plan that was confirmed, cancel, release what an interrupted
installation left, watch and stop the installation of another process, restart the machine; scan
the running system for what its next boot would forget, keep or forget paths as it was shown before.
It ends when its input ends. SIGTERM cancels what is under way and then ends it; a terminal that is closed
or interrupted (SIGHUP, SIGINT) does not touch it.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if os.Geteuid() != 0 {
				return refused(errors.New("cannot serve: only root can; lethe-engine install and persist ask for that themselves"))
			}
			if err := errors.Join(process.Clobber(), process.Harden()); err != nil {
				return refused(err)
			}
			host := engine.NewLocal()
			defer host.Close()
			ctx, stop := untilTerminated(c.Context())
			defer stop()
			if err := helper.Serve(ctx, "lethe-engine "+engine.Release, s.in, s.out, host); err != nil {
				return refused(fmt.Errorf("cannot serve: %w", err))
			}
			return nil
		},
	}
}

// errTerminated is why an installation is cancelled that was sent SIGTERM.
var errTerminated = errors.New("it was asked to cancel, by lethe-engine stop or another program (SIGTERM)")

// untilTerminated gives a context that SIGTERM ends, and nothing else does. The signals of a terminal are caught and dropped: the root
// side is told by the end of its input that nobody is there any more, and knows what to finish then. They are not ignored, as what is
// ignored stays so in the programs that it starts.
func untilTerminated(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	signals, done := make(chan os.Signal, 8), make(chan struct{})
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP, os.Interrupt)
	go func() {
		for {
			select {
			case got := <-signals:
				if got == syscall.SIGTERM {
					cancel(errTerminated)
				}
			case <-done:
				return
			}
		}
	}()
	return ctx, func() { signal.Stop(signals); close(done); cancel(nil) }
}
