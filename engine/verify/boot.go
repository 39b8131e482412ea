package verify

import (
	"context"
	"debug/pe"
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
)

// loaderNames is what a machine's firmware and systemd call a boot loader.
type loaderNames struct {
	fallback, own string
	machine       uint16 // in a PE header
}

// loaders are the machines that NixOS is installed on with UEFI, by Go's names. The installer runs on what it installs for.
var loaders = map[string]loaderNames{
	"amd64": {"EFI/BOOT/BOOTX64.EFI", "EFI/systemd/systemd-bootx64.efi", pe.IMAGE_FILE_MACHINE_AMD64},
	"arm64": {"EFI/BOOT/BOOTAA64.EFI", "EFI/systemd/systemd-bootaa64.efi", pe.IMAGE_FILE_MACHINE_ARM64},
}

// bootJob looks at what the firmware will start, and what that will start: systemd-boot, which every generated configuration has.
// Of another boot loader, which a configuration of somebody's own may have, it is only made sure that something is there.
func bootJob(ctx context.Context, in Input) []Check {
	names, ok := loaders[runtime.GOARCH]
	root, err := os.OpenRoot(in.Mounted.path("/boot"))
	if err != nil || !ok {
		return []Check{{Name: "boot loader", Status: Failed, Detail: fmt.Sprintf("cannot look at the boot loader of a %s machine: %v", runtime.GOARCH, err), By: "lethe"}}
	}
	defer root.Close()
	e := esp{root}
	entries, listErr := e.entries(in.Mounted, names.machine)
	loader := func(name, file string) Check {
		return judge(ctx, name, "lethe", func() (string, error) {
			version, err := e.systemdBoot(file, names.machine)
			return fmt.Sprintf("%s is systemd-boot %s", file, version), err
		})
	}
	c := e.otherLoader(ctx, in, names, bootChecks{
		fallback: loader("boot loader at the fallback path", names.fallback),
		own:      loader("boot loader", names.own),
		entries:  judge(ctx, "boot entries", "lethe", func() (string, error) { return usable(entries, listErr) }),
		chosen: judge(ctx, "default boot entry", "lethe", func() (string, error) {
			pattern, err := e.chosen()
			if err != nil {
				return "", err
			}
			return matching(pattern, entries)
		}),
	})
	return []Check{c.fallback, c.own, c.entries, c.chosen}
}

// bootChecks are what is judged of the boot loader and of its entries.
type bootChecks struct{ fallback, own, entries, chosen Check }

// usable makes sure that one entry at least would start.
func usable(entries []bootEntry, err error) (string, error) {
	if err != nil {
		return "", err
	}
	var good, bad []string
	var problems []error
	for _, entry := range entries {
		if entry.problem == nil {
			good = append(good, entry.id)
			continue
		}
		bad = append(bad, entry.id)
		problems = append(problems, fmt.Errorf("%s: %w", entry.id, entry.problem))
	}
	if len(good) == 0 {
		return "", errors.Join(append(problems, errors.New("there is no entry that would start"))...)
	}
	seen := list(good) + ": kernel, initrd and init are there"
	if len(bad) > 0 {
		seen += "; not whole: " + list(bad)
	}
	return seen, nil
}

// matching finds the entry that is started by itself. If none would start, that is not this check's failure.
func matching(pattern string, entries []bootEntry) (string, error) {
	switch pattern {
	case "":
		return "loader.conf names none, so the newest one is started", nil
	case "@saved":
		return "the one that was started last", nil
	}
	good := slices.DeleteFunc(slices.Clone(entries), func(e bootEntry) bool { return e.problem != nil })
	if len(good) > 0 {
		entries = good
	}
	for _, entry := range entries {
		matches, err := path.Match(strings.ToLower(pattern), entry.id)
		if err != nil {
			return "", fmt.Errorf("cannot read the default %q of loader.conf: %w", pattern, err)
		}
		if matches {
			return entry.id, nil
		}
	}
	return "", fmt.Errorf("the default %q of loader.conf is no entry that would start", pattern)
}
