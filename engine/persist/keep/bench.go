package keep

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

func temporaryName() string { return TemporaryPrefix + rand.Text()[:12] }

// bench is where one copy is made: a folder beside its place that only its maker can enter, so that nobody can change what
// root works on. Folders above the copy that the persist tree lacks are made in it too, and all is put in place by one rename.
type bench struct {
	site   *site
	state  *state
	parent *os.File // the lowest folder of the persist tree that is there
	folder *os.File // the bench itself
	name   string   // of the folder, in parent
	work   string   // the same, below the persist tree
	// missing are the names from parent to the copy, the copy being the last.
	missing []string
}

// newBench notes the folder before it makes it, so that a kill leaves nothing that nobody knows.
func newBench(s *site, st *state, target string) (*bench, error) {
	b := &bench{site: s, state: st, name: temporaryName()}
	at, err := b.descend(target)
	if err != nil {
		return nil, fmt.Errorf("cannot go to the place of the copy: %w", err)
	}
	b.work = path.Join(at, b.name)
	st.Work = append(st.Work, b.work)
	if err := st.save(); err != nil {
		return nil, errors.Join(err, b.parent.Close())
	}
	err = unix.Mkdirat(int(b.parent.Fd()), b.name, 0o700)
	if err == nil {
		b.folder, err = openAt(b.parent, b.name, unix.O_RDONLY|unix.O_DIRECTORY, unix.RESOLVE_NO_XDEV)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot make a folder in %s: %w", path.Join(s.Persist, at), err), b.close())
	}
	return b, nil
}

// descend goes down the persist tree as far as the folders above the target are there.
func (b *bench) descend(target string) (at string, err error) {
	if b.parent, err = openFolder(b.site.persist, "."); err != nil {
		return "", err
	}
	parts := strings.Split(relative(target), "/")
	for len(parts) > 1 {
		next, err := openFolder(b.parent, parts[0])
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return "", errors.Join(err, b.parent.Close())
		}
		if err := b.parent.Close(); err != nil {
			return "", err
		}
		b.parent, at, parts = next, path.Join(at, parts[0]), parts[1:]
	}
	b.missing = parts
	return at, nil
}

// copy makes the copy on the bench, verifies it, and dresses the folders above it as those of the running system are.
func (b *bench) copy(ctx context.Context, target string, report func(string, int, int64)) (Copied, error) {
	from, name, err := split(b.site.root, target)
	if err != nil {
		return Copied{}, wrap(target, err)
	}
	defer from.Close()
	to, as, err := b.above()
	if err != nil {
		return Copied{}, wrap(target, err)
	}
	defer to.Close()
	c := newCopier(ctx, b.folder, b.inside(), report)
	if err := c.entry(from, to, name, as, ".", true); err != nil {
		return Copied{}, err
	}
	if err := b.sync(); err != nil {
		return Copied{}, err
	}
	if err := newVerifier(c).verify(from, to, name, as, ".", true); err != nil {
		return Copied{}, err
	}
	if err := b.dressAbove(target); err != nil {
		return Copied{}, err
	}
	return c.done, b.sync()
}

// inside is where on the bench the copy itself lies.
func (b *bench) inside() string {
	return path.Join(append([]string{treeName}, b.missing[1:]...)...)
}

// above makes the missing folders and gives the one that the copy goes into, and the copy's name in it.
func (b *bench) above() (*os.File, string, error) {
	at := b.inside()
	for i := range len(b.missing) - 1 {
		folder, name, err := split(b.folder, path.Join(treeName, path.Join(b.missing[1:i+1]...)))
		if err != nil {
			return nil, "", err
		}
		err = unix.Mkdirat(int(folder.Fd()), name, 0o700)
		if err = errors.Join(err, folder.Close()); err != nil {
			return nil, "", err
		}
	}
	return split(b.folder, at)
}

// dressAbove gives the folders above the copy owner, mode and attributes, from the lowest up.
func (b *bench) dressAbove(target string) error {
	source, at := path.Dir(target), path.Dir(b.inside())
	for range len(b.missing) - 1 {
		if err := dressOne(b.site.root, source, b.folder, at); err != nil {
			return wrap(source, err)
		}
		source, at = path.Dir(source), path.Dir(at)
	}
	return nil
}

func dressOne(root *os.File, source string, folder *os.File, at string) error {
	from, err := look(root, relative(source), false)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := look(folder, at, true)
	if err != nil {
		return err
	}
	defer to.Close()
	if from.kind() != to.kind() {
		return errors.New("it is no folder any more")
	}
	return dress(from, to)
}

// sync waits until the disk has everything, and tells if it could not.
func (b *bench) sync() error {
	if err := unix.Syncfs(int(b.folder.Fd())); err != nil {
		return fmt.Errorf("cannot write to the disk: %w", err)
	}
	return nil
}

// place renames what was made into the persist tree. With exchange it changes places with what is there, which is then removed with
// the bench; without, what is there is an error.
func (b *bench) place(exchange bool) error {
	var flags uint = unix.RENAME_NOREPLACE
	if exchange {
		flags = unix.RENAME_EXCHANGE
	}
	if err := unix.Renameat2(int(b.folder.Fd()), treeName, int(b.parent.Fd()), b.missing[0], flags); err != nil {
		return &fs.PathError{Op: "rename", Path: b.missing[0], Err: err}
	}
	return errors.Join(syncFolder(b.parent), syncFolder(b.folder))
}

// there tells whether something is at the place of the copy.
func (b *bench) there() (bool, error) {
	n, err := look(b.parent, b.missing[0], false)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, n.Close()
}

// close removes the bench, and then the note of it.
func (b *bench) close() error {
	defer b.parent.Close()
	if b.folder != nil {
		if err := b.folder.Close(); err != nil {
			return err
		}
	}
	if err := remove(b.parent, b.name); err != nil {
		return fmt.Errorf("cannot remove %s: %w; the next call tries again", path.Join(b.site.Persist, b.work), err)
	}
	b.state.unwork(b.work)
	return b.state.save()
}

func (s *state) unwork(work string) {
	kept := s.Work[:0]
	for _, w := range s.Work {
		if w != work {
			kept = append(kept, w)
		}
	}
	s.Work = kept
}

// sweep removes what a kill left.
func (s *state) sweep(persist *os.File) error {
	for _, work := range append([]string(nil), s.Work...) {
		if !strings.HasPrefix(path.Base(work), TemporaryPrefix) {
			return fmt.Errorf("cannot clear up %q: it is no folder of Lethe's; remove the file %s/%s in the persist tree", work, StateFolder, recordFile)
		}
		folder, name, err := split(persist, work)
		if err == nil {
			err = errors.Join(remove(folder, name), folder.Close())
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot clear up after a copy that was cut short: %w", err)
		}
		s.unwork(work)
	}
	return s.save()
}
