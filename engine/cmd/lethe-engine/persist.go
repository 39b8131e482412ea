package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/event"
	"lethe/engine/persist"
	"lethe/engine/quantity"
)

// persistFlags say what to look at and how to tell it.
type persistFlags struct {
	request           persist.Request
	asJSON, sinceBoot bool
	unprivileged      bool
	depth, rows       int
}

// newPersist shows what the next boot would forget.
func newPersist(s streams) *cobra.Command {
	f := persistFlags{request: engine.RunningSystem()}
	f.request.Orphans = false
	c := &cobra.Command{
		Use:   "persist",
		Short: "Show what the next boot would forget",
		Long: `Show what the next boot would forget: what is on the root and not in /nix/persist, or differs there, rolled up by folder,
the biggest first. It stays on the root's file system, opens no file, and writes nothing. Size and time of modification
(in whole seconds) are compared, as rsync does; contents, owners and modes are not.

What nobody misses, such as caches, sockets and generated files, is counted; --all shows it with the reason.
What is kept stands in /etc/lethe/persistence.json; without that file only what is mounted and linked counts.
A path that was kept and that the running system does not show yet is "pending": it is named above the tree with the command that
comes next, and marked in it.
Only root may look at everything: as an ordinary user this asks pkexec or sudo for it, and with --unprivileged it asks nobody and
names the folders that this user may not read. With --root and --persist any two folders are compared, without asking.

With --json each entry is an object on a line of its own: kind ("missing", "differs", "orphan", and "kept" with --kept), path, type,
size, blocks, modified, uid, gid, owner, noise with --all, and "pending": true for what lies in a path that is pending. In "path" a byte that is not UTF-8 stands as the lone
surrogate \udc80 to \udcff, as Python's os.fsencode takes it; "path_base64" then has all bytes of the path.`,
		Example: `  lethe-engine persist
  sudo lethe-engine persist --orphans --since-boot
  sudo lethe-engine persist --json | jq -r 'select(.owner.kind == "unit") | .owner.suggest' | sort -u
  lethe-engine persist --root ./old --persist ./new --all`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.persist(c.Context(), f) },
	}
	c.AddCommand(keepCommand(s), forgetCommand(s))
	flags := c.Flags()
	flags.BoolVar(&f.asJSON, "json", false, "print findings as JSON lines while the scan runs; sums go to the error stream")
	flags.BoolVar(&f.request.Orphans, "orphans", false, "also show what is in the persist tree, and neither declared, mounted nor linked")
	flags.BoolVar(&f.request.Kept, "kept", false, "also show what is kept")
	flags.BoolVar(&f.request.Noise, "all", false, "also show what nobody misses, and why")
	flags.BoolVar(&f.sinceBoot, "since-boot", false, "only what was modified since this machine was started")
	flags.BoolVar(&f.request.Nanoseconds, "nanoseconds", false, "compare times to the last digit, as rsync --modify-window=-1")
	flags.BoolVar(&f.unprivileged, "unprivileged", false, "look only at what this user may read")
	flags.StringVar(&f.request.Root, "root", f.request.Root, "the `FOLDER` that is empty at every boot")
	flags.StringVar(&f.request.Persist, "persist", f.request.Persist, "the `FOLDER` that outlives it")
	flags.IntVar(&f.depth, "depth", 4, "how many folders deep the tree is shown")
	flags.IntVar(&f.rows, "rows", 12, "how many entries of a folder are shown")
	return c
}

// persist scans and prints.
func (s streams) persist(ctx context.Context, f persistFlags) error {
	if f.sinceBoot {
		boot, err := bootTime()
		if err != nil {
			return refused(err)
		}
		f.request.Since = boot
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if terminal(s.err) {
		f.request.Progress = func(p persist.Progress) {
			fmt.Fprintf(s.err, "\r\x1b[K%d entries looked at, %s would be lost", p.Entries, quantity.Bytes(p.Lost.Blocks).Human())
		}
	}
	host, release, err := f.side(ctx)
	if err != nil {
		return refused(err)
	}
	defer release()
	waits := waitsOn(ctx, host)
	tree := persist.NewTree()
	sink := tree.Add
	out := bufio.NewWriterSize(s.out, 64<<10)
	if f.asJSON {
		sink = waits.marking(linesTo(out, stop))
	}
	sums, err := host.Scan(ctx, f.wanted(), sink, f.request.Progress)
	if f.request.Progress != nil {
		fmt.Fprint(s.err, "\r\x1b[K")
	}
	if !f.asJSON && (err == nil || sums.Entries > 0) {
		printTree(out, tree, sums, f, waits)
	}
	if flushed := out.Flush(); err == nil && flushed != nil {
		err = fmt.Errorf("cannot print: %w", flushed)
	}
	if f.asJSON {
		fmt.Fprintln(s.err, headline(sums))
		waits.print(s.err, f)
	}
	s.printDoubts(sums)
	if waits.unknown != nil {
		fmt.Fprintln(s.err, event.Plain(waits.unknown.Error()))
	}
	if errors.Is(err, context.Canceled) {
		return &coded{exitCancelled, err}
	}
	return refused(err)
}

// linesTo prints findings as JSON lines. What was found is out at once, and nobody listening any more ends the scan.
func linesTo(out *bufio.Writer, stop context.CancelCauseFunc) func([]persist.Finding) {
	var encode persist.Encoder
	return func(findings []persist.Finding) {
		for i := range findings {
			if _, err := out.Write(append(encode.Append(out.AvailableBuffer(), &findings[i]), '\n')); err != nil {
				stop(fmt.Errorf("cannot print: %w", err))
				return
			}
		}
		if err := out.Flush(); err != nil {
			stop(fmt.Errorf("cannot print: %w", err))
		}
	}
}

// printDoubts tells what the scan could not know.
func (s streams) printDoubts(sums persist.Summary) {
	for _, note := range sums.Notes {
		fmt.Fprintln(s.err, event.Plain(note))
	}
	for _, u := range sums.Unreadable {
		fmt.Fprintf(s.err, "cannot look at %s: %s\n", shownPath(u.Path), u.Cause)
	}
	if more := sums.UnreadableCount - int64(len(sums.Unreadable)); more > 0 {
		fmt.Fprintf(s.err, "and %d more that could not be looked at\n", more)
	}
	if sums.UnreadableCount > 0 {
		fmt.Fprintln(s.err, "What could not be looked at is in no sum; root may look at everything.")
	}
}

// bootTime is when this machine was started.
func bootTime() (time.Time, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return time.Time{}, fmt.Errorf("cannot tell when this machine was started: %w; leave out --since-boot", err)
	}
	return parseBootTime(text)
}
