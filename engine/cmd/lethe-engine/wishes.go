package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lethe/engine"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/quantity"
	"lethe/engine/tool"
)

// wishFlags are the flags that say what is wanted; they win over the file, and the file over the preset.
type wishFlags struct {
	file, preset, swap string
	host, repo, rev    string
	disksFile, hwFile  string
	lockFile           string
	lock               bool
	users              []string
	luks, keepPlain    bool
	esp, swapSize      quantity.Bytes
	set                *pflag.FlagSet
	progress           io.Writer
	root               fs.FS // of this machine
}

// bind adds the flags to a command.
func (w *wishFlags) bind(c *cobra.Command) {
	f := c.Flags()
	w.set, w.progress, w.root = f, c.ErrOrStderr(), os.DirFS("/")
	f.StringVar(&w.file, "wishes", "", "TOML `FILE` of wishes (see lethe-engine wishes)")
	f.StringVar(&w.preset, "preset", "default", "wishes to begin with: "+strings.Join(config.Presets(), " or "))
	f.BoolVar(&w.luks, "luks", false, "encrypt the nix partition (--luks=false turns a preset's encryption off)")
	f.StringVar(&w.swap, "swap", "", "swap `MODE`: none, plain or random-key")
	f.TextVar(&w.swapSize, "swap-size", quantity.Bytes(0), "`SIZE` of swap, such as 8GiB (default: as memory, 2 to 8 GiB, at most 10 % of the disk)")
	f.TextVar(&w.esp, "esp-size", quantity.Bytes(0), "`SIZE` of the EFI system partition (default: 1GiB, or 512MiB on a disk below 32 GiB)")
	f.BoolVar(&w.keepPlain, "keep-plain", false, "accept plain swap beside encryption: memory will be readable on the disk")
	f.StringVar(&w.host, "host", "", "`NAME` of the machine")
	f.StringArrayVar(&w.users, "user", nil, "`NAME` of a user; the first is an administrator (can be given again)")
	f.StringVar(&w.repo, "repo", "", "take your own configuration, from a `FOLDER or URL`, in place of the generated one")
	f.StringVar(&w.rev, "rev", "", "`REVISION` of your own configuration: branch, tag or commit")
	f.StringVar(&w.disksFile, "disks-file", "", "`PATH` in your own configuration for disks.nix")
	f.StringVar(&w.hwFile, "hardware-file", "", "`PATH` in your own configuration for hardware-configuration.nix")
	f.BoolVar(&w.lock, "lock", false, "compute flake.lock, also where the live medium has one that fits; needs Nix and a network")
	f.StringVar(&w.lockFile, "lock-file", "", "use the flake.lock in `FILE`, in place of the live medium's own ("+engine.MediumLock+")")
	for _, name := range []string{"swap-size", "esp-size"} {
		f.Lookup(name).DefValue = ""
	}
	c.MarkFlagsMutuallyExclusive("lock", "lock-file")
	c.MarkFlagsMutuallyExclusive("wishes", "preset")
	_ = c.RegisterFlagCompletionFunc("preset", cobra.FixedCompletions(config.Presets(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("swap", cobra.FixedCompletions([]string{"none", "plain", "random-key"}, cobra.ShellCompDirectiveNoFileComp))
	_ = c.MarkFlagFilename("wishes", "toml")
}

// wishes gives the wishes that the flags describe.
func (w *wishFlags) wishes() (config.Config, error) {
	wishes, err := w.base()
	if err != nil {
		return config.Config{}, err
	}
	if w.set.Changed("luks") {
		wishes.Encryption.Enable = w.luks
	}
	if w.set.Changed("swap") {
		wishes.Swap.Mode = config.SwapMode(w.swap)
	}
	if w.set.Changed("swap-size") {
		wishes.Swap.Size = w.swapSize
	}
	if w.set.Changed("esp-size") {
		wishes.Disk.ESP = w.esp
	}
	if w.set.Changed("keep-plain") {
		wishes.Swap.KeepPlain = w.keepPlain
	}
	if err := w.configuration(&wishes); err != nil {
		return config.Config{}, err
	}
	return wishes, wishes.Validate()
}

// configuration sets what is about the NixOS configuration.
func (w *wishFlags) configuration(wishes *config.Config) error {
	if w.set.Changed("host") {
		wishes.Host.Name = w.host
	}
	if w.set.Changed("user") {
		wishes.Users = nil
	}
	for i, name := range w.users {
		wishes.Users = append(wishes.Users, config.User{Name: name, Admin: i == 0})
	}
	for name, wish := range map[string]*string{"rev": &wishes.Repo.Rev, "disks-file": &wishes.Repo.DisksFile, "hardware-file": &wishes.Repo.HardwareFile} {
		if w.set.Changed(name) {
			*wish = w.set.Lookup(name).Value.String()
		}
	}
	if !w.set.Changed("repo") {
		return nil
	}
	if wishes.Host.Name == "" || !w.set.Changed("host") && w.file == "" {
		return errors.New("cannot take your own configuration: it may have several hosts; name one with --host")
	}
	wishes.Repo.Source = w.repo
	if info, err := os.Stat(w.repo); err == nil && info.IsDir() {
		folder, err := filepath.Abs(w.repo)
		if err != nil {
			return fmt.Errorf("cannot use repository %s: %w", w.repo, err)
		}
		wishes.Repo.Source = folder
	}
	return nil
}

// request is what the flags ask of a plan for a disk of this machine, or an image.
func (w *wishFlags) request(ctx context.Context, wishes config.Config, disk device.Disk) (engine.Request, error) {
	r := engine.Request{Wishes: wishes, LockInputs: w.lock}
	var err error
	switch {
	case w.lockFile != "":
		if r.Lock, err = readLock(w.lockFile); err != nil {
			return r, err
		}
	case !w.lock && wishes.Repo.Source == "":
		if r.Medium, err = engine.ReadMediumLock(w.root); err != nil {
			fmt.Fprintf(w.progress, "Note: the lock of the live medium is left aside: %v.\n", err)
		}
	}
	if wishes.Repo.Source != "" {
		fmt.Fprintln(w.progress, "Cloning and evaluating your configuration; this may take a minute …")
	} else if w.lock {
		fmt.Fprintln(w.progress, "Locking the inputs; this may take a minute …")
	}
	r.Machine, err = engine.InspectMachine(ctx, tool.Exec{}, disk)
	return r, err
}

// readLock reads a flake.lock.
func readLock(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read lock: %w", err)
	}
	defer file.Close()
	text, err := engine.ReadLock(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read lock %s: %w", path, err)
	}
	return text, nil
}

// base is the file or the preset.
func (w *wishFlags) base() (config.Config, error) {
	if w.file == "" {
		return config.Preset(w.preset)
	}
	f, err := os.Open(w.file)
	if err != nil {
		return config.Config{}, fmt.Errorf("cannot read wishes: %w", err)
	}
	defer f.Close()
	wishes, err := config.Decode(f)
	if err != nil {
		return config.Config{}, fmt.Errorf("cannot read wishes %s: %w", w.file, err)
	}
	return wishes, nil
}

// newWishes prints or checks a wishes file.
func newWishes(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "wishes [FILE]",
		Short: "Print an example of a wishes file, or check one",
		Example: `  lethe-engine wishes > wishes.toml
  lethe-engine wishes wishes.toml`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, err := fmt.Fprint(s.out, config.Example())
				return err
			}
			w := wishFlags{file: args[0], set: pflag.NewFlagSet("", pflag.ContinueOnError)}
			if _, err := w.wishes(); err != nil {
				return refused(err)
			}
			fmt.Fprintf(s.out, "%s is valid.\n", args[0])
			return nil
		},
	}
	return c
}
