package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/helper"
	"lethe/engine/plan"
	"lethe/engine/secret"
)

// continueFlags are the flags of continue.
type continueFlags struct {
	secretFlags
	outputFlags
	disk string
	yes  bool
}

// newContinue goes on with an installation that stopped in nixos-install or after it.
func newContinue(s streams) *cobra.Command {
	var f continueFlags
	c := &cobra.Command{
		Use:   "continue",
		Short: "Go on with an installation that stopped, without formatting anything again",
		Long: `Go on with an installation that stopped, without formatting anything again.

An installation that stopped while NixOS was being installed, or after that, is continued from there,
also after a power cut: the disk is recognised by its own partitions, opened with its passphrase,
and what was downloaded and built stays. One that stopped earlier is begun anew with install.

Without --disk the only disk with such an installation is taken; where there are several, they are
listed. What will be done is shown, and begins after a yes, or with --yes.`,
		Example: `  sudo lethe-engine continue
  sudo lethe-engine continue --disk /dev/nvme0n1 --report report.txt
  sudo lethe-engine continue --disk /dev/nvme0n1 --passphrase-file secret --yes --json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			signal.Reset(syscall.SIGHUP) // this process may end with its terminal: the root side knows what to do then
			host, err := engine.Connect(c.Context(), "")
			if err != nil {
				return refused(err)
			}
			defer host.Close(context.WithoutCancel(c.Context()))
			return s.goOn(c.Context(), host, f)
		},
	}
	f.bindPassphrase(c)
	f.outputFlags.bind(c)
	c.Flags().StringVar(&f.disk, "disk", "", "`PATH` of the disk; needed where there is more than one to continue on")
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask before it begins")
	return c
}

// goOn recalls, asks, runs and sums up.
func (s streams) goOn(ctx context.Context, host helper.Host, f continueFlags) error {
	a, err := openAccount(f.report)
	if err != nil {
		return refused(err)
	}
	secrets := secret.NewStore()
	defer secrets.Wipe()
	if a.plan, err = s.recall(ctx, host, f, secrets); err != nil {
		return a.close(refused(err), secrets.Redact)
	}
	return a.close(s.carryOut(ctx, host, a.plan, secrets, f.outputFlags, a), secrets.Redact)
}

// recall gets the plan that continues, accepted and confirmed, and the passphrase that it needs.
func (s streams) recall(ctx context.Context, host helper.Host, f continueFlags, secrets *secret.Store) (plan.Plan, error) {
	facts, err := s.facts(ctx, host)
	if err != nil {
		return plan.Plan{}, err
	}
	chosen, err := choose(facts, f.disk)
	if err != nil {
		return plan.Plan{}, err
	}
	if chosen.Encrypted {
		held, err := s.existingPassphrase(ctx, f.secretFlags)
		if err != nil {
			return plan.Plan{}, err
		}
		secrets.Put(command.Passphrase, held)
	}
	p, err := host.Recall(ctx, chosen.Disk, secrets)
	if err != nil {
		return plan.Plan{}, err
	}
	if err := host.Accept(ctx, p); err != nil {
		return p, err
	}
	if f.yes {
		return p, nil
	}
	return p, s.agree(ctx, p, chosen)
}

// existingPassphrase gets the one that the disk was encrypted with.
func (s streams) existingPassphrase(ctx context.Context, f secretFlags) (*secret.Secret, error) {
	if f.passphraseFD >= 0 {
		return readDescriptor(f.passphraseFD)
	}
	return s.passphrase(ctx, f.passphraseFile, false)
}

// choose takes the named disk, else the only one. Of a disk that is not listed the root side knows best why.
func choose(facts helper.Facts, path string) (helper.Unfinished, error) {
	if path != "" {
		disk, err := device.Find(facts.Inventory, path)
		if err != nil {
			return helper.Unfinished{}, err
		}
		i := slices.IndexFunc(facts.Unfinished, func(u helper.Unfinished) bool { return u.Disk == disk.Path })
		if i < 0 {
			return helper.Unfinished{Disk: disk.Path, Title: disk.Path}, nil
		}
		return facts.Unfinished[i], nil
	}
	switch len(facts.Unfinished) {
	case 0:
		return helper.Unfinished{}, errors.New("cannot continue: no disk has an installation that stopped in nixos-install or later; lethe-engine install begins one")
	case 1:
		return facts.Unfinished[0], nil
	}
	var list strings.Builder
	for _, u := range facts.Unfinished {
		list.WriteString("\n  " + describeUnfinished(u))
	}
	return helper.Unfinished{}, fmt.Errorf("cannot continue: there is more than one disk to continue on; name it with --disk:%s", list.String())
}

// describeUnfinished is one in a line.
func describeUnfinished(u helper.Unfinished) string {
	text := device.Clean(u.Title)
	switch {
	case u.Step != "":
		text += fmt.Sprintf(": stopped in step “%s”, %s", device.Clean(u.Step), u.Stopped.Local().Format(time.DateTime))
	case u.Encrypted:
		text += ": encrypted; how far it came is seen once it is opened"
	default:
		text += ": how far it came is seen once it is looked into"
	}
	return text
}

// agree shows what will be done and waits for a yes.
func (s streams) agree(ctx context.Context, p plan.Plan, u helper.Unfinished) error {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("cannot ask whether to continue: there is no terminal (%w); say --yes", err)
	}
	defer tty.Close()
	fmt.Fprint(tty, p.Text(s.drawMap(p.Layout)))
	fmt.Fprintf(tty, "\n%s\nNothing is formatted. Type yes to go on: ", describeUnfinished(u))
	answer, err := readLine(ctx, tty)
	if err != nil {
		return err
	}
	if answer != "yes" {
		return &coded{exitCancelled, errors.New("that is not a yes; nothing was done")}
	}
	return nil
}
