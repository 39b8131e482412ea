package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	enginerun "lethe/engine/run"
	"lethe/engine/step"
	"lethe/engine/verify"
)

// rehearseFlags are the flags of rehearse.
type rehearseFlags struct {
	wishFlags
	image, passphraseFile        string
	kdf                          command.KDF
	size, sector                 quantity.Bytes
	keep, overwrite, asJSON, log bool
}

// newRehearse does the whole work on a virtual disk.
func newRehearse(s streams) *cobra.Command {
	var f rehearseFlags
	c := &cobra.Command{
		Use:   "rehearse",
		Short: "Do the whole work on a virtual disk, without any privilege",
		Long: `Do the whole work on a virtual disk, without any privilege.

A sparse image is made, partitioned, encrypted, formatted and verified by the same code that does it
to a real disk. What needs device-mapper (the file system inside the encryption) is reported as not
rehearsed. The image is removed at the end unless --keep or --image is given; beside a kept image
lies IMAGE.lethe/ with the plan (plan.json), the same as a script (plan.sh), the wishes
(wishes.toml), the journal (journal.jsonl) and the NixOS configuration (repo/).

An image that a rehearsal made is used again by the next one, also after a crash.

With --json every event is printed as one JSON object a line; the last has the kind "summary".`,
		Example: `  lethe-engine rehearse --size 40GiB --luks
  lethe-engine rehearse --size 40GiB --preset walkthrough --passphrase-file - < secret.txt
  lethe-engine rehearse --image disk.img --swap none --json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.rehearse(c, f) },
	}
	f.bind(c)
	flags := c.Flags()
	flags.TextVar(&f.size, "size", quantity.Bytes(0), "`SIZE` of a new virtual disk (default 40GiB)")
	flags.TextVar(&f.sector, "sector", quantity.Bytes(0), "logical sector `SIZE` of a new virtual disk: 512B or 4KiB")
	flags.Lookup("size").DefValue, flags.Lookup("sector").DefValue = "", ""
	flags.StringVar(&f.image, "image", "", "`PATH` of the image; implies --keep")
	flags.BoolVar(&f.keep, "keep", false, "keep the image as lethe-rehearsal.img in this folder")
	flags.BoolVar(&f.overwrite, "overwrite", false, "take an existing image that no rehearsal made, and lose what is in it")
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "read the passphrase from `FILE` (- is standard input) instead of asking")
	flags.Var(kdfFlag{&f.kdf}, "kdf", "argon2id `PASSES,KIB,LANES` in place of what cryptsetup measures; 4,32,1 is quick and protects nothing")
	flags.BoolVar(&f.asJSON, "json", false, "print events as JSON lines")
	flags.BoolVar(&f.log, "log", false, "print a log of everything, also of what the tools say")
	return c
}

// rehearse prepares, runs and sums up.
func (s streams) rehearse(c *cobra.Command, f rehearseFlags) (err error) {
	wishes, err := f.wishes()
	if err != nil {
		return refused(err)
	}
	if f.keep && f.image == "" {
		f.image = "lethe-rehearsal.img"
	}
	request, err := f.request(c.Context(), wishes, device.Disk{Identity: device.Identity{Kind: device.KindImage}})
	if err != nil {
		return refused(err)
	}
	request.KDF = f.kdf
	stage, err := engine.Prepare(c.Context(), engine.Rehearsal{
		Path: f.image, Size: f.size, Sector: quantity.SectorSize(f.sector), Overwrite: f.overwrite, Request: request,
	})
	if err != nil {
		return refused(err)
	}
	kept := f.image != ""
	defer func() {
		if !kept {
			err = errors.Join(err, stage.Remove())
		}
	}()
	secrets, err := s.gather(c.Context(), stage.Plan, secretFlags{passphraseFile: f.passphraseFile, passphraseFD: -1})
	if err != nil {
		return refused(errors.Join(err, stage.Remove()))
	}
	defer secrets.Wipe()
	if !f.asJSON {
		s.announce(stage)
	}
	result, err := stage.Run(c.Context(), secrets, s.sink(f.asJSON, f.log))
	return s.sumUp(stage, result, err, f, kept)
}

// announce shows what will happen.
func (s streams) announce(stage *engine.Stage) {
	fmt.Fprintf(s.out, "Rehearsal on a virtual disk: no real disk is touched.\n%s\n\n", stage.Plan.Describe())
	if len(stage.Plan.Erase) > 0 {
		fmt.Fprintln(s.out, "The image holds and will lose:")
		for _, loss := range stage.Plan.Erase {
			fmt.Fprintf(s.out, "  %s\n", loss.What)
		}
		fmt.Fprintln(s.out)
	}
	fmt.Fprintln(s.out, s.drawMap(stage.Plan.Layout))
	for _, note := range stage.Plan.Notes {
		fmt.Fprintf(s.out, "Note: %s\n", note)
	}
	fmt.Fprintln(s.out)
}

// drawMap draws the partition map for this terminal.
func (s streams) drawMap(l layout.Layout) string {
	return l.Map(78, layout.MapStyle{Colour: s.colour(), ASCII: !s.unicode()})
}

// rehearsalSummary is the last line of --json.
type rehearsalSummary struct {
	Kind         string         `json:"kind"`
	OK           bool           `json:"ok"`
	Error        string         `json:"error,omitempty"`
	Disk         string         `json:"disk"`
	Image        string         `json:"image,omitempty"`
	Millis       int64          `json:"millis"`
	NotRehearsed []string       `json:"not_rehearsed"`
	Report       []verify.Check `json:"report"`
	Plan         plan.Plan      `json:"plan"`
}

// sumUp tells how it ended and gives the exit code.
func (s streams) sumUp(stage *engine.Stage, result enginerun.Result, err error, f rehearseFlags, kept bool) error {
	if f.asJSON {
		sum := rehearsalSummary{Kind: "summary", OK: err == nil, Disk: string(result.State), Millis: result.Elapsed.Milliseconds(), Report: result.Report.Checks, Plan: stage.Plan, NotRehearsed: notRehearsed(stage.Plan, result.Report)}
		if err != nil {
			sum.Error = err.Error()
		}
		if kept {
			sum.Image = stage.Path
		}
		if err := json.NewEncoder(s.out).Encode(sum); err != nil {
			return err
		}
	} else if err == nil {
		s.printSummary(stage, result, kept)
	}
	switch {
	case err == nil:
		return nil
	case result.Cancelled:
		return &coded{exitCancelled, err}
	case result.State == step.Untouched:
		return refused(err)
	}
	return &coded{exitFailed, err}
}

// printSummary is the end of a good rehearsal.
func (s streams) printSummary(stage *engine.Stage, result enginerun.Result, kept bool) {
	fmt.Fprintf(s.out, "\nThe rehearsal succeeded in %.1f s: %s\n", result.Elapsed.Seconds(), counts(result.Report))
	for _, text := range notRehearsed(stage.Plan, result.Report) {
		fmt.Fprintf(s.out, "  not rehearsed: %s\n", text)
	}
	if kept {
		fmt.Fprintf(s.out, "The image is %s, its plan and journal are in %s/.\n", stage.Path, stage.StateDir())
	} else {
		fmt.Fprintln(s.out, "The image was removed; --keep keeps it.")
	}
}

// notRehearsed names what could not be done or proven, from the plan and the report, once each.
func notRehearsed(p plan.Plan, r verify.Report) []string {
	list := []string{}
	for _, st := range p.Steps {
		if st.NotRehearsed != "" {
			list = append(list, fmt.Sprintf("%s (%s)", st.Title, st.NotRehearsed))
		}
	}
	for _, check := range r.Checks {
		if check.Status == verify.NotRehearsed {
			list = append(list, fmt.Sprintf("check of %s (%s)", check.Name, check.Detail))
		}
	}
	return list
}
