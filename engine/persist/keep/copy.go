package keep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// tries is how often a file that changes meanwhile is copied before it is reported.
const tries = 3

// Left is an entry that a copy leaves out, and why.
type Left struct {
	Path string `json:"path"`
	Why  string `json:"why"`
}

// Copied is what a copy consists of. Paths are relative to what was copied, "." being that itself; bytes that are not UTF-8 are
// written as \xNN.
type Copied struct {
	Entries int   `json:"entries"`
	Bytes   int64 `json:"bytes"` // of files, holes included
	// Changed are files that were different at each try; their copies may be torn.
	Changed []string `json:"changed,omitempty"`
	// Left are sockets, devices, and what is on other file systems.
	Left []Left `json:"left,omitempty"`
	// Gone were there at first and not at last: they are in the copy.
	Gone []string `json:"gone,omitempty"`
}

// Progress is what a copy has done so far.
type Progress struct {
	Path    string `json:"path"` // that is to be kept
	Stage   string `json:"stage"`
	Entries int    `json:"entries"`
	Bytes   int64  `json:"bytes"`
}

// Stages of a copy.
const (
	StageCopy   = "copy"
	StageVerify = "verify"
)

// inode names a file with several names.
type inode struct{ dev, ino uint64 }

// copier copies one tree. The folder made for the copy belongs to nobody else.
type copier struct {
	ctx    context.Context
	into   *os.File // a folder that only this copier can enter
	base   string   // where in it the copy lies
	links  map[inode]string
	a, b   []byte
	done   Copied
	report func(stage string, entries int, bytes int64)
	last   time.Time
}

func newCopier(ctx context.Context, into *os.File, base string, report func(string, int, int64)) *copier {
	return &copier{ctx: ctx, into: into, base: base, links: map[inode]string{}, a: make([]byte, blockSize), b: make([]byte, blockSize), report: report}
}

// tell reports at most twenty times a second.
func (c *copier) tell(stage string, entries int, bytes int64) {
	if now := time.Now(); c.report != nil && now.Sub(c.last) > 50*time.Millisecond {
		c.last = now
		c.report(stage, entries, bytes)
	}
}

// printable is a path as text.
func printable(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	q := strconv.Quote(name)
	return q[1 : len(q)-1]
}

// wrap says which entry an error is about.
func wrap(name string, err error) error {
	var about *fs.PathError
	if errors.As(err, &about) {
		err = about.Err
	}
	return fmt.Errorf("cannot copy %q: %w", clip(name), err)
}

// entry copies one entry of a folder to the same name in another, at path where below the tree.
func (c *copier) entry(from, to *os.File, name, as, where string, top bool) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	n, err := look(from, name, !top)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !top:
		return nil // it vanished before anything was promised
	case errors.Is(err, unix.EXDEV):
		c.leave(where, "a file system is mounted there, which has a life of its own")
		return nil
	case err != nil:
		return wrap(where, err)
	}
	defer n.Close()
	if err := c.make(n, to, as, where); err != nil {
		return err
	}
	c.done.Entries++
	c.tell(StageCopy, c.done.Entries, c.done.Bytes)
	return nil
}

func (c *copier) leave(where, why string) {
	left := Left{printable(where), why}
	if !slices.Contains(c.done.Left, left) {
		c.done.Left = append(c.done.Left, left)
	}
}

// make copies what is held.
func (c *copier) make(n *node, to *os.File, as, where string) error {
	fd := int(to.Fd())
	var err error
	switch n.kind() {
	case unix.S_IFDIR:
		return c.folder(n, to, as, where)
	case unix.S_IFREG:
		return c.file(n, to, as, where)
	case unix.S_IFLNK:
		var target string
		if target, err = linkOf(n); err == nil {
			err = unix.Symlinkat(target, fd, as)
		}
	case unix.S_IFIFO:
		err = unix.Mknodat(fd, as, unix.S_IFIFO|0o600, 0)
	case unix.S_IFSOCK:
		c.leave(where, "a socket is made anew by the program that listens")
		return nil
	default:
		c.leave(where, "a device is made by the kernel")
		return nil
	}
	if err == nil {
		err = c.dress(n, to, as)
	}
	if err != nil {
		return wrap(where, err)
	}
	return nil
}

