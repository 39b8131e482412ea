package keep

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"

	"golang.org/x/sys/unix"
)

// verifier compares a copy with its source, and copies again what changed since.
type verifier struct {
	*copier
	// pairs are files with several names and their copies, back those copies and the files: each has one of the other.
	pairs, back map[inode]inode
	// fetched are copies that the kernel was asked to read from the disk already.
	fetched map[inode]struct{}
	seen    int
	bytes   int64
}

func newVerifier(c *copier) *verifier {
	return &verifier{copier: c, pairs: map[inode]inode{}, back: map[inode]inode{}, fetched: map[inode]struct{}{}}
}

// verify compares an entry and all below it. What cannot be made alike is an error; what does not stay alike is noted.
func (v *verifier) verify(from, to *os.File, name, as, where string, top bool) error {
	if err := v.ctx.Err(); err != nil {
		return err
	}
	source, err := look(from, name, !top)
	if errors.Is(err, fs.ErrNotExist) && !top {
		v.done.Gone = append(v.done.Gone, printable(where))
		return nil
	}
	if errors.Is(err, unix.EXDEV) {
		v.leave(where, "a file system is mounted there, which has a life of its own")
		return nil
	}
	if err != nil {
		return wrap(where, err)
	}
	defer source.Close()
	target, err := v.counterpart(source, from, to, name, as, where, top)
	if target == nil || err != nil {
		return err
	}
	defer target.Close()
	v.seen++
	v.tell(StageVerify, v.seen, v.bytes)
	if source.kind() == unix.S_IFREG && target.kind() == unix.S_IFREG && !v.pair(source, target, where) {
		if target, err = v.part(source, to, as, where); err != nil {
			return err
		}
		defer target.Close()
	}
	if source.kind() != target.kind() {
		v.changed(where)
		return nil
	}
	if err := v.same(source, target, to, as, where); err != nil {
		return fmt.Errorf("cannot verify the copy of %q: %w", clip(where), err)
	}
	return nil
}

// counterpart takes hold of the copy of an entry, which it makes if the entry is new. It is nil for what is never copied.
func (v *verifier) counterpart(source *node, from, to *os.File, name, as, where string, top bool) (*node, error) {
	target, err := look(to, as, true)
	if err == nil {
		return target, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, wrap(where, err)
	}
	if err := v.entry(from, to, name, as, where, top); err != nil {
		return nil, err
	}
	target, err = look(to, as, true)
	if errors.Is(err, fs.ErrNotExist) { // a socket or a device, or gone again
		return nil, nil
	}
	return target, err
}

func (v *verifier) same(source, target *node, to *os.File, as, where string) error {
	switch source.kind() {
	case unix.S_IFDIR:
		if err := v.folder(source, to, as, where); err != nil {
			return err
		}
	case unix.S_IFREG:
		if err := v.file(source, target, where); err != nil {
			return err
		}
		v.bytes += source.stat.Size
		return nil
	}
	return v.dressed(source, target, where)
}

// folder verifies what is in a folder, by the names in both.
func (v *verifier) folder(source *node, to *os.File, as, where string) error {
	from, err := source.read()
	if err != nil {
		return err
	}
	defer from.Close()
	inside, err := openFolder(to, as)
	if err != nil {
		return err
	}
	defer inside.Close()
	names, err := namesOf(from)
	if err != nil {
		return err
	}
	copied, err := namesOf(inside)
	if err != nil {
		return err
	}
	names = append(names, copied...)
	slices.Sort(names)
	names = slices.Compact(names)
	for i, name := range names {
		if i%fetchNames == 0 {
			v.fetch(inside, names[i:min(i+fetchNames, len(names))])
		}
		if err := v.verify(from, inside, name, name, path.Join(where, name), false); err != nil {
			return err
		}
	}
	return nil
}

