package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lethe/engine"
	"lethe/engine/event"
	"lethe/engine/flake"
	"lethe/engine/persist/keep"
	"lethe/engine/quantity"
)

// placeFlags say which system keep and forget work on.
type placeFlags struct{ root, persist, repo string }

func (f *placeFlags) bind(flags *pflag.FlagSet) {
	flags.StringVar(&f.repo, "repo", "", "the `DIR` of the NixOS repository (default /etc/nixos)")
	flags.StringVar(&f.root, "root", "", "the `DIR` that is empty at every boot, to try this elsewhere (default /)")
	flags.StringVar(&f.persist, "persist", "", "the `DIR` that outlives it (default "+flake.Storage+")")
}

func (f *placeFlags) place() (keep.Place, error) {
	p, err := engine.InstalledPlace(f.root, f.persist, f.repo)
	if err != nil {
		err = fmt.Errorf("cannot find what to work on: %w; name it with --root, --persist and --repo", err)
	}
	return p, err
}

// paths makes what was typed absolute. Below another root that is a matter of that root, not of the working folder.
func (f *placeFlags) paths(args []string) ([]string, error) {
	var list []string
	for _, a := range args {
		if f.root != "" && !filepath.IsAbs(a) {
			return nil, fmt.Errorf("cannot take %q: below --root only absolute paths mean something", a)
		}
		abs, err := filepath.Abs(a)
		if err != nil {
			return nil, fmt.Errorf("cannot take %q: %w", a, err)
		}
		list = append(list, abs)
	}
	return list, nil
}

// keepFlags are the flags of persist keep.
type keepFlags struct {
	placeFlags
	sync, dry, asJSON bool
}

// keepCommand makes paths outlive the next boot.
func keepCommand(s streams) *cobra.Command {
	var f keepFlags
	c := &cobra.Command{
		Use:   "keep PATH...",
		Short: "Let paths outlive the next boot",
		Long: `Let folders or files outlive the next boot: copy them to /nix/persist, verify the copy, add the paths to persist.json in the
NixOS repository, and say how to rebuild. No other file of the repository is written.

The copy has owner, mode, times, extended attributes, ACLs, hard links and holes of the original, and every byte is compared with
it before anything is declared. It is a snapshot: what is written until the rebuild is not in it. Right before the rebuild,
--sync copies once more what is pending; a path is pending until the running system shows it mounted.

What lies at the place of a copy and nobody declares is moved to /nix/persist/.forgotten. No link is followed, and no other
file system is entered. Only root can do this: as an ordinary user this asks pkexec or sudo for it, unless --root, --persist or --repo
names other folders, where it does what this user may do. The exit code is 3 when a file was different each time it was read: end the program that writes
it and use --sync.`,
		Example: `  sudo lethe-engine persist keep --dry-run /var/lib/bluetooth
  sudo lethe-engine persist keep /var/lib/bluetooth /home/ada/.config/foo
  sudo lethe-engine persist keep --sync && sudo nixos-rebuild switch --flake /etc/nixos`,
		RunE: func(c *cobra.Command, args []string) error {
			if f.sync {
				return s.syncKept(c.Context(), f, args)
			}
			return s.keep(c.Context(), f, args)
		},
	}
	flags := c.Flags()
	flags.BoolVar(&f.sync, "sync", false, "copy again what is pending: the paths, or all")
	flags.BoolVar(&f.dry, "dry-run", false, "only say what would be done")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
	f.bind(flags)
	return c
}

