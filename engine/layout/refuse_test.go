package layout_test

import (
	"strings"
	"testing"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

func TestBuildRefuses(t *testing.T) {
	const most = quantity.Bytes(1<<64 - 1)
	good := wishes(true, 0, "", 0)
	change := func(f func(*device.Disk)) device.Disk {
		d := image(40*gib, 512)
		f(&d)
		return d
	}
	tmpfs := func(text string) config.Config {
		cfg := good
		cfg.Disk.Tmpfs = text
		return cfg
	}
	btrfs := good
	btrfs.Disk.Filesystem = "btrfs"
	for _, row := range []struct {
		name string
		disk device.Disk
		cfg  config.Config
		says string
	}{
		{"empty", image(0, 512), good, "at least 12 GiB are needed"},
		{"8 GiB", image(8*gib, 512), good, "it holds 8 GiB"},
		{"a byte short", image(12*gib-1, 512), good, "choose a larger disk"},
		{"refused", change(func(d *device.Disk) {
			d.Verdict = device.Verdict{State: device.Refused, Reason: "it is mounted on /home: unmount it"}
		}), good, "it is mounted on /home: unmount it"},
		{"unjudged", change(func(d *device.Disk) { d.Verdict = device.Verdict{} }), good, "nobody has judged"},
		{"two sector sizes", change(func(d *device.Disk) { d.Logical = 4096 }), good, "both 4096 and 512"},
		{"520-byte sectors", image(40*gib, 520), good, "520"},
		{"no sector size", image(40*gib, 0), good, "must be 512"},
		{"ESP below FAT32", image(40*gib, 512), wishes(true, 259*quantity.MiB, "", 0), "FAT32 with 4 KiB clusters needs at least 260MiB"},
		{"ESP of a byte", image(40*gib, 512), wishes(true, 1, "", 0), "FAT32"},
		{"huge ESP", image(100*gib, 512), wishes(true, 17*gib, "", 0), "more than 16GiB is never needed"},
		{"ESP of everything", image(40*gib, 512), wishes(true, most, "", 0), "never needed"},
		{"tiny swap", image(40*gib, 512), wishes(true, 0, "", 40*quantity.KiB-1), "mkswap needs at least 40KiB"},
		{"swap past the end", image(40*gib, 512), wishes(true, 0, "", 40*gib), "cannot fit the ESP and swap"},
		{"swap that leaves too little", image(40*gib, 512), wishes(true, 0, "", 32*gib), "at least 8 GiB more"},
		{"swap of everything", image(40*gib, 512), wishes(true, 0, "", most), "no disk is that large"},
		{"swap of everything on the largest disk", image(most, 4096), wishes(true, 0, "", most), "no disk is that large"},
		{"swap of half of everything", image(40*gib, 512), wishes(true, 0, "", most/2), "cannot fit"},
		{"plain swap beside encryption", image(40*gib, 512), wishes(true, 0, config.SwapPlain, 0), "keep_plain = true"},
		{"unknown swap", image(40*gib, 512), wishes(true, 0, "zram", 0), `mode "zram"`},
		{"other file system", image(40*gib, 512), btrfs, "only ext4"},
		{"tmpfs of nothing", image(40*gib, 512), tmpfs("0%"), "1% to 100%"},
		{"tmpfs of too much", image(40*gib, 512), tmpfs("101%"), "1% to 100%"},
		{"tmpfs with an option", image(40*gib, 512), tmpfs("25%,mode=777"), "tmpfs"},
		{"tmpfs with an option before", image(40*gib, 512), tmpfs("mode=777,25%"), "tmpfs"},
		{"tiny tmpfs", image(40*gib, 512), tmpfs("1MiB"), "64MiB to 1PiB"},
		{"tmpfs in SI", image(40*gib, 512), tmpfs("4GB"), "not a size"},
	} {
		l, err := layout.Build(row.disk, 4*gib, row.cfg, entropy(1))
		switch {
		case err == nil:
			t.Errorf("%s: planned %v", row.name, ranges(l))
		case !strings.HasPrefix(err.Error(), "cannot ") || !strings.Contains(err.Error(), row.says):
			t.Errorf("%s: says %q", row.name, err)
		case strings.Contains(err.Error(), "report this"):
			t.Errorf("%s: was caught only by the last check: %v", row.name, err)
		}
	}
}
