package flake

import (
	"path"
	"slices"
	"strings"

	"lethe/engine/config"
)

// Severity is how bad a finding is.
type Severity string

// Refuse must stop an installation; Warn is shown and left to the user.
const (
	Refuse Severity = "refuse"
	Warn   Severity = "warn"
)

// Finding is one thing that a check has to say.
type Finding struct {
	Severity Severity `json:"severity"`
	What     string   `json:"what"` // a path or a user
	// Says is a sentence that ends with what to do.
	Says string `json:"says"`
}

// must is a path whose loss hurts, and when.
type must struct {
	path     string
	severity Severity
	when     func(config.Config) bool
	says     string
}

func always(config.Config) bool { return true }

var musts = []must{
	{
		"/var/lib/nixos", Refuse, always,
		"Users and groups without a fixed number would get other numbers at a later boot, and files would belong to strangers; keep /var/lib/nixos",
	},
	{
		"/etc/machine-id", Warn, always,
		"The machine would have a new name for the journal and for DHCP at every boot; keep /etc/machine-id",
	},
	{
		"/etc/nixos", Warn, always,
		"The configuration itself would be gone after the first boot; keep /etc/nixos, or keep the repository elsewhere",
	},
	{
		"/var/log", Warn, always,
		"The journal of earlier boots would be gone, and with it the reason of a crash; keep /var/log",
	},
	{
		"/etc/NetworkManager/system-connections", Warn, func(c config.Config) bool { return c.Host.Network == "networkmanager" },
		"Wi-Fi passwords would have to be typed again at every boot; keep /etc/NetworkManager/system-connections",
	},
	{
		"/var/lib/bluetooth", Warn, func(c config.Config) bool { return c.Services.Bluetooth },
		"Bluetooth devices, keyboards too, would have to be paired again at every boot; keep /var/lib/bluetooth",
	},
	{
		"/var/lib/docker", Warn, func(c config.Config) bool { return c.Services.Docker },
		"Docker's images and volumes would fill memory and then be lost; keep /var/lib/docker",
	},
	{
		"/var/lib/containers", Warn, func(c config.Config) bool { return c.Services.Podman },
		"Podman's images and volumes would fill memory and then be lost; keep /var/lib/containers",
	},
	{
		"/var/lib/libvirt", Warn, func(c config.Config) bool { return c.Services.Libvirt },
		"Virtual machines would fill memory and then be lost; keep /var/lib/libvirt",
	},
	{
		"/var/lib/tailscale", Warn, func(c config.Config) bool { return c.Services.Tailscale },
		"The machine would drop out of the Tailscale network at every boot; keep /var/lib/tailscale",
	},
	{
		"/var/lib/flatpak", Warn, func(c config.Config) bool { return c.Services.Flatpak },
		"Flatpak programs would fill memory and then be lost; keep /var/lib/flatpak",
	},
}

// renamed are files that programs save by renaming a new one over them, which a bind mount makes fail.
var renamed = []string{
	"/etc/passwd", "/etc/shadow", "/etc/group", "/etc/resolv.conf", "/etc/adjtime",
	".zsh_history", ".config/mimeapps.list", ".config/user-dirs.dirs", ".config/monitors.xml",
}

// Lint says what would be lost at the next boot, or would not work, if exactly p were kept. sshKeysKept tells
// that sshd's host keys are kept another way, as the generated persist.nix does.
func Lint(c config.Config, p Persistence, sshKeysKept bool) []Finding {
	c = c.WithDefaults()
	var found []Finding
	for _, m := range musts {
		if m.when(c) && !p.System.Covers(m.path) {
			found = append(found, Finding{m.severity, m.path, m.says})
		}
	}
	if key := "/etc/ssh/ssh_host_ed25519_key"; c.Services.SSH && !sshKeysKept && !p.System.Covers(key) {
		found = append(found, Finding{
			Refuse, key,
			"The host would have new SSH keys at every boot, and clients would refuse it; set services.openssh.hostKeys to a path below " + Storage,
		})
	}
	for _, places := range []Places{p.System, p.Home} {
		found = append(found, lintFiles(places)...)
		found = append(found, lintTwice(places)...)
	}
	return found
}

// Soften gives the same findings, none of which refuses. It is for a configuration of somebody's own, which may do what
// a check looks for in ways that the check does not know.
func Soften(found []Finding) []Finding {
	soft := slices.Clone(found)
	for i := range soft {
		soft[i].Severity = Warn
	}
	return soft
}

func lintFiles(p Places) []Finding {
	var found []Finding
	for _, f := range p.Files {
		if f.Method != "symlink" && SavedByRename(f.Path) {
			found = append(found, Finding{
				Warn, f.Path,
				"Programs save this file by renaming a new one over it, which fails on a file that is mounted by itself; keep its folder, or set method = \"symlink\"",
			})
		}
	}
	return found
}

// SavedByRename knows files that programs save by renaming a new one over them: absolute in the system, relative in a home.
func SavedByRename(name string) bool { return slices.Contains(renamed, name) || savedByKConfig(name) }

// savedByKConfig knows KDE's files by their names: .config/kwinrc, .config/kdeglobals and so on.
func savedByKConfig(name string) bool {
	base, inConfig := strings.CutPrefix(name, ".config/")
	if !inConfig || strings.Contains(base, "/") {
		return false
	}
	return strings.HasSuffix(base, "rc") || base == "kdeglobals" || base == "kwinoutputconfig.json"
}

func lintTwice(p Places) []Finding {
	var found []Finding
	seen := map[string]bool{}
	for _, k := range slices.Concat(p.Directories, p.Files) {
		name := path.Clean(k.Path)
		if seen[name] {
			found = append(found, Finding{Refuse, name, "This path is listed twice, which impermanence refuses; remove one of them"})
		}
		seen[name] = true
	}
	return found
}