func (s streams) keep(ctx context.Context, f keepFlags, args []string) error {
	if len(args) == 0 {
		return refused(errors.New("cannot keep nothing: name a path, or copy again what is pending with --sync"))
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
	plan, err := host.PlanKeep(ctx, paths)
	if err != nil {
		return refused(err)
	}
	if f.dry && f.asJSON {
		return printJSON(s.out, plan)
	}
	if !f.asJSON {
		s.printKeepPlan(plan)
	}
	if f.dry {
		fmt.Fprintln(s.out, "Nothing was done (--dry-run).")
		return nil
	}
	result, err := host.Keep(ctx, plan, s.copying())
	s.clearLine()
	return s.kept(f, result, err)
}

func (s streams) syncKept(ctx context.Context, f keepFlags, args []string) error {
	paths, err := f.paths(args)
	if err != nil {
		return refused(err)
	}
	host, release, err := f.side(ctx)
	if err != nil {
		return refused(err)
	}
	defer release()
	waiting, err := host.Waiting(ctx, paths)
	if err != nil {
		return refused(err)
	}
	if f.dry {
		if f.asJSON {
			return printJSON(s.out, waiting)
		}
		for _, w := range waiting {
			fmt.Fprintf(s.out, "Pending: %s, copied at %s\n", event.Plain(w.Path), w.Snapshot.Local().Format(time.DateTime))
		}
		fmt.Fprintln(s.out, "Nothing was done (--dry-run).")
		return nil
	}
	result, err := host.Sync(ctx, paths, s.copying())
	s.clearLine()
	if err == nil && !f.asJSON && len(result.Copies)+len(result.Notes) == 0 {
		fmt.Fprintln(s.out, "Nothing is pending.")
	}
	return s.kept(f, result, err)
}

func (s streams) printKeepPlan(plan keep.Plan) {
	for _, i := range plan.Items {
		fmt.Fprintf(s.out, "Keep %s: %d entries, %s\n", event.Plain(i.Path), i.Size.Entries, quantity.Bytes(i.Size.Blocks).Human())
		if i.Replaces {
			fmt.Fprintf(s.out, "  What lies at its place in %s and nobody declares is moved to %s there.\n", flake.Storage, keep.ForgottenFolder)
		}
	}
	s.printDiff(plan.Change)
}

func (s streams) printDiff(c keep.Change) {
	for line := range strings.Lines(c.Diff) {
		fmt.Fprintln(s.out, event.Plain(strings.TrimSuffix(line, "\n")))
	}
}

// copying shows the progress of copies in a terminal.
func (s streams) copying() func(keep.Progress) {
	if !terminal(s.err) {
		return nil
	}
	return func(p keep.Progress) {
		fmt.Fprintf(s.err, "\r\x1b[K%s %s: %d entries, %s", p.Stage, event.Plain(p.Path), p.Entries, quantity.Bytes(p.Bytes).Human())
	}
}

func (s streams) clearLine() {
	if terminal(s.err) {
		fmt.Fprint(s.err, "\r\x1b[K")
	}
}

// kept prints what was done, and gives the error with its exit code.
func (s streams) kept(f keepFlags, result keep.Result, err error) error {
	if f.asJSON {
		if printed := printJSON(s.out, result); err == nil {
			err = printed
		}
	} else {
		s.printKept(result, err == nil)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &coded{exitCancelled, err}
	case err != nil:
		return &coded{exitFailed, err}
	case len(result.Torn()) > 0:
		return &coded{exitDifferent, fmt.Errorf("cannot promise %d files: they were different each time they were read; end the programs that write them and use --sync", len(result.Torn()))}
	}
	return nil
}

// syncHint is what to do between a copy and the rebuild.
const syncHint = "What is written until then is copied again right before by: lethe-engine persist keep --sync"

func (s streams) printKept(result keep.Result, whole bool) {
	for _, d := range result.Copies {
		fmt.Fprintf(s.out, "Copied and verified %s as of %s: %d entries, %s\n", event.Plain(d.Path), d.Snapshot.Local().Format(time.DateTime), d.Entries, quantity.Bytes(d.Bytes).Human())
		if d.Aside != "" {
			fmt.Fprintf(s.out, "  What was at its place is in %s now.\n", event.Plain(d.Aside))
		}
		for _, l := range d.Left {
			fmt.Fprintf(s.out, "  Left out %s: %s\n", event.Plain(l.Path), l.Why)
		}
	}
	for _, t := range result.Torn() {
		fmt.Fprintf(s.out, "  Changed each time it was read: %s\n", event.Plain(t))
	}
	for _, n := range result.Notes {
		fmt.Fprintf(s.out, "Note: %s\n", event.Plain(n))
	}
	if whole && result.Rebuild != "" {
		fmt.Fprintf(s.out, "Pending until you rebuild: %s\n", event.Plain(result.Rebuild))
		fmt.Fprintln(s.out, syncHint)
	}
}
