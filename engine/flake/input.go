package flake

import (
	"fmt"
	"regexp"
	"strings"

	"lethe/engine/config"
	"lethe/engine/layout"
)

// Input is all that a repository is made from.
type Input struct {
	Layout layout.Layout
	// Config is the wishes; what they leave open gets [config.Config.WithDefaults].
	Config config.Config
	// Hardware is what `nixos-generate-config --no-filesystems --show-hardware-config` printed on the machine, and
	// is written as it is. Empty in a rehearsal: a stand-in is written, which says so.
	Hardware string
	// Virtualization is what systemd-detect-virt printed (kvm, vmware, none, …); empty when unknown.
	Virtualization string
	// System is the machine's own ("x86_64-linux"), for wishes that name none; empty means x86_64-linux.
	System string
	// ReadOnlyVariables tells that the running system cannot write the firmware's variables, because they are mounted read-only
	// or not at all. The boot loader is then installed without an entry in the firmware, which starts the fallback path.
	ReadOnlyVariables bool
	// Lock is a flake.lock that was computed for these inputs; empty leaves the file out.
	Lock []byte
}

const maxHardware = 1 << 20

func (in Input) check() error {
	if err := in.Config.Validate(); err != nil {
		return fmt.Errorf("cannot write the NixOS configuration: %w", err)
	}
	if err := in.Layout.Check(); err != nil {
		return fmt.Errorf("cannot write the NixOS configuration: the layout is not sound: %w; plan the disk again", err)
	}
	if len(in.Hardware) > maxHardware {
		return fmt.Errorf("cannot use the hardware configuration: it has %d bytes, and a real one has a few hundred; run nixos-generate-config again", len(in.Hardware))
	}
	if err := checkText(in.Hardware); err != nil {
		return fmt.Errorf("cannot use the hardware configuration: %w; run nixos-generate-config again", err)
	}
	return checkHardware(in.Hardware)
}

var fileSystemLine = regexp.MustCompile(`(?m)^\s*(fileSystems\b|swapDevices\s*=\s*\[\s*\{|boot\.initrd\.luks\b)`)

// checkHardware refuses a file that also mounts disks: those of the running system, not the ones planned.
func checkHardware(text string) error {
	if line := fileSystemLine.FindString(text); line != "" {
		return fmt.Errorf("cannot use the hardware configuration: it sets %q, which disks.nix does; run nixos-generate-config with --no-filesystems",
			strings.TrimSpace(line))
	}
	return nil
}

var channelRelease = regexp.MustCompile(`^nixos-(\d\d\.\d\d)(-small)?$`)

// unstableRelease is what nixos-unstable was when this was written. An older value is harmless: stateVersion
// may be older than the system, never newer.
const unstableRelease = "26.11"

// release gives the stateVersion for a channel, and home-manager's branch.
func release(channel string) (version, homeManager string) {
	if m := channelRelease.FindStringSubmatch(channel); m != nil {
		return m[1], "release-" + m[1]
	}
	return unstableRelease, "master"
}

// PasswordFile is where the yescrypt hash of a user's password is: mode 0600, owned by root, written before
// the first boot. Only this path is in the repository.
func PasswordFile(user string) string { return Storage + "/passwords/" + user }
