package persist

import (
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// cover is what keeps places of the persist tree from being orphans. Paths are relative to it, without a slash at their ends.
type cover struct {
	kept    map[string]struct{}
	parents map[string]struct{} // folders with something kept right in them
}

// newCover takes in what is declared, mounted or linked.
func newCover(d Declared, targets map[string]struct{}) cover {
	c := cover{kept: map[string]struct{}{}, parents: map[string]struct{}{}}
	for _, e := range d.Entries {
		c.add(e.Stored)
	}
	for target := range targets {
		c.add(target)
	}
	return c
}

func (c cover) add(stored string) {
	stored = strings.Trim(path.Clean("/"+stored), "/")
	c.kept[stored] = struct{}{}
	parent := ""
	if i := strings.LastIndexByte(stored, '/'); i >= 0 {
		parent = stored[:i]
	}
	c.parents[parent] = struct{}{}
}

// has tells whether an entry of a folder is kept by itself.
func (c cover) has(folder, name []byte) bool {
	if _, ok := c.parents[string(folder)]; !ok {
		return false
	}
	_, ok := c.kept[string(join(folder, name))]
	return ok
}

// reverse goes through the persist tree and tells what nobody declares or links, and what is kept.
func (s *scan) reverse(root, persist int) *walk {
	_, all := s.cover.kept[""]
	return &walk{
		scan: s, tree: persist, other: root, skip: inside(s.request.Persist, s.request.Root),
		naming: namingIn(s.request.Persist), against: namingAsSeen,
		enter: func(w *worker, e entry) (bool, bool) {
			covered := all || w.covered || s.cover.has(w.path, e.name)
			return !covered || s.request.Kept, covered
		},
		judge: func(w *worker, e entry) { w.judgeReverse(e, all) },
	}
}

// judgeReverse tells whether an entry of the persist tree is an orphan, or kept. Most are neither, and then it is not even looked at.
func (w *worker) judgeReverse(e entry, all bool) {
	covered := all || w.covered || w.scan.cover.has(w.path, e.name)
	if covered && !w.scan.request.Kept || !covered && !w.scan.request.Orphans {
		return
	}
	there, ok := w.compare(e)
	if !ok || !covered && there && w.there.Mode&unix.S_IFMT != unix.S_IFDIR || !w.stat(e) {
		return
	}
	kind := typeOf(w.here.Mode)
	if kind == Link {
		target, errno := readLinkAt(w.folder, e.first, w.mine)
		if errno != 0 {
			w.vanished++
			return
		}
		w.target = target
	}
	switch {
	case !covered:
		w.found(Orphan, e, kind)
	case !there || !w.told(e):
		w.found(Kept, e, kind)
	}
}

// told tells whether the walk through the root came across another file at the same path, and so has said already how the two stand. A
// mount shows the very same file, and a link into the persist tree is not a file of its own.
func (w *worker) told(e entry) bool {
	a, b := &w.here, &w.there
	if a.Ino == b.Ino && a.Dev_major == b.Dev_major && a.Dev_minor == b.Dev_minor || b.Mode&unix.S_IFMT == unix.S_IFDIR {
		return false
	}
	_, linked := w.scan.targets["/"+string(join(w.path, e.name))]
	return !linked
}
