package verify

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
)

// bootEntry is what systemd-boot can start.
type bootEntry struct {
	id      string // in lower case, as systemd-boot compares it, without a boot counter
	problem error  // why it would not start
}

// counter is what boot counting puts into a file's name: tries left, and tries done.
var counter = regexp.MustCompile(`\+[0-9]+(-[0-9]+)?(\.conf|\.efi)$`)

// identifier is what systemd-boot calls the entry in a file.
func identifier(file string) string { return counter.ReplaceAllString(strings.ToLower(file), "$2") }

// settings are the lines of a file of systemd-boot: key, white space, value.
func settings(text []byte) [][2]string {
	var lines [][2]string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if i := strings.IndexAny(line, " \t"); i > 0 && line[0] != '#' {
			lines = append(lines, [2]string{strings.ToLower(line[:i]), strings.TrimSpace(line[i:])})
		}
	}
	return lines
}

// entries lists everything that systemd-boot can start: files with settings, and unified kernel images.
func (e esp) entries(m *Mounted, machine uint16) ([]bootEntry, error) {
	const conf, unified = "loader/entries", "EFI/Linux"
	files, err := e.names(conf, ".conf")
	if err != nil {
		return nil, err
	}
	var entries []bootEntry
	for _, name := range files {
		text, err := e.read(path.Join(conf, name), mostText)
		if err == nil {
			err = e.whole(m, settings(text))
		}
		entries = append(entries, bootEntry{identifier(name), err})
	}
	if files, err = e.names(unified, ".efi"); err != nil {
		return nil, err
	}
	for _, name := range files {
		entries = append(entries, bootEntry{identifier(name), e.image(path.Join(unified, name), machine)})
	}
	return entries, nil
}

// whole makes sure that all that an entry names is there, and that it starts a system.
func (e esp) whole(m *Mounted, lines [][2]string) error {
	var problems []error
	kernel := false
	for _, line := range lines {
		switch key, value := line[0], line[1]; key {
		case "linux", "uki":
			kernel = true
			fallthrough
		case "initrd", "efi", "devicetree":
			if err := e.has(value); err != nil {
				problems = append(problems, fmt.Errorf("its %s is missing: %w", key, err))
			}
		case "options":
			problems = append(problems, m.starts(value))
		}
	}
	if !kernel {
		problems = append(problems, errors.New("it names no kernel"))
	}
	return errors.Join(problems...)
}

// starts makes sure that the init of a kernel command line is in the installed system.
func (m *Mounted) starts(options string) error {
	for option := range strings.FieldsSeq(options) {
		if init, ok := strings.CutPrefix(option, "init="); ok {
			if _, err := m.resolve(init); err != nil {
				return fmt.Errorf("its init is missing: %w", err)
			}
		}
	}
	return nil
}

// image makes sure that a unified kernel image is a program for this machine.
func (e esp) image(name string, machine uint16) error {
	real, err := e.find(name)
	if err != nil {
		return err
	}
	f, err := e.root.Open(real)
	if err != nil {
		return err
	}
	defer f.Close()
	return forMachine(f, machine)
}

// chosen is the pattern of the entry that loader.conf starts by itself; empty when it says none.
func (e esp) chosen() (string, error) {
	text, err := e.read("loader/loader.conf", mostText)
	pattern := ""
	for _, line := range settings(text) {
		if line[0] == "default" {
			pattern = line[1]
		}
	}
	return pattern, err
}
