package config

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"lethe/engine/quantity"
)

// Sanity bounds; whether a size fits on the disk is for package layout to say.
const (
	// minESP is where FAT32 with clusters of 4 KiB begins: 65525 clusters and the tables.
	minESP   = 260 * quantity.MiB
	maxESP   = 64 * quantity.GiB
	minSwap  = 64 * quantity.MiB
	maxSwap  = 4 * quantity.TiB
	minTmpfs = quantity.GiB

	minTmpfsPercent = 1
	maxTmpfsPercent = 90
)

func (d Disk) validate(ps *problems) {
	d.validateTarget(ps)
	bounds(ps, "disk.esp", d.ESP, minESP, maxESP)
	oneOf(ps, "disk.filesystem", d.Filesystem, DefaultFilesystem)
	validateTmpfs(ps, d.Tmpfs)
}

func (d Disk) validateTarget(ps *problems) {
	const key, next = "disk.target", "write a path such as /dev/disk/by-id/…, or that of an image file"
	switch t := d.Target; {
	case t == "" || !clean(ps, key, t):
	case !path.IsAbs(t):
		ps.addf(key, t, next, "it does not begin with /")
	case t != path.Clean(t):
		ps.addf(key, t, "write "+path.Clean(t), "the path can be written shorter")
	case t == "/" || t == "/dev" || strings.HasPrefix(t, "/dev/disk/") && strings.Count(t, "/") < 4:
		ps.addf(key, t, next, "this is a folder")
	case strings.HasPrefix(t, "/proc/") || strings.HasPrefix(t, "/sys/"):
		ps.addf(key, t, next, "no disk is there")
	}
}

// bounds accepts 0, "choose for me", and sizes from low to high.
func bounds(ps *problems, key string, size, low, high quantity.Bytes) {
	switch {
	case size == 0:
	case size < low:
		ps.addf(key, size.String(), "write "+strconv.Quote(low.String())+" or more, or leave it out", "too small to work")
	case size > high:
		ps.addf(key, size.String(), "write "+strconv.Quote(high.String())+" or less, or leave it out", "too large to make sense")
	}
}

var percentPattern = regexp.MustCompile(`^[0-9]{1,3}%$`)

func validateTmpfs(ps *problems, value string) {
	const key = "disk.tmpfs"
	if value == "" {
		return
	}
	if strings.HasSuffix(value, "%") {
		percent, err := strconv.Atoi(strings.TrimSuffix(value, "%"))
		if err != nil || !percentPattern.MatchString(value) || percent < minTmpfsPercent || percent > maxTmpfsPercent {
			ps.addf(key, value, `write a whole percentage, such as "25%"`, "it is not from %d%% to %d%% of memory", minTmpfsPercent, maxTmpfsPercent)
		}
		return
	}
	size, err := quantity.ParseBytes(value)
	switch {
	case err != nil:
		ps.add(key, "", err, `a percentage such as "25%" is possible too`)
	case size < minTmpfs:
		ps.addf(key, value, `write "1GiB" or more`, "too small for a system that runs")
	}
}

func (c Config) validateSwap(ps *problems) {
	const key = "swap.mode"
	mode := c.SwapMode()
	switch mode {
	case SwapNone:
		if c.Swap.Size != 0 {
			ps.addf("swap.size", c.Swap.Size.String(), "remove it, or choose another swap.mode", "there is no swap to have a size")
		}
	case SwapPlain:
		if c.Encryption.Enable && !c.Swap.KeepPlain {
			ps.addf(key, string(mode), "choose random-key or none, or accept it with swap.keep_plain = true",
				"passwords and open files from memory would be readable on the disk although the rest is encrypted")
		}
	case SwapRandomKey:
	default:
		oneOf(ps, key, string(mode), string(SwapNone), string(SwapPlain), string(SwapRandomKey))
	}
	bounds(ps, "swap.size", c.Swap.Size, minSwap, maxSwap)
}
