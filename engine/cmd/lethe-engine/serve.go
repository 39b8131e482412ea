package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/helper"
	"lethe/engine/process"
)

// newServe is the root side.
func newServe(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Be the root side of the window and of install; not for people",
		Long: `Be the root side of the window and of install; not for people.

It speaks a protocol of frames on standard input and output, and knows only these operations: read
the machine, check a plan, run the plan that was confirmed, cancel, release what an interrupted
installation left, restart the machine. It ends when its input ends.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if os.Geteuid() != 0 {
				return refused(errors.New("cannot serve: only root can; lethe-engine install asks for that itself"))
			}
			if err := process.Harden(); err != nil {
				return refused(err)
			}
			if err := helper.Serve(c.Context(), "lethe-engine "+engine.Release, s.in, s.out, engine.Local{}); err != nil {
				return refused(fmt.Errorf("cannot serve: %w", err))
			}
			return nil
		},
	}
}
