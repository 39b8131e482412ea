package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/helper"
	"lethe/engine/lockfile"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/verify"
)

// installFlags are the flags of install.
type installFlags struct {
	wishFlags
	secretFlags
	outputFlags
	disk, yesErase string
	kdf            command.KDF
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
before the disk's name is typed, or given with --yes-erase: one of its names in /dev/disk/by-id
that no other disk has. Where other disks have all of them too, as twins of one serial number do, it
is a name in /dev/disk/by-path, which is the place where the disk is plugged in. The fingerprint that
"lethe-engine plan" prints as root is taken for these, and for a disk that has no name in by-id.

The inputs of the configuration are locked before anything is written: to the revisions of the live
medium where it has a lock that fits them, else to today's where there is a network.

A run can be stopped with ^C at any time: what was mounted is unmounted and the disk let go of. Should
the terminal go away, a run that has come to nixos-install goes on without it, and any other is
cancelled; lethe-engine watch shows it from elsewhere, and lethe-engine stop cancels it.`,
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
	f.outputFlags.bind(c)
	flags := c.Flags()
	flags.StringVar(&f.disk, "disk", "", "`PATH` of the disk; a name in /dev/disk/by-id is best")
	flags.StringVar(&f.yesErase, "yes-erase", "", "erase the disk with this `ID` without asking")
	flags.Var(kdfFlag{&f.kdf}, "kdf", "argon2id `PASSES,KIB,LANES` in place of what cryptsetup measures; 4,32,1 is quick and protects nothing")
	return c
}

// install plans, asks, runs and sums up.
func (s streams) install(ctx context.Context, f installFlags) error {
	signal.Reset(syscall.SIGHUP) // this process may end with its terminal: the root side knows what to do then
	host, err := engine.Connect(ctx, "")
	if err != nil {
		return refused(err)
	}
	defer host.Close(context.WithoutCancel(ctx))
	return s.installOn(ctx, host, f)
}

// installOn does it through a root side that answers.
func (s streams) installOn(ctx context.Context, host helper.Host, f installFlags) error {
	a, err := openAccount(f.report)
	if err != nil {
		return refused(err)
	}
	var names []string
	if a.plan, names, err = s.planInstall(ctx, host, f); err == nil {
		err = host.Accept(ctx, a.plan)
	}
	secrets := secret.NewStore()
	if err == nil {
		secrets, err = s.confirmed(ctx, host, a.plan, names, f)
	}
	if err != nil {
		return a.close(refused(err), func(text string) string { return text }) // no secret is there, or none any more
	}
	defer secrets.Wipe()
	return a.close(s.carryOut(ctx, host, a.plan, secrets, f.outputFlags, a), secrets.Redact)
}

// confirmed gets the secrets and makes sure that the disk is meant. Who has to read and type first does so while the key is derived.
func (s streams) confirmed(ctx context.Context, host helper.Host, p plan.Plan, names []string, f installFlags) (*secret.Store, error) {
	if f.yesErase != "" { // known to be right before anything is asked for
		if err := s.confirm(ctx, p, names, f.yesErase); err != nil {
			return nil, err
		}
		return s.gather(ctx, p, f.secretFlags)
	}
	secrets, err := s.gather(ctx, p, f.secretFlags)
	if err != nil {
		return nil, err
	}
	if p.Layout.LUKS != nil {
		if err := host.Prepare(ctx, p, secrets); err != nil {
			fmt.Fprintln(s.err, "Note: the key will be derived later.", err)
		}
	}
	if err := s.confirm(ctx, p, names, f.yesErase); err != nil {
		secrets.Wipe()
		return nil, err
	}
	return secrets, nil
}

// planInstall makes the plan from what root read. names are what its disk may be confirmed by.
func (s streams) planInstall(ctx context.Context, host helper.Host, f installFlags) (p plan.Plan, names []string, err error) {
	wishes, err := f.wishes()
	if err != nil {
		return p, nil, err
	}
	if f.disk != "" {
		wishes.Disk.Target = f.disk
	}
	if wishes.Disk.Target == "" {
		return p, nil, errors.New("cannot install: no disk was named; lethe-engine disks lists them, --disk names one")
	}
	facts, err := s.facts(ctx, host)
	if err != nil {
		return p, nil, err
	}
	disk, err := device.Find(facts.Inventory, wishes.Disk.Target)
	if err != nil {
		return p, nil, err
	}
	wishes.Disk.Target = disk.Path
	request, err := f.request(ctx, wishes, device.Disk{Identity: device.Identity{Kind: device.KindImage}})
	if err != nil {
		return p, nil, err
	}
	if request.LockInputs = !request.Locked() && wishes.Repo.Source == ""; request.LockInputs && !f.lock {
		fmt.Fprintln(s.err, "Locking the inputs; this may take a minute …")
	}
	request.KDF, request.Memory, request.Firmware = f.kdf, facts.Inventory.Memory, facts.Inventory.Firmware
	request.Power, request.Clock = engine.Power(), engine.Clock(slices.Concat(request.Lock, request.Medium)) // one of them is there at most
	request.Machine = engine.Machine{Hardware: facts.Hardware, Virtualization: facts.Virtualization}
	if p, err = engine.Plan(ctx, disk, request); err != nil {
		return p, nil, err
	}
	if f.yesErase != "" { // who is asked reads it with the plan
		for _, says := range request.Conditions() {
			fmt.Fprintf(s.err, "Note: %s.\n", says)
		}
	}
	if alike := device.LookAlikes(facts.Inventory, disk); len(alike) > 0 {
		fmt.Fprintf(s.err, "Note: %s looks just like %s; make sure that it is the right one.\n", alike[0].Path, disk.Path)
	}
	return p, eraseNames(facts.Inventory, p), p.Runnable()
}

// facts reads the machine, once what an interrupted installation left is released: nothing is lost by that.
func (s streams) facts(ctx context.Context, host helper.Host) (helper.Facts, error) {
	facts, err := host.Facts(ctx)
	if r := facts.Running; err == nil && r != nil {
		err = &lockfile.Held{Holder: lockfile.Note{PID: r.PID, Since: r.Since, Title: r.Title}}
	}
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

// confirm makes sure that somebody means this very disk: by one of its names, given beforehand or typed now.
func (s streams) confirm(ctx context.Context, p plan.Plan, names []string, given string) error {
	if given != "" {
		if slices.Contains(names, bareName(given)) {
			return nil
		}
		why := "it is not the disk called %q; its own names are: %s"
		if slices.Contains(p.Target.ByID, bareName(given)) {
			why = "another disk is called %q too; what names this one alone: %s"
		}
		return fmt.Errorf("cannot erase %s: "+why, device.Clean(p.Target.Path), device.Clean(given), strings.Join(names, ", "))
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
	if !slices.Contains(names, bareName(answer)) {
		return &coded{exitCancelled, errors.New("that is not its name; nothing was written")}
	}
	return nil
}

// bareName is a name without the folder of links that it may be given with.
func bareName(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, "/dev/disk/by-id/"), "/dev/disk/by-path/")
}

// eraseNames are what names the disk of a plan beyond doubt: its by-id names that no other disk has. Twins have none, and are told apart by
// their places; these, and a disk without any by-id name, by the fingerprint of all that is known of it.
func eraseNames(inventory device.Inventory, p plan.Plan) []string {
	byID, byPath := device.OwnNames(inventory, p.Target)
	switch {
	case len(byID) > 0:
		return byID
	case len(p.Target.ByID) > 0:
		return append(byPath, p.Fingerprint)
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
	return s.sinkFor(asJSON, log, "Ctrl-C cancels.")
}

// installSummary is the last line of --json.
type installSummary struct {
	Kind   string         `json:"kind"`
	OK     bool           `json:"ok"`
	Error  string         `json:"error,omitempty"`
	Disk   string         `json:"disk"`
	Target string         `json:"target"`
	Next   string         `json:"next,omitempty"`
	Millis int64          `json:"millis"`
	Report []verify.Check `json:"report"`
}

// finish tells how it ended and gives the exit code.
func (s streams) finish(p plan.Plan, result helper.Result, err error, asJSON bool) error {
	if asJSON {
		sum := installSummary{Kind: "summary", OK: err == nil, Disk: string(result.State), Target: p.Target.Path, Next: result.Next, Millis: result.Millis, Report: result.Report.Checks}
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
