package persist

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"

	"lethe/engine/flake"
)

// Source says where a declaration comes from.
type Source string

// The sources.
const (
	FromNothing Source = "none"      // two trees are compared, and nothing else
	FromMounts  Source = "mountinfo" // there is no list, so only what is mounted and linked now is known
	FromFile    Source = "file"      // the generated configuration's list, compared with what is mounted
)

// State is how a declaration stands at the moment.
type State string

// The states.
const (
	Mounted    State = "mounted"    // a bind from the persist tree is there
	Linked     State = "linked"     // a link into the persist tree is there
	Pending    State = "pending"    // declared, and neither mounted nor linked: the next activation or boot does that
	Undeclared State = "undeclared" // mounted, but not declared: the next boot does not mount it
)

// Entry is one path that is kept.
type Entry struct {
	Path  string `json:"path"` // as the running system sees it
	File  bool   `json:"file"`
	State State  `json:"state"`
	// Stored is where it lies, relative to the persist tree and with a slash first; the same as Path unless somebody mounted it otherwise.
	Stored string `json:"stored"`
}

// Declared is what is kept, by path.
type Declared struct {
	Source  Source   `json:"source"`
	Storage string   `json:"storage,omitempty"` // the persist tree as the list and links name it, where that is another path than Request.Persist
	Entries []Entry  `json:"entries"`
	Notes   []string `json:"notes,omitempty"` // where list and mounts disagree, in sentences
}

// ReadDeclared reads what the system at root keeps in persist: its own list ([flake.KeptFile]), compared with what is mounted and linked at
// this moment. Without a list, mounts alone count, and a note says so. Nix is not asked.
func ReadDeclared(root, persist string) (Declared, error) {
	mounts, err := mountinfo.GetMounts(nil)
	if err != nil {
		return Declared{}, fmt.Errorf("cannot read what is mounted: %w; mount /proc and try again", err)
	}
	d := declaration{root: realPath(root), persist: realPath(persist), named: path.Clean(persist)}
	d.bound = d.binds(mounts)
	kept, err := os.ReadFile(filepath.Join(root, flake.KeptFile))
	if errors.Is(err, fs.ErrNotExist) {
		return d.byMounts(), nil
	}
	if err != nil {
		return Declared{}, fmt.Errorf("cannot read what is declared: %w", err)
	}
	storages, err := flake.ReadKept(kept)
	if err != nil {
		return Declared{}, err
	}
	return d.byList(storages), nil
}

// declaration is what a reading of declarations needs.
type declaration struct {
	root, persist string  // without links
	named         string  // persist as the configuration names it
	bound         []Entry // mounted from persist, below root
}

// binds finds the mounts below root whose source lies in persist. The last of several on one place hides the others.
func (d declaration) binds(mounts []*mountinfo.Info) []Entry {
	home := mountOf(mounts, d.persist)
	if home == nil {
		return nil
	}
	source := path.Join(home.Root, below(home.Mountpoint, d.persist))
	found := map[string]Entry{}
	for _, m := range mounts {
		if m == home || !within(m.Mountpoint, d.root) || within(m.Mountpoint, d.persist) {
			continue
		}
		at := path.Join("/", below(d.root, m.Mountpoint))
		delete(found, at)
		if m.Major == home.Major && m.Minor == home.Minor && m.Root != source && within(m.Root, source) {
			found[at] = Entry{Path: at, State: Mounted, Stored: path.Join("/", below(source, m.Root)), File: !isFolder(m.Mountpoint)}
		}
	}
	var list []Entry
	for _, at := range slices.Sorted(maps.Keys(found)) {
		list = append(list, found[at])
	}
	return list
}

// mountOf gives the mount that a path lies on.
func mountOf(mounts []*mountinfo.Info, name string) *mountinfo.Info {
	var best *mountinfo.Info
	for _, m := range mounts {
		if within(name, m.Mountpoint) && (best == nil || len(m.Mountpoint) >= len(best.Mountpoint)) {
			best = m
		}
	}
	return best
}

func within(name, folder string) bool {
	return name == folder || folder == "/" || strings.HasPrefix(name, folder+"/")
}

// below gives a path relative to a folder that it is within.
func below(folder, name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, folder), "/")
}

func isFolder(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.IsDir()
}

// byMounts is what is known without a list.
func (d declaration) byMounts() Declared {
	return Declared{Source: FromMounts, Entries: d.bound, Notes: []string{
		fmt.Sprintf("There is no %s, so only what is mounted or linked from %s at this moment counts as kept.", flake.KeptFile, d.named),
	}}
}

// byList takes the list of a configuration and looks how each of it stands.
func (d declaration) byList(storages map[string]flake.Kept) Declared {
	result := Declared{Source: FromFile}
	if only := slices.Collect(maps.Keys(storages)); d.root != "/" && len(only) == 1 {
		result.Storage = path.Clean(only[0]) // another system's list names its own path
		d.named = result.Storage
	}
	places := map[string]bool{}
	for storage, kept := range storages {
		if path.Clean(storage) != d.named && realPath(storage) != d.persist {
			result.Notes = append(result.Notes, fmt.Sprintf("The configuration also keeps things in %q; that is not looked at.", storage))
			continue
		}
		for _, p := range kept.Directories {
			places[path.Clean("/"+p)] = false
		}
		for _, p := range kept.Files {
			places[path.Clean("/"+p)] = true
		}
	}
	slices.Sort(result.Notes)
	for _, p := range slices.Sorted(maps.Keys(places)) {
		e := Entry{Path: p, File: places[p], State: d.state(p), Stored: p}
		if e.State == Pending {
			result.Notes = append(result.Notes, fmt.Sprintf("%q is declared, but neither mounted nor linked yet: rebuild the system, or start it again.", p))
		}
		result.Entries = append(result.Entries, e)
	}
	d.addUndeclared(&result, places)
	return result
}

// addUndeclared takes in what is mounted though the list does not have it.
func (d declaration) addUndeclared(result *Declared, places map[string]bool) {
	for _, e := range d.bound {
		listed := slices.ContainsFunc(slices.Collect(maps.Keys(places)), func(p string) bool { return within(e.Path, p) })
		if listed {
			continue
		}
		e.State = Undeclared
		result.Entries = append(result.Entries, e)
		result.Notes = append(result.Notes, fmt.Sprintf("%q is mounted from %s, but not declared: the next boot will not mount it.", e.Path, d.named))
	}
}

// state looks how a declared path stands.
func (d declaration) state(p string) State {
	for _, e := range d.bound {
		if within(p, e.Path) && path.Join(e.Stored, below(e.Path, p)) == p {
			return Mounted
		}
	}
	target, err := os.Readlink(filepath.Join(d.root, p))
	if err != nil {
		return Pending
	}
	for _, tree := range []string{d.persist, d.named} {
		if path.Clean(target) == path.Join(tree, p) {
			return Linked
		}
	}
	return Pending
}
