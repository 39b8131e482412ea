package flake

import (
	"path"
	"slices"
	"strings"

	"lethe/engine/config"
)

// Storage is where everything that is kept really is. It is a folder of the file system on /nix.
const Storage = "/nix/persist"

// Keep is one path that outlives a reboot.
type Keep struct {
	// Path is absolute, or relative to a home.
	Path string `json:"path"`
	File bool   `json:"file"` // a single file, not a folder
	// User owns the folder when it is made, and so does the group of that name; "" is root, or the user in a home.
	User string `json:"user,omitempty"`
	Mode string `json:"mode,omitempty"` // octal, when it is made; "" is 0755
	// Method is "symlink" for a file that programs replace by renaming, else "".
	Method string `json:"method,omitempty"`
	Why    string `json:"why"` // a short phrase
}

// Plain tells that a path needs no more than its name in persist.nix.
func (k Keep) Plain() bool { return k.User == "" && k.Mode == "" && k.Method == "" }

// Places are folders and files that are kept, in the order in which they are written.
type Places struct {
	Directories []Keep `json:"directories"`
	Files       []Keep `json:"files"`
}

// Persistence is all that a configuration keeps: of the system, and in every home.
type Persistence struct {
	System Places `json:"system"`
	Home   Places `json:"home"`
}

// PersistenceFor gives what the wishes keep: the presets of what is switched on, then the user's own paths.
// A path below another that is kept is left out.
func PersistenceFor(c config.Config) (Persistence, error) {
	c = c.WithDefaults()
	entries, err := catalogue()
	if err != nil {
		return Persistence{}, err
	}
	var p Persistence
	on := conditions(c)
	for _, e := range entries {
		if e.applies(on) {
			p.places(e.home).add(e.Keep)
		}
	}
	own := c.Persistence
	p.System.addOwn(own.Directories, own.Files)
	p.Home.addOwn(own.HomeDirectories, own.HomeFiles)
	p.System.tidy()
	p.Home.tidy()
	return p, nil
}

func (p *Persistence) places(home bool) *Places {
	if home {
		return &p.Home
	}
	return &p.System
}

func (p *Places) add(k Keep) {
	if k.File {
		p.Files = append(p.Files, k)
		return
	}
	p.Directories = append(p.Directories, k)
}

func (p *Places) addOwn(directories, files []string) {
	for _, d := range directories {
		p.add(Keep{Path: path.Clean(d), Why: ownChoice})
	}
	for _, f := range files {
		p.add(Keep{Path: path.Clean(f), File: true, Why: ownChoice})
	}
}

const ownChoice = "chosen at the installation"

// tidy leaves out what is kept twice or lies below a kept folder; impermanence refuses the first and the
// second would be mounted onto itself.
func (p *Places) tidy() {
	seen := map[string]bool{}
	folders := p.Directories
	drop := func(k Keep) bool {
		twice := seen[k.Path]
		seen[k.Path] = true
		return twice || slices.ContainsFunc(folders, func(d Keep) bool { return below(k.Path, d.Path) })
	}
	p.Directories = slices.DeleteFunc(slices.Clone(folders), drop)
	p.Files = slices.DeleteFunc(p.Files, drop)
}

// below tells whether a path lies inside a folder, and is not the folder itself.
func below(p, folder string) bool {
	return strings.HasPrefix(p, strings.TrimSuffix(folder, "/")+"/") && p != folder
}

// Covers tells whether a path or a folder above it is kept.
func (p Places) Covers(name string) bool {
	covers := func(k Keep) bool { return k.Path == name || !k.File && below(name, k.Path) }
	return slices.ContainsFunc(p.Directories, covers) || slices.ContainsFunc(p.Files, covers)
}
