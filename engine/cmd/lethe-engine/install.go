package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/helper"
	"lethe/engine/plan"
	"lethe/engine/printer"
	"lethe/engine/step"
	"lethe/engine/verify"
)

// installFlags are the flags of install.
type installFlags struct {
	wishFlags
	secretFlags
	disk, yesErase       string
	kdf                  command.KDF
	asJSON, log, restart bool
}

// newInstall installs to a real disk.
func newInstall(s streams) *cobra.Command {
	var f installFlags
	c := &cobra.Command{
		Use:   "install [WISHES.toml]",
		Short: "Install NixOS to a real disk, and lose what is on it",
		Long: `Install NixOS to a real disk, and lose what is on it.

Only root can do this. As an ordinary user this asks pkexec or sudo for it and works through
lethe-engine serve; everything else stays an ordinary user's process.

The disk is named by --disk or by the wishes. What will be lost is shown, and nothing is written
before the disk's name is typed, or given with --yes-erase: one of its names in /dev/disk/by-id,
or, where it has none, the fingerprint that "lethe-engine plan" prints as root.

The inputs of the configuration are locked before anything is written, where there is a network.

A run can be stopped with ^C at any time: what was mounted is unmounted and the disk let go of.`,
		Example: `  sudo lethe-engine install wishes.toml --disk /dev/nvme0n1
  sudo lethe-engine install --disk /dev/nvme0n1 --luks --user ada --host lethe
  sudo lethe-engine install wishes.toml --yes-erase nvme-Samsung_SSD_980_S64D \
      --passphrase-file secret --password-file ada=password --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				if f.file != "" {
					return refused(errors.New("cannot install: the wishes are named twice"))
				}
				f.file = args[0]
			}
			return s.install(c.Context(), f)
		},
	}
	f.wishFlags.bind(c)
	f.secretFlags.bind(c)
	flags := c.Flags()
	flags.StringVar(&f.disk, "disk", "", "`PATH` of the disk; a name in /dev/disk/by-id is best")
	flags.StringVar(&f.yesErase, "yes-erase", "", "erase the disk with this `ID` without asking")
	flags.Var(kdfFlag{&f.kdf}, "kdf", "argon2id `PASSES,KIB,LANES` in place of what cryptsetup measures; 4,32,1 is quick and protects nothing")
	flags.BoolVar(&f.asJSON, "json", false, "print events as JSON lines; the last has the kind \"summary\"")
	flags.BoolVar(&f.log, "log", false, "print a log of everything, also of what the tools say")
	flags.BoolVar(&f.restart, "reboot", false, "start the machine again after a good installation")
	return c
}

// install plans, asks, runs and sums up.
func (s streams) install(ctx context.Context, f installFlags) error {
	host, err := engine.Connect(ctx, "")
	if err != nil {
		return refused(err)
	}
	defer host.Close(context.WithoutCancel(ctx))
	p, err := s.planInstall(ctx, host, f)
	if err != nil {
		return refused(err)
	}
	if err := host.Accept(ctx, p); err != nil {
		return refused(err)
	}
	if err := s.confirm(ctx, p, f); err != nil {
		return refused(err)
	}
	secrets, err := s.gather(ctx, p.Secrets, f.secretFlags)
	if err != nil {
		return refused(err)
	}
	defer secrets.Wipe()
	result, err := host.Install(ctx, p, secrets, s.sink(f.asJSON, f.log))
	err = s.finish(p, result, err, f.asJSON)
	if err == nil && f.restart {
		return host.Reboot(ctx)
	}
	return err
}

// planInstall makes the plan from what root read.
func (s streams) planInstall(ctx context.Context, host helper.Host, f installFlags) (plan.Plan, error) {
	wishes, err := f.wishes()
	if err != nil {
		return plan.Plan{}, err
	}
	if f.disk != "" {
		wishes.Disk.Target = f.disk
	}
	if wishes.Disk.Target == "" {
		return plan.Plan{}, errors.New("cannot install: no disk was named; lethe-engine disks lists them, --disk names one")
	}
	facts, err := s.facts(ctx, host)
	if err != nil {
		return plan.Plan{}, err
	}
	disk, err := device.Find(facts.Inventory, wishes.Disk.Target)
	if err != nil {
		return plan.Plan{}, err
	}
	wishes.Disk.Target = disk.Path
	f.lock = f.lockFile == "" && wishes.Repo.Source == ""
	request, err := f.request(ctx, wishes, device.Disk{Identity: device.Identity{Kind: device.KindImage}})
	if err != nil {
		return plan.Plan{}, err
	}
	request.KDF, request.Memory, request.Firmware = f.kdf, facts.Inventory.Memory, facts.Inventory.Firmware
	request.Machine = engine.Machine{Hardware: facts.Hardware, Virtualization: facts.Virtualization}
	p, err := engine.Plan(ctx, disk, request)
	if err != nil {
		return plan.Plan{}, err
	}
	if alike := device.LookAlikes(facts.Inventory, disk); len(alike) > 0 && f.yesErase == "" {
		fmt.Fprintf(s.err, "Note: %s looks just like %s; make sure that it is the right one.\n", alike[0].Path, disk.Path)
	}
	return p, p.Runnable()
}

// facts reads the machine, once what an interrupted installation left is released: nothing is lost by that.
func (s streams) facts(ctx context.Context, host helper.Host) (helper.Facts, error) {
	facts, err := host.Facts(ctx)
	if err != nil || len(facts.Leftovers) == 0 {
		return facts, err
	}
	released, err := host.Release(ctx)
	if err != nil {
		return facts, err
	}
	for _, name := range released {
		fmt.Fprintf(s.err, "Released %s, left by an interrupted installation.\n", name)
	}
	return host.Facts(ctx)
}

// confirm makes sure that somebody means this very disk.
func (s streams) confirm(ctx context.Context, p plan.Plan, f installFlags) error {
	names := eraseNames(p)
	if f.yesErase != "" {
		if !slices.Contains(names, strings.TrimPrefix(f.yesErase, "/dev/disk/by-id/")) {
			return fmt.Errorf("cannot erase %s: it is not the disk called %q; its own names are: %s", device.Clean(p.Target.Path), device.Clean(f.yesErase), strings.Join(names, ", "))
		}
		return nil
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("cannot ask whether %s may be erased: there is no terminal (%w); say --yes-erase %s", device.Clean(p.Target.Path), err, names[0])
	}
	defer tty.Close()
	fmt.Fprint(tty, p.Text(s.drawMap(p.Layout)))
	fmt.Fprintf(tty, "\nEverything on %s will be lost.\nType its name, %s, to go on: ", p.Describe(), names[0])
	answer, err := readLine(ctx, tty)
	if err != nil {
		return err
	}
	if !slices.Contains(names, answer) {
		return &coded{exitCancelled, errors.New("that is not its name; nothing was written")}
	}
	return nil
}

// eraseNames are what names the disk beyond doubt: its by-id names, else the fingerprint of all that is known of it.
func eraseNames(p plan.Plan) []string {
	if len(p.Target.ByID) > 0 {
		return p.Target.ByID
	}
	return []string{p.Fingerprint}
}

// readLine reads a line from the terminal, or gives up when the context ends.
func readLine(ctx context.Context, tty *os.File) (string, error) {
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := bufio.NewReader(tty).ReadString('\n')
		answers <- answer{strings.TrimSpace(text), err}
	}()
	select {
	case a := <-answers:
		return a.text, a.err
	case <-ctx.Done():
		fmt.Fprintln(tty)
		return "", &coded{exitCancelled, errors.New("cancelled; nothing was written")}
	}
}

// sink is the printer that the flags ask for.
func (s streams) sink(asJSON, log bool) event.Sink {
	if asJSON {
		return printer.NewJSON(s.out)
	}
	if log {
		return printer.NewLog(s.out, s.colour())
	}
	return printer.NewText(s.out, printer.Style{Colour: s.colour(), Bar: terminal(s.out)})
}

// installSummary is the last line of --json.
type installSummary struct {
	Kind   string         `json:"kind"`
	OK     bool           `json:"ok"`
	Error  string         `json:"error,omitempty"`
	Disk   string         `json:"disk"`
	Target string         `json:"target"`
	Millis int64          `json:"millis"`
	Report []verify.Check `json:"report"`
}

// finish tells how it ended and gives the exit code.
func (s streams) finish(p plan.Plan, result helper.Result, err error, asJSON bool) error {
	if asJSON {
		sum := installSummary{Kind: "summary", OK: err == nil, Disk: string(result.State), Target: p.Target.Path, Millis: result.Millis, Report: result.Report.Checks}
		if err != nil {
			sum.Error = err.Error()
		}
		if err := json.NewEncoder(s.out).Encode(sum); err != nil {
			return err
		}
	} else if err == nil {
		s.farewell(p, result)
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

// farewell says what comes next.
func (s streams) farewell(p plan.Plan, result helper.Result) {
	fmt.Fprintf(s.out, "\nNixOS is installed on %s, in %.0f s: %s\n", device.Clean(p.Target.Path), float64(result.Millis)/1000, counts(result.Report))
	for _, c := range result.Report.Checks {
		if c.Status == verify.NotRehearsed {
			fmt.Fprintf(s.out, "  not checked: %s (%s)\n", c.Name, c.Detail)
		}
	}
	next := "Take the live medium out and start the machine again"
	if p.Layout.LUKS != nil {
		next += "; it will ask for the passphrase"
	}
	if users := p.Wishes.Users; len(users) > 0 {
		next += fmt.Sprintf(". Log in as %s", users[0].Name)
	}
	fmt.Fprintf(s.out, "%s.\nThe configuration is in /etc/nixos there.\n", next)
}
