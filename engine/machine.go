package engine

import (
	"context"
	"fmt"
	"strings"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/tool"
)

// Machine is what a configuration needs to know of the machine.
type Machine struct {
	// Hardware is the hardware configuration that nixos-generate-config prints; empty where there is no such program.
	Hardware string
	// Virtualization is what systemd-detect-virt says; empty where it cannot say.
	Virtualization string
}

// InspectMachine asks the programs of a NixOS system about the machine that a disk is in. An image is in none, and gets the
// stand-in that says so.
func InspectMachine(ctx context.Context, tools tool.Runner, disk device.Disk) (Machine, error) {
	var m Machine
	if disk.Kind == device.KindImage {
		return m, nil
	}
	if len(tools.Missing("nixos-generate-config")) == 0 {
		result, err := tools.Run(ctx, tool.Call{Command: command.ShowHardware()})
		if err != nil {
			return m, fmt.Errorf("cannot read the hardware configuration: %w", err)
		}
		m.Hardware = string(result.Stdout)
	}
	if len(tools.Missing("systemd-detect-virt")) == 0 {
		// It exits with 1 to say "none".
		result, err := tools.Run(ctx, tool.Call{Command: command.DetectVirtualization()})
		m.Virtualization = strings.TrimSpace(string(result.Stdout))
		if err != nil && m.Virtualization != "none" {
			return m, fmt.Errorf("cannot tell whether this is a virtual machine: %w", err)
		}
	}
	return m, nil
}
