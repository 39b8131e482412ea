package plan

import (
	"fmt"

	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/quantity"
)

// Preflight judges the machine and the size of the disk: what stops an installation, and what makes it slow or tight.
func Preflight(disk device.Disk, in Input) []flake.Finding {
	var list []flake.Finding
	add := func(severity flake.Severity, what, format string, args ...any) {
		list = append(list, flake.Finding{Severity: severity, What: what, Says: fmt.Sprintf(format, args...)})
	}
	desktop := in.Wishes.WithDefaults().Desktop.Environment != "none"
	switch {
	case in.Memory == 0: // nobody looked
	case in.Memory < LeastMemory-reserved:
		add(flake.Refuse, "memory", "The machine has %s of memory and at least %s are needed, because the new root is memory; add memory, or install on another machine", in.Memory.Human(), LeastMemory.Human())
	case desktop && in.Memory < EnoughMemory-reserved:
		add(flake.Warn, "memory", "The machine has %s of memory; a desktop with its root in memory is tight below %s", in.Memory.Human(), EnoughMemory.Human())
	}
	if desktop && disk.Bytes < LeastDesktop {
		add(flake.Refuse, "disk", "The disk has %s and a desktop needs at least %s for itself and its next generation; choose a larger disk, or no desktop", disk.Bytes.Human(), LeastDesktop.Human())
	}
	switch firmware := in.Firmware; {
	case !firmware.UEFI:
		add(flake.Refuse, "firmware", "The machine was not started by UEFI, and Lethe installs a boot loader for UEFI only; switch off CSM or legacy boot in the firmware's settings and start the live medium again")
	case firmware.Bits == 32:
		add(flake.Refuse, "firmware", "The machine's UEFI is a 32-bit one, which systemd-boot on this system does not serve; install on another machine")
	case firmware.SecureBoot == "on":
		add(flake.Warn, "firmware", "Secure Boot is on and the installed boot loader is not signed, so the machine will refuse to start it; switch Secure Boot off in the firmware's settings before the first boot")
	}
	return append(append(list, power(in.Power)...), clock(in.Clock)...)
}

// reserved is what firmware and kernel keep of the memory, so that the kernel counts less than people do.
const reserved = 256 * quantity.MiB
