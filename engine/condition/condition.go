// Package condition tells in which condition the machine is: where its electricity comes from, and whether its clock can be right.
//
// It reads files of /sys and /run and asks the kernel, as an ordinary user can, and changes nothing. What cannot be read is unknown, never
// an error. It judges nothing.
package condition

import (
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Answer is yes, no, or not known.
type Answer string

// The answers.
const (
	Unknown Answer = ""
	Yes     Answer = "yes"
	No      Answer = "no"
)

// Power is where the electricity comes from.
type Power struct {
	Known   bool
	Battery bool // there is one
	Mains   bool // and this tells that it is not needed
	Percent int  // of the battery, -1 when unknown
}

// Clock is what the clock says.
type Clock struct {
	Now time.Time // zero when nobody looked
	// Earliest is a time that is certainly past; zero when none is known.
	Earliest time.Time
	// Synchronized tells that a time server set the clock.
	Synchronized Answer
}

const supplies = "sys/class/power_supply"

// ReadPower reads batteries and mains of the machine whose root folder is root. A battery of a mouse does not count.
func ReadPower(root fs.FS) Power {
	p := Power{Percent: -1}
	entries, err := fs.ReadDir(root, supplies)
	if err != nil {
		return p
	}
	p.Known = true
	charging := false
	for _, entry := range entries {
		at := path.Join(supplies, entry.Name())
		switch kind := word(root, at, "type"); {
		case kind == "Battery" && word(root, at, "scope") != "Device":
			p.Battery = true
			status := word(root, at, "status")
			charging = charging || status == "Charging" || status == "Full" || status == "Not charging"
			if percent, err := strconv.Atoi(word(root, at, "capacity")); err == nil {
				p.Percent = min(max(percent, p.Percent, 0), 100)
			}
		case kind != "Battery" && word(root, at, "online") == "1":
			p.Mains = true
		}
	}
	p.Mains = p.Mains || p.Battery && charging // some USB supplies are not listed
	return p
}

// mostWord bounds a file of the kernel, which is small.
const mostWord = 4096

// word is a file of one word.
func word(root fs.FS, folder, name string) string {
	f, err := root.Open(path.Join(folder, name))
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostWord))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// Synchronized asks for the mark of systemd-timesyncd. Others, such as chrony, leave none; see [Kernel].
func Synchronized(root fs.FS) Answer {
	const mark = "run/systemd/timesync"
	if _, err := fs.Stat(root, mark+"/synchronized"); err == nil {
		return Yes
	}
	if _, err := fs.Stat(root, mark); err == nil {
		return No
	}
	return Unknown
}

// Kernel asks this machine's kernel whether a time server keeps its clock. chrony and systemd-timesyncd both tell it.
func Kernel() Answer {
	var state unix.Timex // nothing is changed where Modes is 0
	switch how, err := unix.Adjtimex(&state); {
	case err != nil:
		return Unknown
	case how == unix.TIME_ERROR:
		return No
	}
	return Yes
}
