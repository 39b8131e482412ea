package command

import (
	"slices"
	"strings"
)

// Settle waits until udev has looked at everything that changed, so that the names in /dev/disk are there.
func Settle() Command { return New("udevadm", "settle", "--timeout", "30") }

// CloseLUKS takes /dev/mapper/name away.
func CloseLUKS(name string) Command { return New("cryptsetup", "close", name) }

// TmpfsOptions lets only root write at the top of a tmpfs.
const TmpfsOptions = "mode=755"

// ESPOptions lets only root see what is in the EFI system partition.
const ESPOptions = "umask=0077"

// MountTmpfs mounts a new tmpfs that only root may write to at its top.
func MountTmpfs(at string) Command {
	return New("mount", "-t", "tmpfs", "-o", TmpfsOptions, "tmpfs", at)
}

// Mount mounts a file system; options may be none.
func Mount(fsType, path, at string, options ...string) Command {
	args := []string{"-t", fsType}
	if len(options) > 0 {
		args = append(args, "-o", strings.Join(options, ","))
	}
	return New("mount", append(args, path, at)...)
}

// Bind shows the folder from at another place too.
func Bind(from, at string) Command { return New("mount", "--bind", from, at) }

// Unmount takes the topmost mount at a place away.
func Unmount(at string) Command { return New("umount", at) }

// MakeFolder makes a folder with a mode (octal), and those above it.
func MakeFolder(mode, path string) Command { return New("install", "-d", "-m", mode, path) }

// SyncFileSystem writes the file system that path is on out to its disk.
func SyncFileSystem(path string) Command { return New("sync", "--file-system", path) }

// InstallNixOS builds a host of the flake into the tree at root and installs its boot loader. It keeps its scratch in temp, which
// is on the disk, because the tree itself is memory. The root password is left alone: root is locked. Only with -v does Nix say
// what it builds and copies.
func InstallNixOS(root, flake, host, temp string) Command {
	c := New("nixos-install", "--root", root, "--flake", flake+"#"+host, "--no-root-passwd", "--no-channel-copy", "-v")
	c.Env = []string{"TMPDIR=" + temp, "XDG_CACHE_HOME=" + temp + "/cache", "HOME=/root"}
	return c
}

// RecordNix lets the Nix below a command write what it does, with bytes, as lines of JSON to descriptor 3. Before version 2.30 Nix
// only warns that it knows no such setting.
func RecordNix(c Command) Command {
	c.Args = append(slices.Clone(c.Args), "--option", "json-log-path", "/dev/fd/3")
	return c
}

// Deactivate takes down by name what the kernel has built on a disk: an LVM volume group, an md array, an opened LUKS container or
// any other mapping. The kinds are those of device.Release.
func Deactivate(kind, name string) Command {
	switch kind {
	case "lvm":
		return New("vgchange", "--activate", "n", name)
	case "md":
		return New("mdadm", "--stop", "/dev/"+name)
	case "crypt":
		return CloseLUKS(name)
	}
	return New("dmsetup", "remove", name)
}

// ListBootEntries prints the firmware's boot entries with their partitions.
func ListBootEntries() Command { return New("efibootmgr", "--verbose") }

// RemoveBootEntry deletes one boot entry of the firmware; number is four hex digits.
func RemoveBootEntry(number string) Command {
	return New("efibootmgr", "--quiet", "--bootnum", number, "--delete-bootnum")
}

// Reboot starts the machine again, in order.
func Reboot() Command { return New("systemctl", "reboot") }