// dress looks at the new entry and gives it what its source has.
func (c *copier) dress(n *node, to *os.File, as string) error {
	made, err := look(to, as, true)
	if err != nil {
		return err
	}
	defer made.Close()
	return dress(n, made)
}

// folder copies a folder: first what is in it, then its own properties, which that would change.
func (c *copier) folder(n *node, to *os.File, as, where string) error {
	if err := unix.Mkdirat(int(to.Fd()), as, 0o700); err != nil {
		return wrap(where, err)
	}
	from, err := n.read()
	if err != nil {
		return wrap(where, err)
	}
	defer from.Close()
	inside, err := openFolder(to, as)
	if err != nil {
		return wrap(where, err)
	}
	defer inside.Close()
	names, err := namesOf(from)
	if err != nil {
		return wrap(where, err)
	}
	for _, name := range names {
		if err := c.entry(from, inside, name, name, path.Join(where, name), false); err != nil {
			return err
		}
	}
	if err := n.again(); err != nil {
		return wrap(where, err)
	}
	if err := c.dress(n, to, as); err != nil {
		return wrap(where, err)
	}
	return nil
}

func namesOf(folder *os.File) ([]string, error) {
	names, err := folder.Readdirnames(-1)
	slices.Sort(names)
	return names, err
}

// file copies a file, or gives its copy another name if it has one already.
func (c *copier) file(n *node, to *os.File, as, where string) error {
	key := inode{n.stat.Dev, n.stat.Ino}
	if first, there := c.links[key]; there && n.stat.Nlink > 1 {
		return c.link(first, to, as, where)
	}
	fd, err := unix.Openat(int(to.Fd()), as, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return wrap(where, err)
	}
	made := os.NewFile(uintptr(fd), as)
	stable, err := c.content(n, made)
	err = errors.Join(err, made.Close())
	if err == nil {
		err = c.dress(n, to, as)
	}
	if err != nil {
		return wrap(where, err)
	}
	if !stable {
		c.changed(where)
	}
	if n.stat.Nlink > 1 {
		c.links[key] = where
	}
	c.done.Bytes += n.stat.Size
	return nil
}

func (c *copier) changed(where string) {
	if where = printable(where); !slices.Contains(c.done.Changed, where) {
		c.done.Changed = append(c.done.Changed, where)
	}
}

// content copies what is in a file until it did not change meanwhile, and tells whether that was so at last.
func (c *copier) content(n *node, made *os.File) (stable bool, err error) {
	from, err := n.read()
	if err != nil {
		return false, err
	}
	defer from.Close()
	for range tries {
		if err := n.again(); err != nil {
			return false, err
		}
		if err := settle(c.ctx, &n.stat); err != nil {
			return false, err
		}
		if err := clearFile(made); err != nil {
			return false, err
		}
		before := n.stat
		err := pour(c.ctx, from, made, before.Size, c.a)
		if err != nil && !errors.Is(err, errShort) {
			return false, err
		}
		if err := n.again(); err != nil {
			return false, err
		}
		if err == nil && unchanged(&before, &n.stat) {
			return true, nil
		}
	}
	return false, made.Truncate(n.stat.Size)
}

// link gives a copy a second name.
func (c *copier) link(first string, to *os.File, as, where string) error {
	folder, name, err := split(c.into, path.Join("/", c.base, first))
	if err != nil {
		return wrap(where, err)
	}
	defer folder.Close()
	if err := unix.Linkat(int(folder.Fd()), name, int(to.Fd()), as, 0); err != nil {
		return wrap(where, err)
	}
	return nil
}
