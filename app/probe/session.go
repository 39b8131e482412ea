package probe

import (
	"slices"
	"strings"

	"lethe/app/session"
)

// liveWords are what live media give their kernels: Debian, Ubuntu, Fedora, Arch, openSUSE.
var liveWords = []string{"boot=live", "boot=casper", "rd.live.image", "rd.kiwi.live", "archisobasedir="}

// live tells whether this is a live session. NixOS is known by its medium, which is mounted at /iso, and by its root in memory with the
// store on a squashfs; others by their kernel's command line. An installed system with its root in memory is none.
func (m machine) live() session.Answer {
	mounts := m.mounts()
	if len(mounts) == 0 {
		return session.Unknown
	}
	for _, mount := range mounts {
		medium := mount.point == "/iso" && slices.Contains([]string{"iso9660", "vfat", "tmpfs"}, mount.kind)
		store := mount.point == "/nix/.ro-store" && slices.Contains([]string{"squashfs", "erofs"}, mount.kind) // 9p is a test machine's
		if medium || store {
			return session.Yes
		}
	}
	words := strings.Fields(m.word("proc/cmdline"))
	for _, live := range liveWords {
		if slices.ContainsFunc(words, func(word string) bool {
			return word == live || strings.HasSuffix(live, "=") && strings.HasPrefix(word, live)
		}) {
			return session.Yes
		}
	}
	return session.No
}

// network tells whether there is a default route over a device that is up.
func (m machine) network() session.Answer {
	four, ok4 := m.lines("proc/net/route")
	six, ok6 := m.lines("proc/net/ipv6_route")
	if !ok4 && !ok6 {
		return session.Unknown
	}
	for _, line := range four {
		if f := strings.Fields(line); len(f) > 7 && f[1] == "00000000" && f[7] == "00000000" && m.up(f[0]) {
			return session.Yes
		}
	}
	for _, line := range six {
		f := strings.Fields(line)
		if len(f) == 10 && strings.Trim(f[0], "0") == "" && f[1] == "00" && f[9] != "lo" && m.up(f[9]) {
			return session.Yes
		}
	}
	return session.No
}

// up tells that a network device has a carrier; virtual ones do not say.
func (m machine) up(name string) bool {
	state := m.word("sys/class/net/" + name + "/operstate")
	return state == "up" || state == "unknown" || state == ""
}
