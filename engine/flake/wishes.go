package flake

import "lethe/engine/config"

// Wishes is the file from which Lethe can make the same configuration again. The disk is left out: its name
// holds a serial number, which has no place in a repository that may be published, and belongs to one machine.
func Wishes(c config.Config) ([]byte, error) {
	c.Disk.Target = ""
	return c.Encode()
}
