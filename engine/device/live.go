package device

import "strings"

// livePoints are where live systems mount their own medium: NixOS, Fedora (dracut), Arch, Debian, Ubuntu, Manjaro.
var livePoints = []string{
	"/iso", "/nix/.ro-store", "/run/initramfs/live", "/run/rootfsbase", "/run/archiso", "/run/live/medium", "/run/live/rootfs",
	"/lib/live/mount/medium", "/cdrom", "/run/miso", "/sysroot/iso", "/mnt-root/iso",
}

// liveDisks finds the disks that carry the running live system: those under its mount points, under the images
// that are mounted there, and under Ventoy's mapping of an image file.
func (g *graph) liveDisks(mounts []mount) map[*block]bool {
	live := map[*block]bool{}
	for _, m := range mounts {
		for _, point := range livePoints {
			if within(m.point, point) {
				for _, b := range m.blocks {
					g.markLive(b, mounts, live)
				}
			}
		}
	}
	for _, b := range g.disks {
		if name := b.mapper.name; name == "ventoy" || strings.HasPrefix(name, "ventoy-") {
			g.markLive(b, mounts, live)
		}
	}
	return live
}

// markLive marks the disks under a device, through loop devices and the file systems their images lie on.
func (g *graph) markLive(b *block, mounts []mount, live map[*block]bool) {
	if live[b] {
		return // also ends a loop device that claims to lie on itself
	}
	live[b] = true
	for _, down := range descend(b)[1:] {
		g.markLive(down, mounts, live)
	}
	if b.disk != nil {
		g.markLive(b.disk, mounts, live)
	}
	if b.file != "" {
		blocks, _ := under(mounts, b.file)
		for _, on := range blocks {
			g.markLive(on, mounts, live)
		}
	}
}

// joinLoops stacks each loop device whose backing file is itself a block device on that device.
func (g *graph) joinLoops() {
	for _, b := range g.disks {
		if b.file != "" {
			if on := g.resolve(b.file); on != nil && on != b {
				join(on, b)
			}
		}
	}
}
