package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"lethe/engine"
	"lethe/engine/event"
)

// The exit codes.
const (
	exitFailed    = 1
	exitRefused   = 2
	exitDifferent = 3
	exitCancelled = 130
)

// streams are the three standard streams.
type streams struct{ in, out, err *os.File }

// coded is an error with its exit code.
type coded struct {
	code  int
	cause error
}

func (c *coded) Error() string { return c.cause.Error() }
func (c *coded) Unwrap() error { return c.cause }

// refused marks an error that came before anything was written, unless it has a code of its own.
func refused(err error) error {
	var c *coded
	if err == nil || errors.As(err, &c) {
		return err
	}
	return &coded{exitRefused, err}
}

// report prints an error and gives the exit code. An error without a code comes from reading the command line.
func (s streams) report(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintf(s.err, "lethe-engine: %s\n", event.Plain(err.Error())) // it may quote a path, a flag, a label
	var c *coded
	if errors.As(err, &c) {
		return c.code
	}
	return exitRefused
}

// terminal tells whether f is one.
func terminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// colour tells whether output may carry colours: a terminal that did not ask for none (no-color.org).
func (s streams) colour() bool {
	return terminal(s.out) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// unicode tells whether the locale can show box drawing. The Linux console without a font cannot.
func (s streams) unicode() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := os.Getenv(name); value != "" {
			value = strings.ToLower(value)
			return strings.Contains(value, "utf-8") || strings.Contains(value, "utf8")
		}
	}
	return !terminal(s.out)
}

const about = `Lethe puts an impermanent NixOS on a disk. This is its engine without a window.

Only install, continue, watch, stop and persist need root, and ask for it; mount and unmount, which open an installed system for rescue,
are run with sudo. Everything else works without privilege and writes to no disk; a rehearsal does the work on a virtual disk, with
the same code.

Exit codes:
  0    done
  1    failed after work had begun; the message says in which state the disk is
  2    refused before anything was written: a flag, a wish, an image, a passphrase
  3    a verification found a difference
  130  cancelled

NO_COLOR=1 turns colours off.`

// newRoot makes the command tree.
func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "lethe-engine",
		Short: "Install an impermanent NixOS, without a window",
		Long:  about,
		Example: `  lethe-engine rehearse --size 40GiB --luks
  lethe-engine disks
  lethe-engine plan /dev/nvme0n1 --luks
  sudo lethe-engine install wishes.toml --disk /dev/nvme0n1
  lethe-engine align /dev/sda`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.AddCommand(newDisks(s), newPlan(s), newInstall(s), newContinue(s), newWatch(s), newStop(s), newMount(s), newUnmount(s), newPersist(s), newRehearse(s), newVerify(s), newAlign(s), newExport(s), newWishes(s), newServe(s), newDocs(s))
	return root
}

// version is what the build knows of itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return engine.Release
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return engine.Release + " (" + setting.Value[:min(12, len(setting.Value))] + ")"
		}
	}
	return engine.Release
}
