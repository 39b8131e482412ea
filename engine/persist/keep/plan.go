package keep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"golang.org/x/sys/unix"

	"lethe/engine/flake"
	"lethe/engine/quantity"
)

// Plan is what keeping some paths would do. Making it writes nothing.
type Plan struct {
	Items  []Item `json:"items"`
	Change Change `json:"change"`
	// Rebuild is the command to run afterwards.
	Rebuild string `json:"rebuild"`
}

// Item is one path of a plan.
type Item struct {
	Entry
	Size Size `json:"size"`
	// Replaces tells that something nobody declares is at its place in the persist tree, which goes to [ForgottenFolder].
	Replaces bool `json:"replaces"`
	// Notes are sentences for the user.
	Notes []string `json:"notes,omitempty"`
}

// PlanKeep says what keeping the paths would do, or why it cannot be.
func PlanKeep(ctx context.Context, p Place, paths ...string) (Plan, error) {
	s, err := open(p)
	if err != nil {
		return Plan{}, err
	}
	defer s.close()
	r, err := openRepo(s.Repo)
	if err != nil {
		return Plan{}, err
	}
	defer r.close()
	rec, err := readRecord(s.persist)
	if err != nil {
		return Plan{}, err
	}
	return s.planKeep(ctx, r, rec, paths)
}

func (s *site) planKeep(ctx context.Context, r *repo, rec record, paths []string) (Plan, error) {
	before, err := r.data()
	if err != nil {
		return Plan{}, err
	}
	declared, err := s.declared()
	if err != nil {
		return Plan{}, fmt.Errorf("cannot tell what is kept already: %w", err)
	}
	plan := Plan{Rebuild: s.Rebuild()}
	var entries []Entry
	for _, name := range paths {
		item, err := s.item(ctx, rec, name)
		if err != nil {
			return Plan{}, err
		}
		for _, old := range declared {
			if err := disjoint(name, old, "the running system"); err != nil {
				return Plan{}, err
			}
		}
		plan.Items = append(plan.Items, item)
		entries = append(entries, item.Entry)
	}
	if plan.Change, err = Add(before, s.homes, entries...); err != nil {
		return Plan{}, err
	}
	return plan, s.checkRoom(plan.Items)
}

// item looks at a path.
func (s *site) item(ctx context.Context, rec record, name string) (Item, error) {
	if err := CheckPath(name, false); err != nil {
		return Item{}, err
	}
	if inside := path.Join(s.rootAt, name); inside == s.persistAt || below(inside, s.persistAt) || below(s.persistAt, inside) {
		return Item{}, fmt.Errorf("cannot keep %q: the persist tree is there; leave it out", clip(name))
	}
	folder, base, err := split(s.root, name)
	if err != nil {
		return Item{}, s.unreachable(name, err)
	}
	defer folder.Close()
	n, err := look(folder, base, false)
	if err != nil {
		return Item{}, s.unreachable(name, err)
	}
	defer n.Close()
	switch n.kind() {
	case unix.S_IFDIR, unix.S_IFREG:
	case unix.S_IFLNK:
		target, _ := linkOf(n)
		return Item{}, fmt.Errorf("cannot keep %q: it is a link to %q; keep that, or let the configuration make the link", clip(name), clip(target))
	default:
		return Item{}, fmt.Errorf("cannot keep %q: it is a %s, which programs make anew; keep the folder that it is in", clip(name), kindName(n.stat.Mode))
	}
	item := Item{Entry: Entry{Path: name, File: n.kind() == unix.S_IFREG}}
	if err := CheckPath(name, item.File); err != nil {
		return Item{}, err
	}
	if err := s.checkEphemeral(n, name); err != nil {
		return Item{}, err
	}
	if item.Size, err = survey(ctx, folder, base, true); err != nil {
		return Item{}, fmt.Errorf("cannot read all of %q: %w; run this as root", clip(name), err)
	}
	owner := &n.stat
	if item.File {
		above, err := look(folder, ".", false)
		if err != nil {
			return Item{}, err
		}
		defer above.Close()
		owner = &above.stat
	}
	s.declare(&item, owner)
	item.Replaces, err = s.occupied(rec, name)
	return item, err
}

// declare fills in what the configuration is to say.
func (s *site) declare(item *Item, owner *unix.Stat_t) {
	item.Home, item.Base = s.homeOf(item.Path)
	if !item.File || path.Dir(item.Path) != item.Base {
		item.Owner = s.ownerOf(owner, item.Home)
	}
	if !item.File {
		return
	}
	if flake.SavedByRename(item.name()) {
		item.Method = "symlink"
	}
	if item.Size.Bytes > 0 {
		item.Notes = append(item.Notes, noteFile)
	}
}

func (s *site) unreachable(name string, err error) error {
	switch {
	case errors.Is(err, unix.ELOOP):
		return fmt.Errorf("cannot keep %q: a folder in it is a link, and none is followed; name the path that it leads to", clip(name))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("cannot keep %q: it is not there; make it first, or check the spelling", clip(name))
	}
	return fmt.Errorf("cannot keep %q: %w", clip(name), err)
}

// checkEphemeral refuses what lies on a file system that a boot does not forget.
func (s *site) checkEphemeral(n *node, name string) error {
	here, err := mount(n.File)
	if err != nil {
		return err
	}
	root, err := mount(s.root)
	if err != nil || here == root {
		return err
	}
	m := s.mountOf(path.Join(s.rootAt, name))
	if m == nil || m.FSType == "tmpfs" || m.FSType == "ramfs" {
		return nil
	}
	if s.bound(name) {
		return fmt.Errorf("cannot keep %q: it is kept already and mounted; there is nothing to do", clip(name))
	}
	return fmt.Errorf("cannot keep %q: it is on a file system of its own (%s at %s), which a boot does not forget; leave it out", clip(name), m.FSType, clip(m.Mountpoint))
}

// occupied tells whether something is at the place of a copy that has to be moved aside.
func (s *site) occupied(rec record, name string) (bool, error) {
	n, err := look(s.persist, relative(name), false)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.Is(err, unix.ELOOP), errors.Is(err, unix.ENOTDIR):
		return false, fmt.Errorf("cannot keep %q: a folder above its place in %s is a link or a file; move that away first", clip(name), s.Persist)
	case err != nil:
		return false, err
	}
	defer n.Close()
	ours, err := s.replaceable(rec, name)
	return !ours, err
}

// checkRoom refuses a copy for which the disk has no room.
func (s *site) checkRoom(items []Item) error {
	var f unix.Statfs_t
	if err := unix.Fstatfs(int(s.persist.Fd()), &f); err != nil {
		return fmt.Errorf("cannot tell how much room %s has: %w", s.Persist, err)
	}
	free, need := int64(f.Bavail)*f.Bsize, int64(0)
	for _, item := range items {
		need += item.Size.Blocks
	}
	if need > free {
		return fmt.Errorf("cannot copy %s to %s: only %s are free; make room, or keep less", human(need), s.Persist, human(free))
	}
	return nil
}

func human(bytes int64) string { return quantity.Bytes(max(bytes, 0)).Human() }
