// Package locale reads the system's own lists of console keymaps, keyboard layouts and time zones, so that a wish can be
// checked against what really exists, and a page can offer it. Parsing is pure; [Read] alone touches files.
//
// A list that a machine does not have stays empty, and then nothing is refused on its account: the form of the
// wish is package config's to check. Languages are package config's too.
package locale

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Lists is what a system knows, each list sorted. An empty list means "unknown here".
type Lists struct {
	Zones   []string // IANA names
	Keymaps []string // kbd's
	Layouts []string // XKB's
	// Variants are XKB's by layout.
	Variants map[string][]string
	// Names are XKB's English descriptions, by layout or, as "de(nodeadkeys)", by variant.
	Names map[string]string
}

// Places where distributions keep the lists, relative to the root.
var (
	zoneFiles     = []string{"usr/share/zoneinfo/tzdata.zi", "etc/zoneinfo/tzdata.zi"}
	keymapFolders = []string{"usr/share/keymaps", "usr/share/kbd/keymaps", "run/current-system/sw/share/keymaps", "etc/kbd/keymaps"}
	rulesFiles    = []string{"usr/share/X11/xkb/rules/base.lst", "etc/X11/xkb/rules/base.lst", "run/current-system/sw/share/X11/xkb/rules/base.lst"}
)

// Read collects the lists below a root, such as os.DirFS("/"). A missing list is no error; one that cannot be read is.
func Read(root fs.FS) (Lists, error) {
	var l Lists
	var problems []error
	each := func(files []string, parse func(io.Reader) error) {
		for _, name := range files {
			f, err := root.Open(name)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err == nil {
				err = parse(f)
				_ = f.Close()
			}
			problems = append(problems, err)
			return
		}
	}
	each(zoneFiles, func(r io.Reader) (err error) { l.Zones, err = ParseZones(r); return })
	each(rulesFiles, func(r io.Reader) (err error) { l.Layouts, l.Variants, l.Names, err = ParseRules(r); return })
	for _, folder := range keymapFolders {
		if l.Keymaps != nil {
			break
		}
		var err error
		l.Keymaps, err = keymaps(root, folder)
		problems = append(problems, err)
	}
	return l, errors.Join(problems...)
}

// ParseZones reads the names from tzdata.zi: zones ("Z Europe/Berlin …") and links ("L Europe/Berlin Arctic/…").
func ParseZones(r io.Reader) ([]string, error) {
	var names []string
	err := lines(r, func(line string) {
		fields := strings.Fields(line)
		switch {
		case len(fields) >= 2 && fields[0] == "Z":
			names = append(names, fields[1])
		case len(fields) >= 3 && fields[0] == "L":
			names = append(names, fields[2])
		}
	})
	return tidy(names), err
}

// ParseRules reads layouts, their variants, and what both are called, from XKB's base.lst.
func ParseRules(r io.Reader) ([]string, map[string][]string, map[string]string, error) {
	var layouts []string
	variants, names := map[string][]string{}, map[string]string{}
	section := ""
	err := lines(r, func(line string) {
		if rest, ok := strings.CutPrefix(line, "! "); ok {
			section = strings.TrimSpace(rest)
			return
		}
		fields := strings.Fields(line)
		switch {
		case section == "layout" && len(fields) >= 2:
			layouts = append(layouts, fields[0])
			names[fields[0]] = strings.Join(fields[1:], " ")
		case section == "variant" && len(fields) >= 2:
			layout := strings.TrimSuffix(fields[1], ":")
			variants[layout] = append(variants[layout], fields[0])
			names[layout+"("+fields[0]+")"] = strings.Join(fields[2:], " ")
		}
	})
	for layout := range variants {
		variants[layout] = tidy(variants[layout])
	}
	return tidy(layouts), variants, names, err
}

// keymaps walks kbd's folder; include files are no keymaps.
func keymaps(root fs.FS, folder string) ([]string, error) {
	var names []string
	err := fs.WalkDir(root, folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "include" {
			return fs.SkipDir
		}
		name := strings.TrimSuffix(path.Base(p), ".gz")
		if name, ok := strings.CutSuffix(name, ".map"); ok {
			names = append(names, name)
		} else if name, ok := strings.CutSuffix(name, ".kmap"); ok {
			names = append(names, name)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return tidy(names), err
}

func lines(r io.Reader, each func(string)) error {
	s := bufio.NewScanner(r)
	for s.Scan() {
		if line := strings.TrimSpace(s.Text()); line != "" && !strings.HasPrefix(line, "#") {
			each(line)
		}
	}
	return s.Err()
}

func tidy(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
