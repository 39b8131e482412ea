// Package config holds wishes: what the user asked for, as one TOML file. Facts about the machine are in
// package device and never here.
//
// A file is versioned, refuses unknown and duplicate keys, is bounded in size and depth, and holds no
// secret: passphrases and passwords are named, never written. Decoding and [Config.Validate] touch
// nothing. One wish takes one whole disk; keeping, resizing or reusing partitions is out of scope for now.
package config

import (
	"slices"

	"lethe/engine/quantity"
)

// Version is the only file version that this program reads and writes.
const Version = 1

// Config is everything that a user can wish for. The zero value of a size or a mode means "choose for me".
type Config struct {
	Version     int         `toml:"version" json:"version"`
	Disk        Disk        `toml:"disk,omitempty" json:"disk"`
	Encryption  Encryption  `toml:"encryption,omitempty" json:"encryption"`
	Swap        Swap        `toml:"swap,omitempty" json:"swap"`
	Host        Host        `toml:"host,omitempty" json:"host"`
	Locale      Locale      `toml:"locale,omitempty" json:"locale"`
	Desktop     Desktop     `toml:"desktop,omitempty" json:"desktop"`
	Services    Services    `toml:"services,omitempty" json:"services"`
	Users       []User      `toml:"users,omitempty" json:"users"`
	Persistence Persistence `toml:"persistence,omitempty" json:"persistence"`
	Nix         Nix         `toml:"nix,omitempty" json:"nix"`
	Lethe       Lethe       `toml:"lethe,omitempty" json:"lethe"`
	Repo        Repo        `toml:"repo,omitempty" json:"repo"`
}

// Disk is the one disk to take, whole.
type Disk struct {
	// Target is a path below /dev (by-id is best) or an image file; empty in a file that is meant for any machine.
	Target string `toml:"target,omitempty" json:"target"`
	// ESP is the size of the EFI system partition; 0 means 1 GiB, or 512 MiB on a disk below 32 GiB.
	ESP quantity.Bytes `toml:"esp,omitzero" json:"esp"`
	// Filesystem is the persist file system; "" means ext4, the only one for now.
	Filesystem string `toml:"filesystem,omitempty" json:"filesystem"`
	// Tmpfs is the size of the tmpfs root as mount(8) takes it: a percentage of memory ("25%") or a size
	// ("4GiB"); "" means 25%.
	Tmpfs string `toml:"tmpfs,omitempty" json:"tmpfs"`
}

// Encryption is about the nix partition, which holds everything that outlives a boot.
type Encryption struct {
	Enable bool `toml:"enable,omitempty" json:"enable"`
	// AllowDiscards passes TRIM through to the disk, which tells an attacker which blocks are free.
	AllowDiscards bool `toml:"allow_discards,omitempty" json:"allow_discards"`
}

// SwapMode is how swap is laid out.
type SwapMode string

// The ways to swap. Auto means random-key with encryption and plain without.
const (
	SwapAuto      SwapMode = ""
	SwapNone      SwapMode = "none"
	SwapPlain     SwapMode = "plain"
	SwapRandomKey SwapMode = "random-key" // a new key at every boot; cannot hibernate
)

// Swap is the wish for a swap partition.
type Swap struct {
	Mode SwapMode `toml:"mode,omitempty" json:"mode"`
	// Size 0 means as much as memory, clamped to 2–8 GiB and at most 10 % of the disk.
	Size quantity.Bytes `toml:"size,omitzero" json:"size"`
	// KeepPlain accepts that memory, passwords and open files among it, will be readable on the disk
	// although the rest is encrypted. Plain swap beside encryption is refused without it.
	KeepPlain bool `toml:"keep_plain,omitempty" json:"keep_plain"`
}

// Host is the machine's name and how it reaches the network.
type Host struct {
	Name string `toml:"name,omitempty" json:"name"` // "" means nixos
	// Network is "networkmanager" or "dhcp"; "" means networkmanager with a desktop and dhcp without.
	Network string `toml:"network,omitempty" json:"network"`
}

