package command

// LookLUKS maps a container to /dev/mapper/name so that nothing can be written to it.
func LookLUKS(path, name string) Command {
	return Command{Name: "cryptsetup", Args: []string{"open", "--type", "luks2", "--readonly", keyFromStdin, path, name}, Secret: Passphrase}
}

// LookExt4 mounts an ext4 file system so that nothing is written to it, not even what its own journal still holds.
func LookExt4(path, at string) Command {
	return Mount("ext4", path, at, "ro", "noload", "nosuid", "nodev", "noexec")
}