// dressed compares owner, mode, times and attributes, and sets them again while the source changes.
func (v *verifier) dressed(source, target *node, where string) error {
	for try := range tries {
		before := source.stat
		if err := errors.Join(source.again(), target.again()); err != nil {
			return err
		}
		what, err := differs(source, target)
		if err != nil || what == "" {
			return err
		}
		if try > 0 && unchanged(&before, &source.stat) {
			return fmt.Errorf("%s cannot be kept there; use a file system such as ext4 for the persist tree", what)
		}
		if err := dress(source, target); err != nil {
			return err
		}
	}
	v.changed(where)
	return nil
}

// file compares content and properties, read back from the disk where the kernel lets go of its cache.
func (v *verifier) file(source, target *node, where string) error {
	from, err := source.read()
	if err != nil {
		return err
	}
	defer from.Close()
	fd, err := unix.Open(target.magic(), unix.O_RDWR|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.EACCES) { // a read-only file of an ordinary user
		fd, err = unix.Open(target.magic(), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return err
	}
	to := os.NewFile(uintptr(fd), "copy of "+where)
	defer to.Close()
	for range tries {
		good, err := v.equal(source, target, from, to)
		if err != nil || good {
			return err
		}
		if err := v.repeat(source, target); err != nil {
			return err
		}
	}
	v.changed(where)
	return nil
}

// equal compares once.
func (v *verifier) equal(source, target *node, from, to *os.File) (bool, error) {
	if err := errors.Join(source.again(), target.again()); err != nil {
		return false, err
	}
	what, err := differs(source, target)
	if err != nil || what != "" {
		return false, err
	}
	size := source.stat.Size
	v.drop(target, to)
	same, err := alike(v.ctx, from, to, size, v.a, v.b)
	if err != nil || !same {
		return false, err
	}
	before := source.stat
	if err := source.again(); err != nil {
		return false, err
	}
	if !unchanged(&before, &source.stat) {
		return false, nil
	}
	return true, checkHoles(from, &source.stat, &target.stat)
}

// repeat copies a file anew into the inode that its copy has. A difference that stays although the source does not change is an error.
func (v *verifier) repeat(source, target *node) error {
	if err := unix.Chmod(target.magic(), 0o600); err != nil {
		return err
	}
	fd, err := unix.Open(target.magic(), unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	to := os.NewFile(uintptr(fd), source.Name())
	defer to.Close()
	stable, err := v.content(source, to)
	if err != nil {
		return err
	}
	if err := to.Sync(); err != nil {
		return err
	}
	if err := target.again(); err != nil {
		return err
	}
	if err := dress(source, target); err != nil {
		return err
	}
	what, err := differs(source, target)
	if err == nil && stable && what != "" {
		err = fmt.Errorf("%s cannot be kept there; use a file system such as ext4 for the persist tree", what)
	}
	return err
}

// pair notes which copy a file with several names has, and tells whether it is the same for all of them and for no other file.
func (v *verifier) pair(source, target *node, where string) bool {
	if source.stat.Nlink < 2 && target.stat.Nlink < 2 {
		return true
	}
	a, b := inode{source.stat.Dev, source.stat.Ino}, inode{target.stat.Dev, target.stat.Ino}
	copied, hasCopy := v.pairs[a]
	file, hasFile := v.back[b]
	if hasCopy || hasFile {
		return copied == b && file == a
	}
	v.pairs[a], v.back[b], v.links[a] = b, a, where
	return true
}

// part replaces a name that leads to the copy of another file, since names were given to other files meanwhile.
func (v *verifier) part(source *node, to *os.File, as, where string) (*node, error) {
	if err := unix.Unlinkat(int(to.Fd()), as, 0); err != nil {
		return nil, wrap(where, err)
	}
	if _, copied := v.pairs[inode{source.stat.Dev, source.stat.Ino}]; !copied {
		delete(v.links, inode{source.stat.Dev, source.stat.Ino})
	}
	if err := v.copier.file(source, to, as, where); err != nil {
		return nil, err
	}
	target, err := look(to, as, true)
	if err != nil {
		return nil, wrap(where, err)
	}
	if !v.pair(source, target, where) {
		v.changed(where)
	}
	return target, nil
}