// Locale is language, clock and keyboard. Empty strings mean en_US.UTF-8, UTC, us.
type Locale struct {
	Language      string `toml:"language,omitempty" json:"language"`             // a glibc locale, such as de_DE.UTF-8
	TimeZone      string `toml:"time_zone,omitempty" json:"time_zone"`           // an IANA name
	ConsoleKeymap string `toml:"console_keymap,omitempty" json:"console_keymap"` // a kbd keymap; also the boot prompt's
	XkbLayout     string `toml:"xkb_layout,omitempty" json:"xkb_layout"`         // "" means the console keymap's counterpart
	XkbVariant    string `toml:"xkb_variant,omitempty" json:"xkb_variant"`
}

// Desktop is the graphical environment.
type Desktop struct {
	Environment string `toml:"environment,omitempty" json:"environment"` // "plasma", "gnome" or "none"; "" means plasma
}

// Services are the well-known things whose state the persistence presets know; for NetworkManager see [Host].
type Services struct {
	Bluetooth bool `toml:"bluetooth,omitempty" json:"bluetooth"`
	SSH       bool `toml:"ssh,omitempty" json:"ssh"`
	Printing  bool `toml:"printing,omitempty" json:"printing"`
	Docker    bool `toml:"docker,omitempty" json:"docker"`
	Podman    bool `toml:"podman,omitempty" json:"podman"`
	Libvirt   bool `toml:"libvirt,omitempty" json:"libvirt"`
	Flatpak   bool `toml:"flatpak,omitempty" json:"flatpak"`
	Tailscale bool `toml:"tailscale,omitempty" json:"tailscale"`
	Steam     bool `toml:"steam,omitempty" json:"steam"`
}

// User is a person who can log in. The password is a secret and is asked for, never written here.
type User struct {
	Name           string   `toml:"name,omitempty" json:"name"`
	FullName       string   `toml:"full_name,omitempty" json:"full_name"`
	UID            int      `toml:"uid,omitzero" json:"uid"`      // 0 means 1000 for the first, 1001 for the second, …
	Admin          bool     `toml:"admin,omitempty" json:"admin"` // may use sudo
	Shell          string   `toml:"shell,omitempty" json:"shell"` // "bash", "zsh" or "fish"; "" means bash
	AuthorizedKeys []string `toml:"authorized_keys,omitempty" json:"authorized_keys"`
}

// Administrator is the first user who may use sudo, if there is one.
func (c Config) Administrator() (User, bool) {
	i := slices.IndexFunc(c.Users, func(u User) bool { return u.Admin })
	if i < 0 {
		return User{}, false
	}
	return c.Users[i], true
}

// Persistence is what outlives a boot besides what Lethe always keeps.
type Persistence struct {
	// Home is "simple" (whole folders of settings) or "minimal" (chosen ones); "" means simple.
	Home string `toml:"home,omitempty" json:"home"`
	// Directories and Files are absolute paths of the system, outside of /home: the homes would get the owner of their copies.
	Directories []string `toml:"directories,omitempty" json:"directories"`
	Files       []string `toml:"files,omitempty" json:"files"`
	// HomeDirectories and HomeFiles are relative to each user's home.
	HomeDirectories []string `toml:"home_directories,omitempty" json:"home_directories"`
	HomeFiles       []string `toml:"home_files,omitempty" json:"home_files"`
}

// Nix is the release to install.
type Nix struct {
	Channel string `toml:"channel,omitempty" json:"channel"` // "nixos-26.05", "nixos-unstable", …; "" means nixos-26.05
	System  string `toml:"system,omitempty" json:"system"`   // "x86_64-linux" or "aarch64-linux"; "" means this machine's
}

// Lethe is about this program on the installed system.
type Lethe struct {
	Enable bool   `toml:"enable,omitempty" json:"enable"` // add the persist explorer
	URL    string `toml:"url,omitempty" json:"url"`       // flake reference of this program
}

// Repo is a configuration of the user's own, installed instead of the generated one. Only the two files
// named here are added to it.
type Repo struct {
	// Source is an absolute folder or a git URL without credentials; "" means the generated repo.
	Source string `toml:"source,omitempty" json:"source"`
	Rev    string `toml:"rev,omitempty" json:"rev"` // branch, tag or commit; "" means the default branch
	// DisksFile and HardwareFile are relative to the repo; "" means disks.nix and hardware-configuration.nix.
	DisksFile    string `toml:"disks_file,omitempty" json:"disks_file"`
	HardwareFile string `toml:"hardware_file,omitempty" json:"hardware_file"`
}
