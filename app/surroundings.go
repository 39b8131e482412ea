package main

import (
	"bufio"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lethe/app/session"
	"lethe/engine/quantity"
)

// lookAround finds out about the machine what needs no privilege and is not in an inventory, below a root such as os.DirFS("/").
// Nothing in it decides about a disk. What cannot be read stays unknown.
func lookAround(root fs.FS) session.Checks {
	checks := session.Checks{
		Arch: map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH], Swaps: swaps(root), Power: power(root),
		Network: network(root), Now: time.Now(), Synchronized: synchronized(), Live: live(root),
	}
	if checks.Arch == "" {
		checks.Arch = runtime.GOARCH
	}
	if self, err := os.Executable(); err == nil {
		if info, err := os.Stat(self); err == nil && info.ModTime().Year() > 2000 { // in a Nix store every file is of 1970
			checks.Earliest = info.ModTime()
		}
	}
	return checks
}

// swaps lists the swap in use.
func swaps(root fs.FS) []session.Swap {
	var list []session.Swap
	for i, fields := range table(root, "proc/swaps") {
		if i == 0 || len(fields) < 3 {
			continue // the heading
		}
		name := path.Base(fields[0])
		area := session.Swap{Path: fields[0], Plain: session.Yes}
		if kib, err := strconv.ParseUint(fields[2], 10, 54); err == nil {
			area.Size = quantity.Bytes(kib) * quantity.KiB
		}
		switch {
		case strings.HasPrefix(name, "zram"):
			area.Plain = session.No
		case strings.HasPrefix(name, "dm-"):
			area.Plain = mapped(root, name)
		case fields[1] == "file":
			area.Plain = session.Unknown // the disk below may be encrypted
		}
		list = append(list, area)
	}
	return list
}

// mapped tells whether what is written to a mapping can be read from a disk.
func mapped(root fs.FS, name string) session.Answer {
	switch uuid := text(root, "sys/class/block/"+name+"/dm/uuid"); {
	case strings.HasPrefix(uuid, "CRYPT-"):
		return session.No
	case strings.HasPrefix(uuid, "LVM-"):
		return session.Unknown // the volume group may lie on an encrypted disk
	}
	return session.Unknown
}

// power says where the electricity comes from.
func power(root fs.FS) session.Power {
	const folder = "sys/class/power_supply"
	supplies, err := fs.ReadDir(root, folder)
	if err != nil {
		return session.Power{Percent: -1}
	}
	p := session.Power{Known: true, Percent: -1}
	for _, s := range supplies {
		at := folder + "/" + s.Name() + "/"
		if text(root, at+"scope") == "Device" {
			continue // of a mouse
		}
		switch text(root, at+"type") {
		case "Battery":
			p.Battery = true
			if n, err := strconv.Atoi(text(root, at+"capacity")); err == nil && (p.Percent < 0 || n < p.Percent) {
				p.Percent = n
			}
		case "Mains", "USB":
			p.Mains = p.Mains || text(root, at+"online") == "1"
		}
	}
	return p
}

// network tells whether there is a default route. Whether anybody answers over it is not tried.
func network(root fs.FS) session.Answer {
	four, six := table(root, "proc/net/route"), table(root, "proc/net/ipv6_route")
	if four == nil && six == nil {
		return session.Unknown
	}
	routed := slices.ContainsFunc(four, func(f []string) bool { return len(f) > 1 && f[1] == "00000000" }) ||
		slices.ContainsFunc(six, func(f []string) bool {
			return len(f) > 9 && strings.Trim(f[0], "0") == "" && f[1] == "00" && f[9] != "lo"
		})
	if routed {
		return session.Yes
	}
	return session.No
}

// synchronized asks the kernel whether a time server keeps its clock.
func synchronized() session.Answer {
	var state unix.Timex // nothing is changed where Modes is 0
	switch how, err := unix.Adjtimex(&state); {
	case err != nil:
		return session.Unknown
	case how == unix.TIME_ERROR:
		return session.No
	}
	return session.Yes
}

// live knows a NixOS live session by its store, which is unpacked from an image at every boot. That another system runs from a live
// medium is for the inventory to say.
func live(root fs.FS) session.Answer {
	mounts := table(root, "proc/mounts")
	if mounts == nil {
		return session.Unknown
	}
	for _, f := range mounts {
		if len(f) > 2 && f[1] == "/nix/.ro-store" {
			return session.Yes
		}
	}
	return session.No
}

// table reads a file of the kernel's, split at white space; nil where there is none.
func table(root fs.FS, name string) [][]string {
	f, err := root.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	rows := [][]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		rows = append(rows, strings.Fields(lines.Text()))
	}
	return rows
}

// text reads a small file, less the white space around it.
func text(root fs.FS, name string) string {
	content, err := fs.ReadFile(root, name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(content))
}
