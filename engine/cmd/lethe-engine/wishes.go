package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lethe/engine/config"
	"lethe/engine/quantity"
)

// wishFlags are the flags that say what is wanted; they win over the file, and the file over the preset.
type wishFlags struct {
	file, preset, swap string
	luks, keepPlain    bool
	esp, swapSize      quantity.Bytes
	set                *pflag.FlagSet
}

// bind adds the flags to a command.
func (w *wishFlags) bind(c *cobra.Command) {
	f := c.Flags()
	w.set = f
	f.StringVar(&w.file, "wishes", "", "TOML `FILE` of wishes (see lethe-engine wishes)")
	f.StringVar(&w.preset, "preset", "default", "wishes to begin with: "+strings.Join(config.Presets(), " or "))
	f.BoolVar(&w.luks, "luks", false, "encrypt the nix partition (--luks=false turns a preset's encryption off)")
	f.StringVar(&w.swap, "swap", "", "swap `MODE`: none, plain or random-key")
	f.TextVar(&w.swapSize, "swap-size", quantity.Bytes(0), "`SIZE` of swap, such as 8GiB (default: as memory, 2 to 8 GiB, at most 10 % of the disk)")
	f.TextVar(&w.esp, "esp-size", quantity.Bytes(0), "`SIZE` of the EFI system partition (default: 1GiB, or 512MiB on a disk below 32 GiB)")
	f.BoolVar(&w.keepPlain, "keep-plain", false, "accept plain swap beside encryption: memory will be readable on the disk")
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
	return wishes, wishes.Validate()
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
