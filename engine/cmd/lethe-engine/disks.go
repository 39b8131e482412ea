package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/device"
)

// newDisks lists disks.
func newDisks(s streams) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "disks",
		Short: "List disks, what is on them, and whether Lethe could take them",
		Long: `List disks, what is on them, and whether Lethe could take them.

Without privilege the content of a real disk cannot be read, so none is ever called eligible:
only "not yet checked", or "refused" with the reason. Root reads the disks themselves.`,
		Example: `  lethe-engine disks
  lethe-engine disks --json | jq '.disks[] | {path, model, verdict}'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			found, err := inventory(c.Context())
			if err != nil {
				return refused(err)
			}
			if asJSON {
				return printJSON(s.out, found)
			}
			return printDisks(s.out, found)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// inventory is the machine's as far as this user may read it: root reads the disks themselves.
func inventory(ctx context.Context) (device.Inventory, error) {
	if os.Geteuid() != 0 {
		return engine.Inventory(ctx)
	}
	facts, err := engine.Local{}.Facts(ctx)
	return facts.Inventory, err
}

// printDisks prints one block per disk.
func printDisks(w io.Writer, inventory device.Inventory) error {
	if len(inventory.Disks) == 0 {
		_, err := fmt.Fprintln(w, "No disks found. A rehearsal needs none: lethe-engine rehearse")
		return err
	}
	for _, d := range inventory.Disks {
		fmt.Fprintf(w, "%s  %s\n", d.Path, summary(d))
		t := tabwriter.NewWriter(w, 4, 0, 2, ' ', 0)
		for _, p := range d.Partitions {
			fmt.Fprintf(t, "    %d\t%s\t%s\t%s\t%s\t%s\n", p.Number, p.Name, p.Size.Human(), orDash(p.Content.Type), orDash(firstOf(p.Content.Label, p.Label)), uses(p.Use))
		}
		if err := t.Flush(); err != nil {
			return err
		}
		for _, other := range device.LookAlikes(inventory, d) {
			fmt.Fprintf(w, "    looks just like %s%s: tell them apart before you choose\n", other.Path, place(inventory, d))
		}
		fmt.Fprintf(w, "    %s", d.Verdict.State)
		if d.Verdict.Reason != "" {
			fmt.Fprintf(w, ": %s", d.Verdict.Reason)
		}
		fmt.Fprint(w, "\n\n")
	}
	return nil
}

// place tells where a disk is plugged in, by a name that no other has.
func place(inventory device.Inventory, d device.Disk) string {
	if _, byPath := device.OwnNames(inventory, d.Identity); len(byPath) > 0 {
		return "; this one is /dev/disk/by-path/" + byPath[0]
	}
	return ""
}

// summary is model, size, bus and sectors in a line.
func summary(d device.Disk) string {
	parts := []string{}
	for _, text := range []string{strings.TrimSpace(d.Vendor + " " + d.Model), d.Bytes.Human(), d.Transport} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	parts = append(parts, fmt.Sprintf("sectors %d/%d", d.Topology.Logical, d.Topology.Physical))
	if d.Removable {
		parts = append(parts, "removable")
	}
	if d.ReadOnly {
		parts = append(parts, "read-only")
	}
	return strings.Join(parts, " · ")
}

// uses says how a partition is used.
func uses(u device.Use) string {
	parts := append([]string{}, u.Mounts...)
	if u.Swap {
		parts = append(parts, "[swap]")
	}
	for _, h := range u.Holders {
		parts = append(parts, fmt.Sprintf("[%s %s]", h.Kind, firstOf(h.Says, h.Name)))
	}
	return strings.Join(parts, " ")
}

func orDash(text string) string { return firstOf(text, "–") }

// firstOf is the first text that is not empty.
func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
