package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lethe/engine/event"
	"lethe/engine/persist/keep"
	"lethe/engine/quantity"
)

// forgetFlags are the flags of persist forget.
type forgetFlags struct {
	placeFlags
	list, dry, asJSON bool
	delete            string
}

// forgetCommand keeps paths no longer.
func forgetCommand(s streams) *cobra.Command {
	var f forgetFlags
	c := &cobra.Command{
		Use:   "forget PATH... | --list | --delete DATE",
		Short: "Keep paths no longer, or clear away orphans",
		Long: `Keep paths no longer: take them out of persist.json in the NixOS repository, move what is stored of them to
/nix/persist/.forgotten/DATE, and say how to rebuild. An orphan, which nobody declares, is only moved. What persist.nix lists is yours:
take it out there first.

Nothing is deleted by that. --list shows what was forgotten, and --delete DATE deletes it for good. Only root can do this: as an
ordinary user this asks pkexec or sudo for it, unless --root, --persist or --repo names other folders.`,
		Example: `  sudo lethe-engine persist forget --dry-run /var/lib/bluetooth
  sudo lethe-engine persist forget /var/lib/bluetooth
  sudo lethe-engine persist forget --list
  sudo lethe-engine persist forget --delete 2026-11-23`,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case f.list && f.delete != "" || (f.list || f.delete != "") && len(args) > 0:
				return refused(errors.New("cannot do two things at once: name paths, or use --list, or --delete DATE"))
			case f.list:
				return s.listForgotten(c.Context(), f)
			case c.Flags().Changed("delete"):
				return s.deleteForgotten(c.Context(), f)
			}
			return s.forget(c.Context(), f, args)
		},
	}
	flags := c.Flags()
	flags.BoolVar(&f.list, "list", false, "list what was forgotten and is not deleted")
	flags.StringVar(&f.delete, "delete", "", "delete for good what was forgotten at a `DATE`, or on a day")
	flags.BoolVar(&f.dry, "dry-run", false, "only say what would be done")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
	f.bind(flags)
	return c
}

func (s streams) forget(ctx context.Context, f forgetFlags, args []string) error {
	if len(args) == 0 {
		return refused(errors.New("cannot forget nothing: name a path, or use --list"))
	}
	paths, err := f.paths(args)
	if err != nil {
		return refused(err)
	}
	host, release, err := f.side(ctx)
	if err != nil {
		return refused(err)
	}
	defer release()
	plan, err := host.PlanForget(ctx, paths)
	if err != nil {
		return refused(err)
	}
	if f.dry && f.asJSON {
		return printJSON(s.out, plan)
	}
	if !f.asJSON {
		s.printForgetPlan(plan)
	}
	if f.dry {
		fmt.Fprintln(s.out, "Nothing was done (--dry-run).")
		return nil
	}
	result, err := host.Forget(ctx, plan)
	if f.asJSON {
		if printed := printJSON(s.out, result); err == nil {
			err = printed
		}
	} else {
		s.printForgot(result, err == nil)
	}
	if err != nil {
		return &coded{exitFailed, err}
	}
	return nil
}

func (s streams) printForgetPlan(plan keep.ForgetPlan) {
	for _, i := range plan.Items {
		what := "nothing is stored of it"
		if i.Stored {
			what = fmt.Sprintf("%d entries, %s, are moved to %s", i.Size.Entries, quantity.Bytes(i.Size.Blocks).Human(), keep.ForgottenFolder)
		}
		fmt.Fprintf(s.out, "Forget %s: %s\n", shownPath(i.Path), what)
	}
	s.printDiff(plan.Change)
}

func (s streams) printForgot(result keep.ForgetResult, whole bool) {
	for _, n := range result.Notes {
		fmt.Fprintf(s.out, "Note: %s\n", event.Plain(n))
	}
	if len(result.Moved) > 0 {
		fmt.Fprintf(s.out, "Moved to %s/%s; delete it for good with --delete %s\n", keep.ForgottenFolder, result.Date, result.Date)
	}
	if whole && result.Rebuild != "" {
		fmt.Fprintf(s.out, "To be done with it, rebuild: %s\n", event.Plain(result.Rebuild))
	}
}

func (s streams) listForgotten(ctx context.Context, f forgetFlags) error {
	host, release, err := f.side(ctx)
	if err != nil {
		return refused(err)
	}
	defer release()
	list, err := host.Forgotten(ctx)
	if err != nil {
		return refused(err)
	}
	return s.printForgotten(f, list, "")
}

func (s streams) deleteForgotten(ctx context.Context, f forgetFlags) error {
	host, release, err := f.side(ctx)
	if err != nil {
		return refused(err)
	}
	defer release()
	if f.dry {
		list, err := host.Forgotten(ctx)
		if err != nil {
			return refused(err)
		}
		return s.printForgotten(f, keep.Of(list, f.delete), "Would delete ")
	}
	deleted, err := host.Delete(ctx, f.delete)
	if printed := s.printForgotten(f, deleted, "Deleted "); err == nil {
		err = printed
	}
	if err != nil && len(deleted) == 0 {
		return refused(err)
	}
	return err
}

func (s streams) printForgotten(f forgetFlags, list []keep.Forgotten, before string) error {
	if f.asJSON {
		return printJSON(s.out, list)
	}
	for _, forgotten := range list {
		fmt.Fprintf(s.out, "%s%s", before, forgotten.Date)
		for _, p := range forgotten.Paths {
			fmt.Fprintf(s.out, " %s", shownPath(p))
		}
		fmt.Fprintln(s.out)
	}
	return nil
}
