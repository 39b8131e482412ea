package persist

import (
	"bytes"
	"path"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// forward goes through the root and tells what the persist tree lacks.
func (s *scan) forward(root, persist int) *walk {
	storage := realPath(s.request.Persist)
	return &walk{
		scan: s, tree: root, other: persist, skip: inside(s.request.Root, s.request.Persist),
		naming: namingAsSeen, against: namingIn(s.request.Persist),
		judge: func(w *worker, e entry) { w.judgeForward(e, storage) },
	}
}

// judgeForward tells whether an entry of the root would be lost.
func (w *worker) judgeForward(e entry, storage string) {
	if !w.stat(e) {
		return
	}
	kind := typeOf(w.here.Mode)
	if kind == Link {
		target, errno := readLinkAt(w.folder, e.first, w.mine)
		if errno != 0 {
			w.vanished++
			return
		}
		if leads := w.leads(target, storage); leads != "" {
			w.scan.link(leads)
			return
		}
		w.target = target
	}
	there, ok := w.compare(e)
	switch {
	case !ok:
	case !there:
		w.found(Missing, e, kind)
	case !w.same(e, kind):
		w.found(Differs, e, kind)
	case w.scan.request.Kept:
		w.found(Kept, e, kind)
	}
}

// leads gives where in the persist tree a link leads, with a slash first, or "".
func (w *worker) leads(target []byte, storage string) string {
	for _, tree := range [...]string{w.scan.request.Persist, storage, w.scan.request.Declared.Storage} {
		tree = strings.TrimSuffix(tree, "/")
		if tree != "" && len(target) > len(tree)+1 && target[len(tree)] == '/' && string(target[:len(tree)]) == tree {
			return path.Clean(string(target[len(tree):]))
		}
	}
	return ""
}

// link remembers that a link of the root leads there.
func (s *scan) link(target string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.targets[target] = struct{}{}
}

// same compares w.here with w.there as rsync does.
func (w *worker) same(e entry, kind Type) bool {
	a, b := &w.here, &w.there
	if a.Mode&unix.S_IFMT != b.Mode&unix.S_IFMT {
		return false
	}
	switch kind {
	case File:
		return a.Size == b.Size && a.Mtime.Sec == b.Mtime.Sec && (!w.scan.request.Nanoseconds || a.Mtime.Nsec == b.Mtime.Nsec)
	case Link:
		theirs, errno := readLinkAt(w.beside, e.first, w.theirs)
		return errno == 0 && bytes.Equal(w.target, theirs)
	case Device:
		return a.Rdev_major == b.Rdev_major && a.Rdev_minor == b.Rdev_minor
	}
	return true
}

// found adds a finding about w.here.
func (w *worker) found(kind Kind, e entry, of Type) {
	st := &w.here
	modified := time.Unix(st.Mtime.Sec, int64(st.Mtime.Nsec))
	if modified.Before(w.scan.request.Since) {
		return
	}
	if !w.classed {
		w.class, w.classed = w.scan.rules.classify(w.path), true
	}
	f := Finding{
		Kind: kind, Type: of, Size: int64(st.Size), Blocks: int64(st.Blocks) * 512, Modified: modified, UID: st.Uid, GID: st.Gid,
	}
	if of == Device {
		f.Size = 0
	}
	if st.Nlink > 1 && w.scan.again(st) {
		f.Blocks = 0
	}
	f.Noise, f.Owner = w.class.of(e.name, of, kind, w.target)
	w.parcel.add(f, w.path, e.name)
}
