package export

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"golang.org/x/sys/unix"

	"lethe/engine/flake"
)

// Own is a clone of the user's own repository.
type Own struct {
	Folder string
	// Rev is the commit that was checked out, in hex.
	Rev   string
	clone *git.Repository
}

// Clone copies a repository from a folder or URL into a new or empty folder and checks out rev: a branch, tag or
// commit, or the default branch when empty. The default branch is checked out as a branch whenever rev means its tip, also as a
// commit in hex, so that what is committed in the clone has a place; any other rev leaves HEAD detached. No hook runs. On failure the folder is as it was: missing, or empty.
func Clone(ctx context.Context, source, rev, into string) (Own, error) {
	return cloneAnd(ctx, source, rev, into, func(Own) error { return nil })
}

// CloneAndAdd is [Clone] and then [Own.Add]. When either fails, the folder is as it was.
func CloneAndAdd(ctx context.Context, source, rev, into string, a flake.Addition) (Own, error) {
	return cloneAnd(ctx, source, rev, into, func(o Own) error { return o.Add(a) })
}

// cloneAnd clones, does something with the clone, and undoes both when one fails.
func cloneAnd(ctx context.Context, source, rev, into string, do func(Own) error) (Own, error) {
	if err := checkSource(source); err != nil {
		return Own{}, fmt.Errorf("cannot clone the repository: %w", err)
	}
	undo, err := claim(into)
	if err != nil {
		return Own{}, fmt.Errorf("cannot clone into %s: %w; choose a new or an empty folder", into, err)
	}
	own, err := clone(ctx, source, rev, into)
	if err != nil {
		err = fmt.Errorf("cannot clone the repository: %w; check its address and revision", err)
	} else {
		err = do(own)
	}
	if err != nil {
		return Own{}, errors.Join(err, undo())
	}
	return own, nil
}

// checkSource tells a folder that is not there from a repository that is not there. Whatever is no URL is a folder.
func checkSource(source string) error {
	at, err := transport.NewEndpoint(source)
	if err != nil {
		return err
	}
	if at.Protocol != "file" {
		return nil
	}
	info, err := os.Stat(at.Path)
	if err == nil && !info.IsDir() {
		err = unix.ENOTDIR
	}
	if err != nil {
		return fmt.Errorf("there is no such folder, and it is no URL: %q: %w; name the folder or the URL of a git repository", source, err)
	}
	return nil
}

// claim makes a folder, or takes an empty one that is there. Undo makes it so again.
func claim(folder string) (undo func() error, err error) {
	err = os.Mkdir(folder, 0o755) //nolint:gosec // nothing secret is in a configuration
	if err == nil {
		return func() error { return os.RemoveAll(folder) }, nil
	}
	if !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if info, err := os.Lstat(folder); err != nil || !info.IsDir() {
		return nil, cmp.Or(err, ErrExists)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("%w and not empty", ErrExists)
	}
	return func() error { return empty(folder) }, nil
}

// empty removes what is in a folder, but not the folder itself, which may be a mount point.
func empty(folder string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	for _, e := range entries {
		err = errors.Join(err, root.RemoveAll(e.Name()))
	}
	return err
}

func clone(ctx context.Context, source, rev, into string) (Own, error) {
	readInProcess()
	r, err := git.PlainCloneContext(ctx, into, false, &git.CloneOptions{URL: source, NoCheckout: rev != "", Tags: git.AllTags})
	if err != nil {
		return Own{}, err
	}
	if rev == "" {
		head, err := r.Head()
		if err != nil {
			return Own{}, err
		}
		return Own{Folder: into, Rev: head.Hash().String(), clone: r}, nil
	}
	hash, err := resolve(r, rev)
	if err != nil {
		return Own{}, err
	}
	work, err := r.Worktree()
	if err != nil {
		return Own{}, err
	}
	if err := work.Checkout(checkoutOf(r, hash)); err != nil {
		return Own{}, err
	}
	return Own{Folder: into, Rev: hash.String(), clone: r}, nil
}

// checkoutOf says what to check out for a commit: the default branch, to which a clone's HEAD leads, where this is its tip.
func checkoutOf(r *git.Repository, hash plumbing.Hash) *git.CheckoutOptions {
	if head, err := r.Head(); err == nil && head.Name().IsBranch() && head.Hash() == hash {
		return &git.CheckoutOptions{Branch: head.Name(), Force: true}
	}
	return &git.CheckoutOptions{Hash: hash, Force: true}
}

// resolve finds a branch of the origin, a tag or a commit.
func resolve(r *git.Repository, rev string) (plumbing.Hash, error) {
	var last error
	for _, name := range []string{"refs/remotes/origin/" + rev, "refs/tags/" + rev, rev} {
		hash, err := r.ResolveRevision(plumbing.Revision(name))
		if err == nil {
			return *hash, nil
		}
		last = err
	}
	return plumbing.ZeroHash, fmt.Errorf("cannot find revision %q: %w", rev, last)
}

// Paths lists what git knows in the clone.
func (o Own) Paths() ([]string, error) {
	paths, err := known(o.Folder)
	if err != nil {
		return nil, fmt.Errorf("cannot list the repository: %w", err)
	}
	return paths, nil
}

// Add writes the files of an [flake.Addition] into the clone and stages them; it commits nothing. A file that is there
// is never written over, and no symbolic link is followed out of the clone.
func (o Own) Add(a flake.Addition) error {
	root, err := os.OpenRoot(o.Folder)
	if err != nil {
		return fmt.Errorf("cannot add to the repository: %w", err)
	}
	defer root.Close()
	work, err := o.clone.Worktree()
	if err != nil {
		return fmt.Errorf("cannot add to the repository: %w", err)
	}
	for _, f := range a.Files.Files {
		if err := root.MkdirAll(path.Dir(f.Path), 0o755); err != nil {
			return fmt.Errorf("cannot add %s: %w", f.Path, err)
		}
		if err := writeFile(root, f.Path, f.Text); err != nil {
			return fmt.Errorf("cannot add %s: %w", f.Path, err)
		}
		if _, err := work.Add(filepath.ToSlash(f.Path)); err != nil {
			return fmt.Errorf("cannot stage %s: %w", f.Path, err)
		}
	}
	return nil
}
