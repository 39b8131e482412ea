package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/device"
	"lethe/engine/plan"
)

// newPlan prints what would be done.
func newPlan(s streams) *cobra.Command {
	var wishes wishFlags
	var asJSON, asScript bool
	c := &cobra.Command{
		Use:   "plan DISK|IMAGE",
		Short: "Print what would be done to a disk or an image; nothing is written",
		Long: `Print what would be done to a disk or an image; nothing is written.

Without privilege the plan of a real disk is a preview, as nobody can know what is on it. As root it
is what install would do, and prints the fingerprint that install --yes-erase takes where the disk
has no name in /dev/disk/by-id. The new UUIDs are random, so two plans differ in them.`,
		Example: `  lethe-engine plan /dev/nvme0n1 --luks
  lethe-engine plan disk.img --script > by-hand.sh
  lethe-engine plan /dev/disk/by-id/ata-… --wishes wishes.toml --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			p, err := makePlan(c.Context(), &wishes, args)
			if err != nil {
				return refused(err)
			}
			return s.printPlan(p, asJSON, asScript)
		},
	}
	wishes.bind(c)
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, "print the plan as JSON")
	f.BoolVar(&asScript, "script", false, "print the plan as a bash script that does the same with ordinary tools")
	c.MarkFlagsMutuallyExclusive("json", "script")
	return c
}

// makePlan plans for the disk that the argument or the wishes name.
func makePlan(ctx context.Context, flags *wishFlags, args []string) (plan.Plan, error) {
	wishes, err := flags.wishes()
	if err != nil {
		return plan.Plan{}, err
	}
	if len(args) == 1 {
		wishes.Disk.Target = args[0]
	}
	if wishes.Disk.Target == "" {
		return plan.Plan{}, errors.New("cannot plan: no disk was named; lethe-engine disks lists them")
	}
	disk, machine, err := find(ctx, wishes.Disk.Target)
	if err != nil {
		return plan.Plan{}, err
	}
	wishes.Disk.Target = disk.Path
	request, err := flags.request(ctx, wishes, disk)
	if err != nil {
		return plan.Plan{}, err
	}
	request.Memory, request.Firmware = machine.Memory, machine.Firmware
	return engine.Plan(ctx, disk, request)
}

// find gives the disk or image of that path, and for a disk the machine that it is in.
func find(ctx context.Context, path string) (device.Disk, device.Inventory, error) {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		disk, err := engine.Image(ctx, path, 0)
		return disk, device.Inventory{}, err
	}
	machine, err := inventory(ctx)
	if err != nil {
		return device.Disk{}, machine, err
	}
	disk, err := device.Find(machine, path)
	return disk, machine, err
}

// printPlan prints in the form asked for.
func (s streams) printPlan(p plan.Plan, asJSON, asScript bool) (err error) {
	switch {
	case asJSON:
		var text []byte
		if text, err = p.JSON(); err == nil {
			_, err = s.out.Write(text)
		}
	case asScript:
		_, err = fmt.Fprint(s.out, p.Script())
	default:
		_, err = fmt.Fprint(s.out, p.Text(s.drawMap(p.Layout)))
	}
	return err
}
