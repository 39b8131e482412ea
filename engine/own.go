package engine

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/tool"
)

// otherPasswords tells whose password is read from a file that the installation does not write: at another path than Lethe's, or of
// somebody whose password it does not ask for. Whether such a file will be there, nobody here can know.
func otherPasswords(host tool.Host, asked []config.User) []flake.Finding {
	var list []flake.Finding
	for _, name := range slices.Sorted(maps.Keys(host.Users)) {
		file, ours := host.Users[name].PasswordFile, flake.PasswordFile(name)
		isAsked := slices.ContainsFunc(asked, func(u config.User) bool { return u.Name == name })
		says := ""
		switch {
		case file == "":
			continue
		case path.Clean(file) != ours:
			says = fmt.Sprintf("The password of %s is read from %q, and the installation writes it to %q only; make sure that the file will be there by other means, or name that one in your configuration",
				device.Clean(name), file, ours)
		case !isAsked:
			says = fmt.Sprintf("The password of %[1]s is read from %[2]q, and the installation does not ask for it; name %[1]s as a user here, or make sure that the file will be there by other means",
				device.Clean(name), file)
		}
		if says != "" {
			list = append(list, flake.Finding{Severity: flake.Warn, What: name, Says: says})
		}
	}
	return list
}

// writtenEarly are the folders that an installation of one's own configuration writes to, in [flake.Storage].
var writtenEarly = []string{"/etc/nixos", "/var/lib/nixos", "/var/log"}

// keptElsewhere tells which of these folders the configuration keeps in another storage: what is written to them during the
// installation lands where the installed system does not look. That one is not kept at all is for [flake.Lint] to say.
func keptElsewhere(kept map[string]flake.Kept) []flake.Finding {
	storages := map[string]flake.Places{}
	for storage, list := range kept {
		storages[path.Clean(storage)] = flake.PersistenceOf(map[string]flake.Kept{storage: list}).System
	}
	var found []flake.Finding
	for _, folder := range writtenEarly {
		if storages[flake.Storage].Covers(folder) {
			continue
		}
		for _, storage := range slices.Sorted(maps.Keys(storages)) {
			if storages[storage].Covers(folder) {
				found = append(found, flake.Finding{Severity: flake.Warn, What: folder, Says: fmt.Sprintf(
					"Your configuration keeps %s in %q, and the installation writes it to %s, where the installed system would not look; keep it in %s",
					folder, storage, flake.Storage+folder, flake.Storage)})
				break
			}
		}
	}
	return found
}
