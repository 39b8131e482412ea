package persist

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// scan is one scan under way.
type scan struct {
	ctx     context.Context
	request Request
	rules   *rules
	cover   cover
	sink    func([]Finding)
	stopped atomic.Bool

	counters
	started time.Time
	told    atomic.Int64 // when progress was last told, in nanoseconds since started

	mu      sync.Mutex
	summary Summary
	several map[inode]uint32    // files with several names: how many of them are still to come
	targets map[string]struct{} // where links of the root lead, in the persist tree
}

// inode is a file, whatever its names.
type inode struct {
	major, minor uint32
	number       uint64
}

const progressEvery = 100 * time.Millisecond

// Scan compares Request.Root with Request.Persist and hands what it finds to sink, in parcels, in no order, and never two at a time. A parcel is
// only lent: sink copies what it keeps. Its paths may be kept, together they take no more than the parcel's.
//
// An error is one of the context or says that a tree could not be looked at at all; a folder that cannot be read is in the summary.
func Scan(ctx context.Context, r Request, sink func([]Finding)) (Summary, error) {
	s := &scan{
		ctx: ctx, request: r, sink: sink, started: time.Now(), several: map[inode]uint32{}, targets: map[string]struct{}{},
		summary: Summary{Source: r.Declared.Source, Notes: r.Declared.Notes},
	}
	if s.summary.Source == "" {
		s.summary.Source = FromNothing
	}
	root, persist, err := s.open()
	if err != nil {
		return s.summary, err
	}
	defer unix.Close(root)
	defer unix.Close(persist)
	if s.rules, err = newRules(r.Root); err != nil {
		return s.summary, err
	}
	defer context.AfterFunc(ctx, func() { s.stopped.Store(true) })()
	s.forward(root, persist).run(r.Workers)
	if (r.Orphans || r.Kept) && ctx.Err() == nil {
		s.cover = newCover(r.Declared, s.targets)
		s.reverse(root, persist).run(r.Workers)
	}
	return s.finish()
}

// open opens both trees. A link to one is followed, as a person would expect who names it.
func (s *scan) open() (root, persist int, err error) {
	if root, err = openTree(s.request.Root); err != nil {
		return 0, 0, err
	}
	if persist, err = openTree(s.request.Persist); err != nil {
		unix.Close(root) //nolint:errcheck // it was only read
		return 0, 0, err
	}
	s.summary.Space = spaceOf(root)
	return root, persist, nil
}

func openTree(path string) (int, error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("cannot open the folder %q: %w; name a folder that is there and that you may enter", path, err)
	}
	probe, errno := openBeneath(fd, nil, false, true, false)
	if errno != 0 {
		unix.Close(fd) //nolint:errcheck // it was only read
		if errno == unix.ENOSYS {
			return 0, fmt.Errorf("cannot look below %q: %w; a scan needs Linux 5.8 or newer", path, errno)
		}
		return 0, fmt.Errorf("cannot list the folder %q: %w; name a folder that you may read", path, errno)
	}
	unix.Close(probe) //nolint:errcheck // it was only read
	return fd, nil
}

// inside gives the path of a folder relative to a tree, or "" where it is not in it.
func inside(tree, folder string) string {
	tree, folder = realPath(tree), realPath(folder)
	rest, ok := strings.CutPrefix(folder, strings.TrimSuffix(tree, "/")+"/")
	if !ok {
		return ""
	}
	return rest
}

// realPath is a path without links, as far as that can be told.
func realPath(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

// spaceOf is how full the file system of a folder is.
func spaceOf(folder int) Space {
	var st unix.Statfs_t
	if err := unix.Fstatfs(folder, &st); err != nil {
		return Space{}
	}
	name := fmt.Sprintf("%#x", st.Type)
	if st.Type == unix.TMPFS_MAGIC {
		name = "tmpfs"
	}
	block := int64(st.Bsize) //nolint:unconvert // it has another size on other machines
	return Space{Filesystem: name, Size: int64(st.Blocks) * block, Used: int64(st.Blocks-st.Bfree) * block}
}

// onCancel has something done when the context ends, until the release is called.
func (s *scan) onCancel(do func()) (release func() bool) { return context.AfterFunc(s.ctx, do) }

// hand gives a parcel to the caller and adds it up.
func (s *scan) hand(findings []Finding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range findings {
		s.summary.of(&findings[i]).add(findings[i].Size, findings[i].Blocks)
	}
	shown := findings
	if !s.request.Noise {
		shown = findings[:0]
		for _, f := range findings {
			if f.Noise == "" || f.Kind == Kept {
				shown = append(shown, f)
			}
		}
	}
	if len(shown) > 0 && s.sink != nil {
		s.sink(shown)
	}
}

// unread notes something that could not be looked at.
func (s *scan) unread(path string, cause unix.Errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.summary.UnreadableCount++
	if len(s.summary.Unreadable) < MaxUnreadable {
		s.summary.Unreadable = append(s.summary.Unreadable, Unread{Path: path, Cause: cause.Error()})
	}
}

// again tells whether a file was told already under another of its names.
func (s *scan) again(st *unix.Statx_t) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := inode{st.Dev_major, st.Dev_minor, st.Ino}
	left, known := s.several[id]
	switch {
	case !known:
		s.several[id] = st.Nlink - 1
	case left <= 1:
		delete(s.several, id)
	default:
		s.several[id] = left - 1
	}
	return known
}

// tell adds up what a worker did in a folder, and says how far the scan is, if that was not said just now.
func (s *scan) tell(w *worker) {
	s.entries.Add(w.entries)
	s.vanished.Add(w.vanished)
	s.mounts.Add(w.mounts)
	s.folders.Add(1)
	w.entries, w.vanished, w.mounts = 0, 0, 0
	if s.request.Progress == nil {
		return
	}
	now, last := int64(time.Since(s.started)), s.told.Load()
	if now-last < int64(progressEvery) || !s.told.CompareAndSwap(last, now) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.request.Progress(Progress{Entries: s.entries.Load(), Folders: s.folders.Load(), Lost: s.summary.Lost(), Folder: "/" + string(w.path)})
}

// finish closes the summary.
func (s *scan) finish() (Summary, error) {
	s.summary.Entries, s.summary.Folders = s.entries.Load(), s.folders.Load()
	s.summary.Vanished, s.summary.Mounts = s.vanished.Load(), s.mounts.Load()
	s.summary.Took = time.Since(s.started)
	if err := context.Cause(s.ctx); err != nil {
		return s.summary, fmt.Errorf("cannot finish the scan: %w", err)
	}
	return s.summary, nil
}

// namingIn names paths of a tree that lies elsewhere.
func namingIn(tree string) func([]byte) string {
	return func(path []byte) string { return filepath.Join(tree, string(path)) }
}

// namingAsSeen names paths of the root as the running system sees them.
func namingAsSeen(path []byte) string { return string(os.PathSeparator) + string(path) }
