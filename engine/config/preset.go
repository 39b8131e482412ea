package config

import (
	"fmt"
	"strings"

	"lethe/engine/quantity"
)

// Presets lists the names that [Preset] knows.
func Presets() []string { return []string{"default", "walkthrough"} }

// Preset gives ready-made wishes without a disk and without users.
//
// "default" leaves every choice open, so nothing is encrypted until that is asked for. "walkthrough" is the layout that
// people type by hand: an ESP of 512 MiB, 8 GiB of swap with a random key, the rest encrypted, on a host named blitzar.
func Preset(name string) (Config, error) {
	c := Config{Version: Version}
	switch name {
	case "default":
	case "walkthrough":
		c.Disk.ESP = 512 * quantity.MiB
		c.Disk.Filesystem = DefaultFilesystem
		c.Disk.Tmpfs = DefaultTmpfs
		c.Encryption.Enable = true
		c.Swap = Swap{Mode: SwapRandomKey, Size: 8 * quantity.GiB}
		c.Host.Name = "blitzar"
	default:
		return Config{}, fmt.Errorf("cannot find preset %s: it does not exist; choose one of %s", show(name), strings.Join(Presets(), ", "))
	}
	return c, nil
}
