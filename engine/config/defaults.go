package config

import "slices"

// Defaults for wishes that depend on no fact about the machine.
const (
	DefaultHost         = "nixos"
	DefaultLanguage     = "en_US.UTF-8"
	DefaultTimeZone     = "UTC"
	DefaultKeymap       = "us"
	DefaultFilesystem   = "ext4"
	DefaultTmpfs        = "25%"
	DefaultDesktop      = "plasma"
	DefaultShell        = "bash"
	DefaultHome         = "simple"
	DefaultChannel      = "nixos-26.05"
	DefaultDisksFile    = "disks.nix"
	DefaultHardwareFile = "hardware-configuration.nix"

	firstUID = 1000
)

// WithDefaults gives a copy in which every "choose for me" that needs no fact is chosen. Left alone are
// what the disk, the memory or the machine decides: the disk itself, the sizes of ESP and swap, and the system.
// The X keyboard stays empty where [XkbFor] knows no counterpart of the console keymap.
// Applying it twice changes nothing more; the copy shares no memory with c.
func (c Config) WithDefaults() Config {
	c = c.clone()
	fill(&c.Disk.Filesystem, DefaultFilesystem)
	fill(&c.Disk.Tmpfs, DefaultTmpfs)
	c.Swap.Mode = c.SwapMode()
	fill(&c.Host.Name, DefaultHost)
	fill(&c.Desktop.Environment, DefaultDesktop)
	fill(&c.Host.Network, defaultNetwork(c.Desktop.Environment))
	fill(&c.Persistence.Home, DefaultHome)
	fill(&c.Nix.Channel, DefaultChannel)
	c.Locale = c.Locale.withDefaults()
	c.Users = withUserDefaults(c.Users)
	if c.Repo.Source != "" {
		fill(&c.Repo.DisksFile, DefaultDisksFile)
		fill(&c.Repo.HardwareFile, DefaultHardwareFile)
	}
	return c
}

// SwapMode is the wished mode with auto resolved: random-key with encryption, plain without.
func (c Config) SwapMode() SwapMode {
	switch {
	case c.Swap.Mode != SwapAuto:
		return c.Swap.Mode
	case c.Encryption.Enable:
		return SwapRandomKey
	}
	return SwapPlain
}

func fill(s *string, value string) {
	if *s == "" {
		*s = value
	}
}

func defaultNetwork(desktop string) string {
	if desktop == "none" {
		return "dhcp"
	}
	return "networkmanager"
}

func (l Locale) withDefaults() Locale {
	fill(&l.Language, DefaultLanguage)
	fill(&l.TimeZone, DefaultTimeZone)
	fill(&l.ConsoleKeymap, DefaultKeymap)
	if layout, variant, ok := XkbFor(l.ConsoleKeymap); ok && l.XkbLayout == "" {
		l.XkbLayout = layout
		fill(&l.XkbVariant, variant)
	}
	return l
}

// withUserDefaults numbers users in the order of the file, stepping over numbers that others asked for.
func withUserDefaults(users []User) []User {
	taken := map[int]bool{}
	for _, u := range users {
		taken[u.UID] = true
	}
	next := firstUID
	for i := range users {
		fill(&users[i].Shell, DefaultShell)
		if users[i].UID != 0 {
			continue
		}
		for taken[next] {
			next++
		}
		users[i].UID, taken[next] = next, true
	}
	return users
}

// clone copies the lists, so that the copy can be changed freely.
func (c Config) clone() Config {
	c.Users = slices.Clone(c.Users)
	for i := range c.Users {
		c.Users[i].AuthorizedKeys = slices.Clone(c.Users[i].AuthorizedKeys)
	}
	p := &c.Persistence
	for _, list := range []*[]string{&p.Directories, &p.Files, &p.HomeDirectories, &p.HomeFiles} {
		*list = slices.Clone(*list)
	}
	return c
}
