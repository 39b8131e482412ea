package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/event"
	"lethe/engine/printer"
	"lethe/engine/secret"
	"lethe/engine/verify"
)

// newVerify reads an image back.
func newVerify(s streams) *cobra.Command {
	var asJSON bool
	var planFile, passphraseFile string
	c := &cobra.Command{
		Use:   "verify IMAGE",
		Short: "Compare a rehearsed image with its plan, using other tools than those that wrote it",
		Long: `Compare a rehearsed image with its plan, using other tools than those that wrote it.

The plan is the one that rehearse kept beside the image unless --plan names another. With
--passphrase-file the passphrase is proven against the LUKS header on the image; without it
that proof is reported as not made.`,
		Example: `  lethe-engine verify disk.img
  lethe-engine verify disk.img --passphrase-file secret.txt --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var passphrase *secret.Secret
			if passphraseFile != "" {
				var err error
				if passphrase, err = s.passphrase(c.Context(), passphraseFile, false); err != nil {
					return refused(err)
				}
				defer passphrase.Wipe()
			}
			text := printer.NewText(s.out, printer.Style{Colour: s.colour()})
			report, err := engine.Verify(c.Context(), args[0], planFile, passphrase, func(check verify.Check) {
				if !asJSON {
					text.Event(event.Event{Kind: event.Checked, Title: check.Name, Text: check.Detail, Status: string(check.Status)})
				}
			})
			if err != nil {
				return refused(err)
			}
			if asJSON {
				if err := printJSON(s.out, report); err != nil {
					return err
				}
			} else {
				fmt.Fprintln(s.out, counts(report))
			}
			if !report.OK() {
				return &coded{exitDifferent, errors.New("the image is not what its plan says")}
			}
			return nil
		},
	}
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, "print the report as JSON")
	f.StringVar(&planFile, "plan", "", "compare with the plan in `FILE`")
	f.StringVar(&passphraseFile, "passphrase-file", "", "prove the passphrase in `FILE` (- is standard input)")
	return c
}

// counts is a report in a line.
func counts(r verify.Report) string {
	return fmt.Sprintf("%d checks passed, %d failed, %d not rehearsed.", r.Count(verify.Passed), r.Count(verify.Failed), r.Count(verify.NotRehearsed))
}
