package keep

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"lethe/engine/config"
)

// Entry is one path that is to be kept, and what the configuration says about it.
type Entry struct {
	// Path is absolute, as the running system sees it.
	Path string `json:"path"`
	File bool   `json:"file"` // a single file, not a folder
	// Home is the user in whose home it lies, "" for the system; Base is that home.
	Home string `json:"home,omitempty"`
	Base string `json:"base,omitempty"`
	// Owner is that of the folder, or of the folder above the file, where it differs from the default.
	Owner  Owner  `json:"owner"`
	Method string `json:"method,omitempty"`
}

// name is the path as the data file has it.
func (e Entry) name() string {
	if e.Home == "" {
		return e.Path
	}
	return strings.TrimPrefix(e.Path, strings.TrimSuffix(e.Base, "/")+"/")
}

// with gives a list that has the entry too.
func (l List) with(e Entry) List {
	l = l.clone()
	places := l.of(e.Home)
	if e.File {
		f := File{Path: e.name(), Method: e.Method}
		if e.Owner != (Owner{}) {
			f.Parent = &e.Owner
		}
		places.Files = append(places.Files, f)
	} else {
		places.Directories = append(places.Directories, Directory{Path: e.name(), Owner: e.Owner})
	}
	l.set(e.Home, places)
	return l
}

// without gives a list that has the path no longer, and what it was. Homes are by user.
func (l List) without(name string, homes map[string]string) (List, Entry, bool) {
	for _, e := range l.entries(homes) {
		if e.Path != name {
			continue
		}
		l = l.clone()
		places := l.of(e.Home)
		places.Directories = slices.DeleteFunc(places.Directories, func(d Directory) bool { return d.Path == e.name() })
		places.Files = slices.DeleteFunc(places.Files, func(f File) bool { return f.Path == e.name() })
		l.set(e.Home, places)
		return l, e, true
	}
	return l, Entry{}, false
}

func (l List) of(home string) Places {
	if home == "" {
		return l.Places
	}
	return l.Users[home].clone()
}

func (l *List) set(home string, p Places) {
	switch {
	case home == "":
		l.Places = p
	case len(p.Directories)+len(p.Files) == 0:
		delete(l.Users, home)
	default:
		l.Users[home] = p
	}
	l.sort()
}

// entries lists all, with absolute paths. A user without a known home is left out.
func (l List) entries(homes map[string]string) []Entry {
	list := l.Places.entries("", "")
	for user, places := range l.Users {
		if base, ok := homes[user]; ok {
			list = append(list, places.entries(user, base)...)
		}
	}
	slices.SortFunc(list, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return list
}

func (p Places) entries(home, base string) []Entry {
	var list []Entry
	for _, d := range p.Directories {
		list = append(list, Entry{Path: path.Join("/", base, d.Path), Home: home, Base: base, Owner: d.Owner})
	}
	for _, f := range p.Files {
		e := Entry{Path: path.Join("/", base, f.Path), File: true, Home: home, Base: base, Method: f.Method}
		if f.Parent != nil {
			e.Owner = *f.Parent
		}
		list = append(list, e)
	}
	return list
}

// below tells whether a path lies inside a folder, and is not the folder itself.
func below(name, folder string) bool {
	return name != folder && strings.HasPrefix(name, strings.TrimSuffix(folder, "/")+"/")
}

// CheckPath refuses a path whose name Nix, systemd or impermanence cannot hold, or that makes no sense to keep.
func CheckPath(name string, file bool) error {
	if !path.IsAbs(name) || path.Clean(name) != name {
		return fmt.Errorf("cannot keep %q: it is not an absolute path in its shortest form; name it as the running system shows it", clip(name))
	}
	if why := unsound(name, file); why != "" {
		return fmt.Errorf("cannot keep %q: %s; keep the folder above it, or give it another name", clip(name), why)
	}
	for _, whole := range []string{"/", "/etc", "/usr", "/bin", "/lib", "/lib64"} {
		if name == whole {
			return fmt.Errorf("cannot keep %s whole: NixOS makes it anew at every start; keep what you need of it", name)
		}
	}
	for _, other := range []string{"/nix", "/boot", "/proc", "/sys", "/dev", "/run"} {
		if name == other || below(name, other) {
			return fmt.Errorf("cannot keep %q: %s is not on the root that a boot forgets, or belongs to the kernel and to systemd; leave it out", clip(name), other)
		}
	}
	return nil
}

// unsound says what of a name cannot stand in a configuration or in the units made from it, or is Lethe's own.
func unsound(name string, file bool) string {
	if why := config.Unkeepable(name, file); why != "" {
		return why
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == StateFolder || part == ForgottenFolder || strings.HasPrefix(part, TemporaryPrefix) {
			return "Lethe uses this name itself"
		}
	}
	return ""
}

// clip keeps a hostile megabyte of text out of an error message.
func clip(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
