// Package probe finds out about the machine what the window judges before anything begins, and the inventory does not know: swap in
// use, power, network, clock, and whether this is a live session.
//
// It reads files of /proc, /sys, /run and /etc as an ordinary user, never writes, starts no program and sends nothing over the network.
// What cannot be read is unknown, never an error: nothing here decides what is erased.
package probe

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
	"time"

	"lethe/app/session"
	"lethe/engine/condition"
	"lethe/engine/quantity"
)

// Read reads the machine whose root folder is root, which os.DirFS("/") gives for this one. now is what its clock says, and earliest a
// time that is certainly past; arch is uname's word for the processor.
func Read(root fs.FS, arch string, now, earliest time.Time) session.Checks {
	m := machine{root}
	return session.Checks{
		Arch: arch, Memory: m.memory(), Swaps: m.swaps(), Power: condition.ReadPower(root), Network: m.network(), Live: m.live(),
		Now: now, Earliest: earliest, Synchronized: condition.Synchronized(root),
	}
}

type machine struct{ root fs.FS }

// most bounds every file: the kernel's are small, and another one is not what it seems.
const most = 1 << 20

// text is the text of a file, and whether it could be read.
func (m machine) text(path string) (string, bool) {
	f, err := m.root.Open(path)
	if err != nil {
		return "", false
	}
	defer f.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(io.LimitReader(f, most)); err != nil {
		return "", false
	}
	return b.String(), true
}

// lines are the lines of a file.
func (m machine) lines(path string) ([]string, bool) {
	text, ok := m.text(path)
	return strings.Split(strings.TrimRight(text, "\n"), "\n"), ok
}

// word is a file of one word.
func (m machine) word(path string) string {
	text, _ := m.text(path)
	return strings.TrimSpace(text)
}

// names lists a folder; none when it cannot be read.
func (m machine) names(path string) ([]string, bool) {
	entries, err := fs.ReadDir(m.root, path)
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list, err == nil
}

func (m machine) exists(path string) bool {
	_, err := fs.Stat(m.root, path)
	return err == nil
}

func (m machine) memory() quantity.Bytes {
	lines, _ := m.lines("proc/meminfo")
	for _, line := range lines {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "MemTotal:" && fields[2] == "kB" {
			if size, err := quantity.ParseBytes(fields[1] + "KiB"); err == nil {
				return size
			}
		}
	}
	return 0
}
