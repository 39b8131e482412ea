package config

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Validate reports everything that is wrong with the wishes themselves, all at once, as [Problem] values. It touches
// nothing and is the same on every machine: whether the disk exists, and whether sizes fit on it, is for others
// to say. Zero values are fine everywhere but in the version, and there may be no users.
func (c Config) Validate() error {
	var ps problems
	if c.Version != Version {
		ps.addf("version", strconv.Itoa(c.Version), "write version = "+strconv.Itoa(Version), "this Lethe knows only version %d", Version)
	}
	c.Disk.validate(&ps)
	c.validateSwap(&ps)
	c.Host.validate(&ps)
	c.Locale.validate(&ps)
	oneOf(&ps, "desktop.environment", c.Desktop.Environment, "plasma", "gnome", "none")
	validateUsers(&ps, c.Users)
	c.Persistence.validate(&ps, c.managedInHome())
	c.Nix.validate(&ps)
	c.Lethe.validate(&ps)
	c.Repo.validate(&ps)
	return errors.Join(ps...)
}

// oneOf accepts the empty string and the listed values.
func oneOf(ps *problems, key, value string, allowed ...string) {
	if value == "" || slices.Contains(allowed, value) {
		return
	}
	ps.addf(key, value, "write one of "+quotedList(allowed), "there is no such choice")
}

func quotedList(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return strings.Join(quoted, ", ")
}

// matches accepts the empty string and what fits the pattern; it tells whether the value was good.
func matches(ps *problems, key, value string, pattern *regexp.Regexp, cause, next string) bool {
	if value == "" || pattern.MatchString(value) {
		return true
	}
	ps.addf(key, value, next, "%s", cause)
	return false
}

// clean refuses text that cannot be shown safely; it tells whether the value was good.
func clean(ps *problems, key, value string) bool {
	if !utf8.ValidString(value) || hasHidden(value) {
		ps.addf(key, value, "remove that character", "it holds a character that cannot be seen")
		return false
	}
	return true
}

var (
	hostPattern    = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	digitsPattern  = regexp.MustCompile(`^([0-9]+|0[xX][0-9a-fA-F]+)$`) // inet_aton(3)
	channelPattern = regexp.MustCompile(`^nixos-([0-9]{2}\.(05|11)|unstable)(-small)?$`)
)

func (h Host) validate(ps *problems) {
	const key = "host.name"
	switch {
	case !matches(ps, key, h.Name, hostPattern, "a computer cannot have this name", "use letters, digits and hyphens, at most 63 of them, and no hyphen at either end"):
	case strings.EqualFold(h.Name, "localhost"):
		ps.addf(key, h.Name, "choose another name", "every machine calls itself that")
	case digitsPattern.MatchString(h.Name):
		ps.addf(key, h.Name, "add a letter from g to z, or a hyphen", "programs take a number for an address")
	}
	oneOf(ps, "host.network", h.Network, "networkmanager", "dhcp")
}

// firstChannel is the oldest release that the generated configuration is written for.
const firstChannel = "26.05"

func (n Nix) validate(ps *problems) {
	oneOf(ps, "nix.system", n.System, "x86_64-linux", "aarch64-linux")
	const key = "nix.channel"
	if !matches(ps, key, n.Channel, channelPattern, "this is not a NixOS channel", `write "nixos-26.05", a later release, or "nixos-unstable"`) {
		return
	}
	release := strings.TrimSuffix(strings.TrimPrefix(n.Channel, "nixos-"), "-small")
	if release != "unstable" && n.Channel != "" && release < firstChannel {
		ps.addf(key, n.Channel, "write nixos-"+firstChannel+" or later", "this release is too old for the generated configuration")
	}
}
