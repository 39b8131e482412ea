package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// alignFlags describe a topology by hand.
type alignFlags struct {
	size, logical, physical, minIO, optIO quantity.Bytes
	offset                                int64
	asJSON                                bool
}

// newAlign explains alignment.
func newAlign(s streams) *cobra.Command {
	var f alignFlags
	c := &cobra.Command{
		Use:   "align [DISK|IMAGE]",
		Short: "Explain how partitions are aligned on a disk, and what other tools would choose",
		Example: `  lethe-engine align /dev/nvme0n1
  lethe-engine align --size 2TiB --physical 4096B --opt-io 33553920B
  lethe-engine align --size 8TiB --min-io 64KiB --opt-io 192KiB --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			topology, size, err := f.disk(c.Context(), args, c.Flags().Changed("size"))
			if err != nil {
				return refused(err)
			}
			report, err := layout.Explain(topology, size)
			if err != nil {
				return refused(err)
			}
			if f.asJSON {
				return printJSON(s.out, report)
			}
			return printAlignment(s.out, report)
		},
	}
	flags := c.Flags()
	flags.TextVar(&f.size, "size", quantity.Bytes(0), "`SIZE` of the disk, when none is named")
	flags.TextVar(&f.logical, "logical", quantity.Bytes(512), "logical sector `SIZE`")
	flags.TextVar(&f.physical, "physical", quantity.Bytes(0), "physical sector `SIZE` (default: the logical one)")
	flags.TextVar(&f.minIO, "min-io", quantity.Bytes(0), "minimum I/O `SIZE` (default: the physical sector)")
	flags.TextVar(&f.optIO, "opt-io", quantity.Bytes(0), "optimal I/O `SIZE` (0: not reported)")
	flags.Int64Var(&f.offset, "alignment-offset", 0, "alignment offset in `BYTES`, -1 when unknown")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
	for _, name := range []string{"size", "physical", "min-io", "opt-io"} {
		flags.Lookup(name).DefValue = ""
	}
	return c
}

// disk gives the topology of the named disk, or the one that the flags describe.
func (f alignFlags) disk(ctx context.Context, args []string, sized bool) (device.Topology, quantity.Bytes, error) {
	switch {
	case len(args) == 1 && sized:
		return device.Topology{}, 0, errors.New("cannot explain both a disk and a size; leave one of them out")
	case len(args) == 1:
		d, _, err := find(ctx, args[0])
		return d.Topology, d.Bytes, err
	case !sized:
		return device.Topology{}, 0, errors.New("cannot explain an alignment: no disk is named; name a disk or an image, or describe one with --size")
	}
	if f.offset < -1 {
		return device.Topology{}, 0, fmt.Errorf("cannot explain an alignment offset of %d: the kernel reports 0 or more bytes, or -1 when it cannot tell", f.offset)
	}
	t := device.Topology{Logical: f.logical, Physical: f.physical, MinIO: f.minIO, OptIO: f.optIO, AlignmentOffset: f.offset}
	if t.Physical == 0 {
		t.Physical = t.Logical
	}
	if t.MinIO == 0 {
		t.MinIO = t.Physical
	}
	return t, f.size, nil
}

// printAlignment prints a report for people.
func printAlignment(w io.Writer, r layout.Report) error {
	t := r.Topology
	fmt.Fprintf(w, "%s, %d sectors of %d bytes (usable %d to %d)\n", r.Bytes.Human(), r.DiskSectors, r.SectorSize, r.FirstUsable, r.LastUsable)
	if !t.Image {
		fmt.Fprintf(w, "logical %d, physical %d, minimum I/O %d, optimal I/O %d, alignment offset %d\n", t.Logical, t.Physical, t.MinIO, t.OptIO, t.AlignmentOffset)
	}
	fmt.Fprintf(w, "grain %d sectors, offset %d: %s\n", r.Grain.Optimal, r.Grain.Offset, r.Grain.Source)
	if r.Grain.Disagrees != "" {
		fmt.Fprintf(w, "Note: %s\n", r.Grain.Disagrees)
	}
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "tool\tfirst\tlast\tstart\tend\t")
	for _, c := range r.Choices {
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\t%s\t\n", c.Tool, c.First, c.Last, c.Start.Level, c.End.Level)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, c := range r.Choices {
		fmt.Fprintf(w, "%s: %s\n", c.Tool, c.Why)
	}
	return nil
}
