package command

// flakes lets Nix read flakes where its configuration does not say so, and keeps a foreign flake from running anything: no
// builds while it is evaluated, no settings of its own.
var flakes = []string{
	"--extra-experimental-features", "nix-command flakes",
	"--option", "allow-import-from-derivation", "false", "--option", "accept-flake-config", "false",
}

// LockFlake computes flake.lock in a folder. It gives up on the network after one try.
func LockFlake(folder string) Command {
	args := append([]string{"flake", "lock"}, flakes...)
	return New("nix", append(args, "--option", "connect-timeout", "10", "--option", "download-attempts", "1", "path:"+folder)...)
}

// EvaluateHosts applies a function to all hosts of a flake and prints the result as JSON. Nothing is built.
func EvaluateHosts(folder, function string) Command {
	args := append([]string{"eval", "--json", "--no-write-lock-file"}, flakes...)
	return New("nix", append(args, "path:"+folder+"#nixosConfigurations", "--apply", function)...)
}

// ShowHardware prints the machine's hardware-configuration.nix without its file systems.
func ShowHardware() Command {
	return New("nixos-generate-config", "--no-filesystems", "--show-hardware-config")
}

// DetectVirtualization prints what kind of virtual machine this is, or none.
func DetectVirtualization() Command { return New("systemd-detect-virt", "--vm") }

// ParseNix checks the syntax of Nix files without a store.
func ParseNix(files ...string) Command {
	return New("nix-instantiate", append([]string{"--parse"}, files...)...)
}

// ParseNothing has Nix check the syntax of an expression that is right.
func ParseNothing() Command { return New("nix-instantiate", "--parse", "--expr", "{ }") }
