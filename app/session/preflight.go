package session

import (
	"slices"
	"strings"
	"time"

	"lethe/engine/condition"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

// Answer is yes, no, or not known.
type Answer = condition.Answer

// The answers.
const (
	Unknown = condition.Unknown
	Yes     = condition.Yes
	No      = condition.No
)

// Checks is what was found out about the machine, without root.
type Checks struct {
	Arch string // as uname says it: "x86_64", "aarch64"
	// Firmware and Memory are the inventory's; [State.Preflight] takes them from there once it is read.
	Firmware device.Firmware
	Memory   quantity.Bytes
	Swaps    []Swap
	Power    Power
	// Network tells that there is a route to the world. Nobody was asked over it.
	Network Answer
	// Now is what the clock says; Earliest is a time that is certainly past, such as that of the newest file of the program.
	Now, Earliest time.Time
	// Synchronized tells that a time server set the clock.
	Synchronized Answer
	// Live tells that this is a live session, which forgets everything.
	Live Answer
}

// Swap is a swap area in use.
type Swap struct {
	Path string
	// Plain tells that what is in it can be read from a disk: it is neither encrypted nor in memory.
	Plain Answer
	Size  quantity.Bytes
}

// Power is where the electricity comes from.
type Power = condition.Power

// Status is the mark of a line.
type Status string

// The marks: ✓, !, ✗, ?.
const (
	StatusOK      Status = "ok"
	StatusWarn    Status = "warn"
	StatusBad     Status = "bad"
	StatusUnknown Status = "unknown"
)

// Line is one thing that was looked at before anything begins.
type Line struct {
	Title  Text
	Status Status
	Says   Text
	// Do says what to do about it; empty when nothing has to be done.
	Do Text
}

// Preflight judges the machine.
func (s *State) Preflight() []Line {
	c := s.Checks
	if s.Shown.Grade != "" {
		c.Firmware, c.Memory = s.Shown.Firmware, s.Shown.Memory
	}
	return Preflight(c)
}

// Preflight judges the machine, one line for each thing, always the same things in the same order.
func Preflight(c Checks) []Line {
	return []Line{c.session(), c.firmware(), c.secureBoot(), c.memory(), c.swap(), c.power(), c.network(), c.clock()}
}

// Outlook says in a rehearsal what a real installation would meet on this machine, as far as could be seen.
func (s *State) Outlook() Text {
	lines := s.Preflight()
	switch worst(lines[1:]) { // the first is the session, which a live medium changes
	case StatusBad:
		return say("A real installation would not be possible on this machine as it is now. The rehearsal goes on all the same.")
	case StatusWarn, StatusUnknown:
		return say("A real installation would be possible on this machine, but there is something to mind. The rehearsal goes on all the same.")
	}
	return say("A real installation would be possible on this machine.")
}

// worst gives the gravest mark.
func worst(lines []Line) Status {
	order := []Status{StatusOK, StatusUnknown, StatusWarn, StatusBad}
	at := 0
	for _, l := range lines {
		at = max(at, slices.Index(order, l.Status))
	}
	return order[at]
}

// found gives the severity of what the plan says about one thing of the machine, "" when nothing. The disk is large and the desktop the
// usual one, since neither is chosen yet.
func (c Checks) found(what string) flake.Severity {
	in := plan.Input{Memory: c.Memory, Firmware: c.Firmware}
	for _, f := range plan.Preflight(device.Disk{Identity: device.Identity{Bytes: quantity.TiB}}, in) {
		if f.What == what {
			return f.Severity
		}
	}
	return ""
}

func (c Checks) session() Line {
	line := Line{Title: say("Session")}
	switch c.Live {
	case Yes:
		line.Status, line.Says = StatusOK, say("This is a live session.")
	case No:
		line.Status, line.Says = StatusWarn, say("This is an installed system, so Lethe only rehearses here.")
		line.Do = say("To install, start the live medium.")
	default:
		line.Status, line.Says = StatusUnknown, say("It is not known whether this is a live session, so Lethe only rehearses here.")
		line.Do = say("To install, start the live medium.")
	}
	return line
}

func (c Checks) firmware() Line {
	line := Line{Title: say("64-bit UEFI"), Status: StatusBad}
	switch {
	case c.Arch != "" && !slices.Contains([]string{"x86_64", "aarch64"}, c.Arch):
		line.Says, line.Do = say("The processor is a {{.Arch}}, for which there is no NixOS.", "Arch", device.Clean(c.Arch)), say("Install on another machine.")
	case !c.Firmware.UEFI:
		line.Says = say("The machine was not started by UEFI.")
		line.Do = say("Switch off CSM or legacy boot in the firmware's settings, and start the live medium again.")
	case c.Firmware.Bits == 32:
		line.Says, line.Do = say("The machine's UEFI is a 32-bit one, which the boot loader does not serve."), say("Install on another machine.")
	case c.Firmware.Bits == 0:
		line.Status, line.Says = StatusUnknown, say("The machine was started by UEFI; whether a 64-bit one is not known.")
	default:
		line.Status, line.Says = StatusOK, say("The machine was started by a 64-bit UEFI.")
	}
	return line
}

func (c Checks) secureBoot() Line {
	line := Line{Title: say("Secure Boot")}
	switch c.Firmware.SecureBoot {
	case "on":
		line.Status, line.Says = StatusWarn, say("Secure Boot is on, and the installed boot loader is not signed: the machine would refuse to start it.")
		line.Do = say("Switch Secure Boot off in the firmware's settings before the first boot.")
	case "off":
		line.Status, line.Says = StatusOK, say("Secure Boot is off.")
	case "setup":
		line.Status, line.Says = StatusOK, say("Secure Boot has no keys and refuses nothing.")
	default:
		line.Status, line.Says = StatusUnknown, say("The state of Secure Boot cannot be read.")
		if c.Firmware.UEFI {
			line.Do = say("If the installed system does not start, switch Secure Boot off in the firmware's settings.")
		}
	}
	return line
}

func (c Checks) memory() Line {
	line := Line{Title: say("Memory"), Says: say("{{.Memory}} of memory.", "Memory", c.Memory.Human())}
	switch severity := c.found("memory"); {
	case c.Memory == 0:
		line.Status, line.Says = StatusUnknown, say("The size of memory cannot be read.")
	case severity == flake.Refuse:
		line.Status = StatusBad
		line.Says = say("{{.Memory}} of memory; at least {{.Least}} are needed, because the new root is memory.", "Memory", c.Memory.Human(), "Least", plan.LeastMemory.Human())
		line.Do = say("Add memory, or install on another machine.")
	case severity == flake.Warn:
		line.Status = StatusWarn
		line.Says = say("{{.Memory}} of memory; a desktop with its root in memory is tight below {{.Enough}}.", "Memory", c.Memory.Human(), "Enough", plan.EnoughMemory.Human())
		line.Do = say("Close other programs during the installation.")
	default:
		line.Status = StatusOK
	}
	return line
}

func (c Checks) swap() Line {
	line := Line{Title: say("Swap"), Status: StatusOK, Says: say("No swap in use can be read from a disk.")}
	var plain, unsure []string
	for _, area := range c.Swaps {
		switch area.Plain {
		case Yes:
			plain = append(plain, device.Clean(area.Path))
		case Unknown:
			unsure = append(unsure, device.Clean(area.Path))
		}
	}
	switch {
	case len(plain) > 0:
		paths := strings.Join(plain, ", ")
		line.Status = StatusWarn
		line.Says = say("Plain swap is in use on {{.Paths}}: a passphrase that you type could be written there.", "Paths", paths)
		line.Do = say("Switch it off before you type a passphrase: sudo swapoff {{.Paths}}", "Paths", strings.Join(plain, " "))
	case len(unsure) > 0:
		line.Status = StatusUnknown
		line.Says = say("It is not known whether the swap on {{.Paths}} is encrypted.", "Paths", strings.Join(unsure, ", "))
	}
	return line
}
