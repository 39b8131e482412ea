package keep

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"lethe/engine/flake"
)

// List is the file that Lethe owns in the repository ([flake.AddedFile]), in the words of impermanence's options.
type List struct {
	Places
	Users map[string]Places `json:"users"`
}

// Places are folders and files of the system (absolute), or of one home (relative to it). Both are sorted.
type Places struct {
	Directories []Directory `json:"directories"`
	Files       []File      `json:"files"`
}

// Directory is a folder that is kept. Owner and mode matter only where it has to be made.
type Directory struct {
	Path string `json:"directory"`
	Owner
}

// File is a single file that is kept.
type File struct {
	Path string `json:"file"`
	// Method is "symlink" for a file that programs replace by renaming, else "".
	Method string `json:"method,omitempty"`
	Parent *Owner `json:"parentDirectory,omitempty"`
}

// Owner says whom a folder belongs to, where that is not the default: root in the system, the user in a home, mode 0755.
type Owner struct {
	User  string `json:"user,omitempty"`
	Group string `json:"group,omitempty"`
	Mode  string `json:"mode,omitempty"` // octal
}

const maxList = 4 << 20

// Decode reads the data file. Anything that Lethe would not write into it is refused, so that nothing of somebody else's is lost.
func Decode(text []byte) (List, error) {
	l, err := decode(text)
	if err != nil {
		return List{}, fmt.Errorf("cannot read %s: %w; it is Lethe's own, so put what you wrote there into %s and restore it", flake.AddedFile, err, flake.PersistFile)
	}
	return l, nil
}

func decode(text []byte) (List, error) {
	var l List
	switch {
	case len(text) > maxList:
		return l, fmt.Errorf("it has %d bytes, more than any real list", len(text))
	case !utf8.Valid(text):
		return l, errors.New("it is not UTF-8")
	}
	if err := checkNames(text, "directories", "files", "users"); err != nil {
		return l, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return List{}, err
	}
	if d.More() {
		return List{}, errors.New("it has more than one value")
	}
	if err := l.check(); err != nil {
		return List{}, err
	}
	l.sort()
	return l, nil
}

// checkNames refuses other spellings of a name, which Go would take and Nix would not.
func checkNames(text []byte, known ...string) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	if fields == nil {
		return errors.New("it is null")
	}
	for name, value := range fields {
		if !slices.Contains(known, name) {
			return fmt.Errorf("it has %q", name)
		}
		if name != "users" {
			continue
		}
		var users map[string]json.RawMessage
		if err := json.Unmarshal(value, &users); err != nil {
			return err
		}
		for _, places := range users {
			if err := checkNames(places, "directories", "files"); err != nil {
				return err
			}
		}
	}
	return nil
}

// check refuses paths that cannot be what they say, and one that is there twice.
func (l List) check() error {
	if err := l.Places.check(true); err != nil {
		return err
	}
	for name, places := range l.Users {
		if name == "" || strings.ContainsAny(name, "/:\x00\n") {
			return fmt.Errorf("%q is no user", name)
		}
		if err := places.check(false); err != nil {
			return err
		}
	}
	return nil
}

func (p Places) check(absolute bool) error {
	seen := map[string]bool{}
	for _, name := range p.paths() {
		if path.Clean(name) != name || path.IsAbs(name) != absolute || name == "." || name == ".." || strings.HasPrefix(name, "../") || strings.ContainsRune(name, 0) {
			return fmt.Errorf("%q is no path that could be kept there", name)
		}
		if seen[name] {
			return fmt.Errorf("%q is there twice", name)
		}
		seen[name] = true
	}
	return nil
}

func (p Places) paths() []string {
	var names []string
	for _, d := range p.Directories {
		names = append(names, d.Path)
	}
	for _, f := range p.Files {
		names = append(names, f.Path)
	}
	return names
}

// Encode writes the data file. The same list is the same bytes.
func (l List) Encode() ([]byte, error) {
	l = l.clone()
	l.sort()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(l); err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", flake.AddedFile, err)
	}
	return b.Bytes(), nil
}

// clone copies a list so deep that changing one leaves the other. Nothing is nil in it, since Nix wants lists.
func (l List) clone() List {
	c := List{Places: l.Places.clone(), Users: map[string]Places{}}
	for name, places := range l.Users {
		c.Users[name] = places.clone()
	}
	return c
}

func (p Places) clone() Places {
	return Places{append([]Directory{}, p.Directories...), append([]File{}, p.Files...)}
}

func (l *List) sort() {
	l.Places.sort()
	for name := range maps.Keys(l.Users) {
		places := l.Users[name]
		places.sort()
		l.Users[name] = places
	}
}

func (p *Places) sort() {
	slices.SortFunc(p.Directories, func(a, b Directory) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(p.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
}
