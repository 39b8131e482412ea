package probe

import (
	"path"
	"strings"

	"lethe/app/session"
	"lethe/engine/quantity"
)

// swaps lists the swap areas in use.
func (m machine) swaps() []session.Swap {
	lines, ok := m.lines("proc/swaps")
	if !ok {
		return nil
	}
	var list []session.Swap
	for _, line := range lines[1:] {
		fields := strings.FieldsFunc(line, blank)
		if len(fields) < 3 {
			continue
		}
		area := session.Swap{Path: unescape(fields[0])}
		if size, err := quantity.ParseBytes(fields[2] + "KiB"); err == nil {
			area.Size = size
		}
		switch fields[1] {
		case "partition": // any block device, as the kernel calls it
			area.Plain = m.plain(strings.ReplaceAll(strings.TrimPrefix(area.Path, "/dev/"), "/", "!"))
		case "file":
			area.Plain = m.plainFile(area.Path)
		}
		list = append(list, area)
	}
	return list
}

// unescape turns the kernel's octal \040 for a space back, and with it tab, line end and backslash.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// plain tells whether what is written to a block device can be read from a disk: not in memory, and not where everything below it
// passes an encryption.
func (m machine) plain(name string) session.Answer {
	const depth = 8 // of devices on devices
	return m.plainBelow(name, depth)
}

func (m machine) plainBelow(name string, depth int) session.Answer {
	folder := "sys/class/block/" + name
	switch {
	case strings.HasPrefix(name, "zram"), strings.HasPrefix(name, "ram"):
		return session.No
	case depth == 0 || !m.exists(folder):
		return session.Unknown
	case strings.HasPrefix(m.word(folder+"/dm/uuid"), "CRYPT-"):
		return session.No
	}
	below, _ := m.names(folder + "/slaves")
	if len(below) == 0 {
		return session.Yes
	}
	answer := session.No
	for _, b := range below {
		switch m.plainBelow(b, depth-1) {
		case session.Yes:
			return session.Yes
		case session.Unknown:
			answer = session.Unknown
		}
	}
	return answer
}

// plainFile judges a swap file by the device that its folder is mounted from.
func (m machine) plainFile(file string) session.Answer {
	found, device := "", ""
	for _, mount := range m.mounts() {
		if inside(file, mount.point) && len(mount.point) >= len(found) {
			found, device = mount.point, mount.number
		}
	}
	if device == "" {
		return session.Unknown
	}
	names, _ := m.names("sys/class/block")
	for _, name := range names {
		if m.word("sys/class/block/"+name+"/dev") == device {
			return m.plain(name)
		}
	}
	return session.Unknown
}

func inside(file, folder string) bool {
	return folder == "/" || file == folder || strings.HasPrefix(file, path.Clean(folder)+"/")
}

// mount is a line of mountinfo.
type mount struct{ number, point, kind, source string }

func (m machine) mounts() []mount {
	lines, _ := m.lines("proc/self/mountinfo")
	var list []mount
	for _, line := range lines {
		before, after, ok := strings.Cut(line, " - ")
		left, right := strings.FieldsFunc(before, blank), strings.FieldsFunc(after, blank)
		if !ok || len(left) < 6 || len(right) < 2 {
			continue
		}
		list = append(list, mount{number: left[2], point: unescape(left[4]), kind: right[0], source: unescape(right[1])})
	}
	return list
}

// blank tells what stands between the kernel's fields. It escapes these two in a name, and leaves every other kind of space as it is.
func blank(r rune) bool { return r == ' ' || r == '\t' }
