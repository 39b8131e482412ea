package command

// flakes lets Nix read flakes where its configuration does not say so.
var flakes = []string{"--extra-experimental-features", "nix-command flakes"}

// LockFlake computes flake.lock in a folder. It gives up on the network after one try.
func LockFlake(folder string) Command {
	args := append([]string{"flake", "lock"}, flakes...)
	return New("nix", append(args, "--option", "connect-timeout", "10", "--option", "download-attempts", "1", "path:"+folder)...)
}

// EvaluateHost prints, as JSON, what the persistence lint and the log-in check ask of a host's configuration: what is kept,
// and how each user can log in. Nothing is built.
func EvaluateHost(folder, host, ask string) Command {
	args := append([]string{"eval", "--json", "--no-write-lock-file"}, flakes...)
	return New("nix", append(args, "path:"+folder+"#nixosConfigurations."+host+".config", "--apply", ask)...)
}

// ParseNix checks the syntax of Nix files without a store.
func ParseNix(files ...string) Command {
	return New("nix-instantiate", append([]string{"--parse"}, files...)...)
}
