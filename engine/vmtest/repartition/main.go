//go:build vm

// Command repartition writes a new partition table to a disk, with the installer's own code and nothing after it, and prints what
// it meant to write: number, role, PARTUUID, first and last sector of each partition. Everything on the disk is lost. It is a
// part of a test and asks nobody.
//
//	repartition /dev/disk/by-id/… SWAP-MODE SWAP-SIZE
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/step"
	"lethe/engine/target"
	"lethe/engine/tool"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: repartition DISK SWAP-MODE SWAP-SIZE")
		os.Exit(2)
	}
	if err := repartition(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "repartition:", err)
		os.Exit(1)
	}
}

func repartition(ctx context.Context, path, mode, size string) (err error) {
	disk, l, err := lay(ctx, path, mode, size)
	if err != nil {
		return err
	}
	held, err := target.OpenDevice(disk.Path, settle)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	doer, err := step.For(plan.Step{Kind: plan.Partition})
	if err != nil {
		return err
	}
	e := &step.Env{
		Plan: plan.Plan{Target: disk.Identity, Layout: l}, Tools: tool.Exec{}, Target: held,
		Emit: func(event.Event) {},
	}
	if err := doer.Do(ctx, e); err != nil {
		return err
	}
	for _, p := range l.Partitions {
		fmt.Println(p.Number, p.Role, p.PartUUID, p.First, p.Last)
	}
	return nil
}

// lay reads the disk and lays partitions out on it.
func lay(ctx context.Context, path, mode, size string) (device.Disk, layout.Layout, error) {
	inventory, err := device.Read(ctx, device.WithProber(tool.Blkid{Runner: tool.Exec{}}), device.WithOnly(path))
	if err != nil {
		return device.Disk{}, layout.Layout{}, err
	}
	disk, err := device.Find(inventory, path)
	if err != nil {
		return device.Disk{}, layout.Layout{}, err
	}
	wishes := config.Config{Version: config.Version, Encryption: config.Encryption{Enable: true}}
	wishes.Swap.Mode = config.SwapMode(mode)
	if wishes.Swap.Mode != config.SwapNone {
		if wishes.Swap.Size, err = quantity.ParseBytes(size); err != nil {
			return device.Disk{}, layout.Layout{}, err
		}
	}
	l, err := layout.Build(disk, inventory.Memory, wishes, rand.Reader)
	return disk, l, err
}

// settle waits for udev.
func settle(ctx context.Context) error {
	_, err := tool.Exec{}.Run(ctx, tool.Call{Command: command.Settle()})
	return err
}
