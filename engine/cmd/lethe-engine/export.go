package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lethe/engine"
	"lethe/engine/flake"
	"lethe/engine/flake/export"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

// exportFlags are the flags of export.
type exportFlags struct {
	wishFlags
	to, from, as string
	size         quantity.Bytes
}

const exportHelp = `Write the NixOS configuration as a git repository, or as another form of the same plan.

Where it comes from:
  --from IMAGE     a rehearsal that was kept: exactly what was reviewed there
  --from FOLDER    an installed system, such as /etc/nixos
  otherwise        wishes (the same flags as rehearse), for the disk or image that is named, or for
                   a disk of --size that nobody has yet

What is written (--as):
  repo     a git repository with everything staged and one commit: a new folder, .zip or .tar.gz
  disko    the layout for disko, an alternative to disks.nix: never import both
  wishes   the wishes that reproduce all of it

A target that exists is refused unless it is an empty folder. Do not use sudo: the files are to be yours.`

// imagined warns of a configuration that no machine could boot.
const imagined = `Note: No disk was named, so the identifiers in disks.nix belong to no disk, and no machine can boot from them.
      Export again after an installation, or replace disks.nix by a disko file (--as disko).`

// newExport writes the configuration out.
func newExport(s streams) *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use:   "export --to FOLDER|FILE.zip|FILE.tar.gz [DISK|IMAGE]",
		Short: "Write the NixOS configuration out, to keep, read or publish",
		Long:  exportHelp,
		Example: `  lethe-engine export --to my-nixos --user ada --luks --size 500GiB
  lethe-engine export --from disk.img --to my-nixos.tar.gz
  lethe-engine export --from disk.img --as disko --to disko.nix
  lethe-engine export --from /etc/nixos --to /run/media/ada/STICK/my-nixos`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return refused(s.export(c.Context(), f, args)) },
	}
	f.bind(c)
	flags := c.Flags()
	flags.StringVar(&f.to, "to", "", "where to write: a new or empty `FOLDER`, a FILE.zip or a FILE.tar.gz; for disko and wishes a file")
	flags.StringVar(&f.from, "from", "", "take a kept rehearsal's `IMAGE`, or the folder of an installed configuration")
	flags.StringVar(&f.as, "as", "repo", "`FORM`: repo, disko or wishes")
	flags.TextVar(&f.size, "size", quantity.Bytes(0), "`SIZE` of the disk to write for, when none is named (default 40GiB)")
	flags.Lookup("size").DefValue = ""
	_ = c.MarkFlagRequired("to")
	_ = c.RegisterFlagCompletionFunc("as", cobra.FixedCompletions([]string{"repo", "disko", "wishes"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// export chooses the source and the form.
func (s streams) export(ctx context.Context, f exportFlags, args []string) error {
	if os.Geteuid() == 0 && (os.Getenv("SUDO_UID") != "" || os.Getenv("PKEXEC_UID") != "") {
		return errors.New("cannot export as root for another user: the files would not be theirs; run it without sudo")
	}
	if !slices.Contains([]string{"repo", "disko", "wishes"}, f.as) {
		return fmt.Errorf("cannot export as %q: choose repo, disko or wishes", f.as)
	}
	if f.to == "" {
		return errors.New("cannot export to nowhere: name a new folder or file with --to")
	}
	if err := f.alone(args); err != nil {
		return err
	}
	if info, err := os.Stat(f.from); f.from != "" && err == nil && info.IsDir() {
		return s.exportInstalled(ctx, f)
	}
	p, err := f.plan(ctx, args)
	if err != nil {
		return err
	}
	switch f.as {
	case "repo":
		err = engine.Export(ctx, p, f.kept(), f.to)
	case "disko":
		err = writeText(f.to, func() ([]byte, error) { return engine.Disko(p) })
	case "wishes":
		err = writeText(f.to, func() ([]byte, error) { return engine.Wishes(p) })
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Wrote %s: %s\n", f.as, f.to)
	if f.as == "repo" && p.Target.Path == engine.Imagined(0).Path {
		fmt.Fprintln(s.out, imagined)
	}
	if f.as == "repo" && p.Configuration.Own == nil && len(p.Wishes.Users) > 0 {
		fmt.Fprintf(s.out, "Note: Before the first boot each user needs a password hash in %s; the repository's README says how.\n", flake.PasswordFile("NAME"))
	}
	for _, note := range p.Notes {
		fmt.Fprintf(s.out, "Note: %s\n", note)
	}
	return nil
}

// alone makes sure that nothing contradicts --from.
func (f *exportFlags) alone(args []string) error {
	if f.from == "" {
		return nil
	}
	if len(args) > 0 {
		return fmt.Errorf("cannot export from %s for %s: what is exported was planned already; leave one of them out", f.from, args[0])
	}
	var others []string
	f.set.Visit(func(flag *pflag.Flag) {
		if !slices.Contains([]string{"from", "to", "as"}, flag.Name) {
			others = append(others, "--"+flag.Name)
		}
	})
	if len(others) > 0 {
		return fmt.Errorf("cannot export from %s with %s: what is exported was planned already; leave them out", f.from, strings.Join(others, " "))
	}
	return nil
}

// kept is the repository that the rehearsal of --from left, if it is still there.
func (f *exportFlags) kept() string {
	if f.from == "" {
		return ""
	}
	folder, err := filepath.Abs(plan.RepoDir(f.from))
	if err != nil {
		return ""
	}
	if _, err := os.Stat(folder); err != nil {
		return ""
	}
	return folder
}

// exportInstalled copies the configuration of an installed system.
func (s streams) exportInstalled(ctx context.Context, f exportFlags) error {
	if f.as != "repo" {
		return fmt.Errorf("cannot make %s of an installed configuration: only --as repo", f.as)
	}
	if err := engine.Installed(ctx, f.from, f.to, caller()); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Wrote %s\n", f.to)
	return nil
}

// caller is the person who runs this, as a git author.
func caller() export.Author {
	author := export.Author{When: time.Now()}
	if u, err := user.Current(); err == nil {
		author.Name, author.Email = firstOf(u.Name, u.Username), u.Username+"@localhost"
	}
	return author
}

// plan gives the plan to export: that of a kept rehearsal, or a new one.
func (f *exportFlags) plan(ctx context.Context, args []string) (plan.Plan, error) {
	if f.from != "" {
		p, err := engine.LoadPlan(plan.StateDir(f.from) + "/plan.json")
		if errors.Is(err, os.ErrNotExist) {
			err = fmt.Errorf("cannot export from %s: there is no plan beside it; rehearse with --keep first, or name the folder of a configuration: %w", f.from, err)
		}
		return p, err
	}
	wishes, err := f.wishes()
	if err != nil {
		return plan.Plan{}, err
	}
	disk := engine.Imagined(f.size)
	if len(args) == 1 {
		wishes.Disk.Target = args[0]
	}
	if wishes.Disk.Target != "" {
		if disk, _, err = find(ctx, wishes.Disk.Target); err != nil {
			return plan.Plan{}, err
		}
		wishes.Disk.Target = disk.Path
	}
	request, err := f.request(ctx, wishes, disk)
	if err != nil {
		return plan.Plan{}, err
	}
	return engine.Plan(ctx, disk, request)
}

// writeText makes a new file. What cannot be written whole is removed.
func writeText(path string, make func() ([]byte, error)) error {
	text, err := make()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // nothing secret is in it
	if err != nil {
		return fmt.Errorf("cannot write: %w", err)
	}
	if _, err = file.Write(text); err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, errors.Join(err, os.Remove(path)))
	}
	return nil
}
