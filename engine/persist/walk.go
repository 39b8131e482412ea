package persist

import (
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// walk goes through one tree, folder by folder, with the same folder of the other tree beside it.
type walk struct {
	scan   *scan
	tree   int       // descriptor of the tree that is listed
	other  int       // descriptor of the one that is looked up in
	device [2]uint32 // of the tree
	quick  bool      // both answer soon
	// undivided is that the tree's file system has no part with another device number.
	undivided bool
	skip      string // a path in the tree that is not entered: the other tree
	naming    func(path []byte) string
	against   func(path []byte) string // names a path of the other tree
	// enter tells whether a folder is to be read, and whether it is kept as a whole.
	enter func(w *worker, e entry) (descend, covered bool)
	// judge looks at an entry that is no folder, as far as that is known.
	judge func(w *worker, e entry)
	queue *queue
	crowd crowd
}

// worker reads folders, one at a time.
type worker struct {
	*walk
	path     []byte // of the folder, relative to the tree
	folder   int    // its descriptor
	beside   int    // that of the same folder in the other tree, or -1
	blind    bool   // the other tree has it but cannot be looked up in; it is told once
	covered  bool   // it is kept as a whole
	here     unix.Statx_t
	there    unix.Statx_t
	answer   []byte // of getdents64
	waiting  [2][]byte
	class    class
	classed  bool
	parcel   parcel
	entries  int64
	vanished int64
	mounts   int64
	mine     []byte // room for the targets of links
	theirs   []byte
	target   []byte // where the link that is judged leads, in mine
}

const (
	answerSize = 64 << 10
	targetSize = 4096
)

// run reads the whole tree, with so many workers, or with as many as are good.
func (k *walk) run(workers int) {
	if workers <= 0 {
		workers, k.crowd.more, k.crowd.before = usualWorkers, moreWorkers, blocksRead()
	}
	k.queue = newQueue(workers)
	listed, other := filesystemOf(k.tree), filesystemOf(k.other)
	k.device, k.undivided, k.quick = deviceOf(k.tree), undivided(listed), local(listed) && local(other)
	k.queue.add(batch{names: []byte{0}, other: k.other >= 0})
	release := k.scan.onCancel(k.queue.stop)
	defer release()
	for range workers {
		k.crowd.wait.Go(k.work)
	}
	k.crowd.end()
}

// work reads folders until there are none.
func (k *walk) work() {
	w := &worker{
		walk: k, answer: make([]byte, answerSize), mine: make([]byte, targetSize), theirs: make([]byte, targetSize), parcel: newParcel(k.scan),
	}
	defer w.parcel.flush()
	for {
		b, path, ok := k.queue.next(w.path, w.parcel.flush)
		if !ok {
			return
		}
		w.path = path
		w.read(b.other, b.covered)
		k.grow()
	}
}

// read opens the folder at w.path on both sides, judges what is in it, and queues the folders below.
func (w *worker) read(other, covered bool) {
	w.classed, w.covered, w.blind, w.beside = false, covered, false, -1
	fd, errno := openBeneath(w.tree, w.path, len(w.path) > 0, true, w.quick)
	if errno != 0 {
		w.closed(errno)
		return
	}
	defer closeFolder(fd, w.quick)
	if !w.undivided && deviceOf(fd) != w.device { // a subvolume of btrfs is no mount, but rsync does not enter it either
		w.scan.mounts.Add(1)
		return
	}
	w.folder = fd
	if other {
		w.openBeside()
	}
	if w.beside >= 0 {
		defer closeFolder(w.beside, w.quick)
	}
	w.list()
	for covered, names := range w.waiting {
		if len(names) > 0 {
			w.queue.add(batch{parent: string(w.path), names: append([]byte(nil), names...), other: w.beside >= 0 || w.blind, covered: covered == 1})
			w.waiting[covered] = names[:0]
		}
	}
	w.scan.tell(w)
	w.parcel.settle()
}

// closed counts a folder that cannot be read, or that is not what it was.
func (w *worker) closed(errno unix.Errno) {
	switch errno {
	case unix.EXDEV:
		w.scan.mounts.Add(1)
	case unix.ENOENT, unix.ENOTDIR, unix.ELOOP:
		w.scan.vanished.Add(1)
	default:
		w.scan.unread(w.naming(w.path), errno)
	}
}

// openBeside opens the folder in the other tree, to look up in.
func (w *worker) openBeside() {
	fd, errno := openBeneath(w.other, w.path, false, false, w.quick)
	switch errno {
	case 0:
		w.beside = fd
	case unix.ENOENT, unix.ENOTDIR, unix.ELOOP:
	default:
		w.unsure(errno)
	}
}

// unsure notes that the other tree's folder cannot be looked up in, so that nothing can be said of what is in this one.
func (w *worker) unsure(errno unix.Errno) {
	if !w.blind {
		w.scan.unread(w.against(w.path), errno)
	}
	w.blind = true
}

// list goes through the folder's entries.
func (w *worker) list() {
	for !w.scan.stopped.Load() {
		n, errno := getdents(w.folder, w.answer, w.quick)
		switch {
		case errno == unix.EINTR:
			continue
		case errno != 0 && errno != unix.ENOENT:
			w.scan.unread(w.naming(w.path), errno)
			return
		case n == 0:
			return
		}
		for rest := w.answer[:n]; len(rest) > 0; {
			var e entry
			e, rest = nextEntry(rest)
			if !e.itself() {
				w.look(e)
			}
		}
	}
}

// look sorts one entry: a folder waits, anything else is judged.
func (w *worker) look(e entry) {
	w.entries++
	switch {
	case e.kind == unix.DT_DIR:
		w.wait(e)
	case e.kind != unix.DT_UNKNOWN || w.stat(e):
		w.judge(w, e)
	}
}

// stat looks at an entry that should be no folder, into w.here. False is that there is nothing to judge.
func (w *worker) stat(e entry) bool {
	switch errno := statAt(w.folder, e.first, &w.here, w.quick); {
	case errno == unix.ENOENT:
		w.vanished++
	case errno != 0:
		w.scan.unread(w.naming(join(w.path, e.name)), errno)
	case w.here.Mode&unix.S_IFMT == unix.S_IFDIR:
		w.wait(e)
	case w.here.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0:
		w.mounts++
	default:
		return true
	}
	return false
}

// wait puts a folder on the list of those to read.
func (w *worker) wait(e entry) {
	if len(w.skip) > 0 && strings.HasSuffix(w.skip, string(e.name)) && w.skip == string(join(w.path, e.name)) {
		return
	}
	descend, covered := true, w.covered
	if w.enter != nil {
		descend, covered = w.enter(w, e)
	}
	if !descend {
		return
	}
	list := &w.waiting[0]
	if covered {
		list = &w.waiting[1]
	}
	*list = append(append(*list, e.name...), 0)
}

// compare looks the entry up in the other tree. ok is false where that cannot be told.
func (w *worker) compare(e entry) (there, ok bool) {
	if w.blind {
		return false, false
	}
	if w.beside < 0 {
		return false, true
	}
	switch errno := statAt(w.beside, e.first, &w.there, w.quick); errno {
	case 0:
		return true, true
	case unix.ENOENT, unix.ENAMETOOLONG:
		return false, true
	case unix.EACCES:
		w.unsure(errno)
	default:
		w.scan.unread(w.against(join(w.path, e.name)), errno)
	}
	return false, false
}

func join(folder, name []byte) []byte {
	if len(folder) == 0 {
		return name
	}
	whole := make([]byte, 0, len(folder)+1+len(name))
	return append(append(append(whole, folder...), '/'), name...)
}

// counters are sums that workers add to once per folder.
type counters struct {
	entries, folders, vanished, mounts atomic.Int64
}
