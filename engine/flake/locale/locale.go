// Package locale reads the system's own lists of languages, console keymaps and keyboard layouts, so that a wish can be
// checked against what really exists, and a page can offer it. Parsing is pure; [Read] alone touches files.
//
// A list that a machine does not have stays empty, and then nothing is refused on its account: the form of the
// wish is package config's to check. Time zones are also there.
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
	Languages []string // glibc's UTF-8 locales, such as de_DE.UTF-8
	Zones     []string // IANA names
	Keymaps   []string // kbd's
	Layouts   []string // XKB's
	// Variants are XKB's by layout.
	Variants map[string][]string
}

// Places where distributions keep the lists, relative to the root.
var (
	supportedFiles = []string{"usr/share/i18n/SUPPORTED", "run/current-system/sw/share/i18n/SUPPORTED"}
	zoneFiles      = []string{"usr/share/zoneinfo/tzdata.zi", "etc/zoneinfo/tzdata.zi"}
	keymapFolders  = []string{"usr/share/keymaps", "usr/share/kbd/keymaps", "run/current-system/sw/share/keymaps", "etc/kbd/keymaps"}
	rulesFiles     = []string{"usr/share/X11/xkb/rules/base.lst", "etc/X11/xkb/rules/base.lst", "run/current-system/sw/share/X11/xkb/rules/base.lst"}
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
	each(supportedFiles, func(r io.Reader) (err error) { l.Languages, err = ParseSupported(r); return })
	each(zoneFiles, func(r io.Reader) (err error) { l.Zones, err = ParseZones(r); return })
	each(rulesFiles, func(r io.Reader) (err error) { l.Layouts, l.Variants, err = ParseRules(r); return })
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

// ParseSupported reads glibc's SUPPORTED: "de_DE.UTF-8 UTF-8", or "de_DE.UTF-8/UTF-8 \".
func ParseSupported(r io.Reader) ([]string, error) {
	var names []string
	err := lines(r, func(line string) {
		name, charset, ok := strings.Cut(strings.TrimSuffix(line, " \\"), " ")
		if !ok {
			name, charset, _ = strings.Cut(name, "/")
		}
		if strings.TrimSpace(charset) != "UTF-8" {
			return
		}
		if base, modifier, _ := strings.Cut(name, "@"); !strings.HasSuffix(base, ".UTF-8") {
			name = base + ".UTF-8"
			if modifier != "" {
				name += "@" + modifier
			}
		}
		names = append(names, name)
	})
	return tidy(names), err
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

// ParseRules reads layouts and variants from XKB's base.lst.
func ParseRules(r io.Reader) ([]string, map[string][]string, error) {
	var layouts []string
	variants := map[string][]string{}
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
		case section == "variant" && len(fields) >= 2:
			layout := strings.TrimSuffix(fields[1], ":")
			variants[layout] = append(variants[layout], fields[0])
		}
	})
	for layout := range variants {
		variants[layout] = tidy(variants[layout])
	}
	return tidy(layouts), variants, err
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
