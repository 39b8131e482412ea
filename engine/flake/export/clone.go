package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"

	"lethe/engine/flake"
)

// Own is a clone of the user's own repository.
type Own struct {
	Folder string
	// Rev is the commit that was checked out, in hex.
	Rev   string
	clone *git.Repository
}

// Clone copies a repository from a folder or URL into a folder that is not there yet and checks out rev: a branch, tag
// or commit, or the default branch when empty. No hook runs. On failure the folder is removed.
func Clone(ctx context.Context, source, rev, into string) (Own, error) {
	if _, err := os.Lstat(into); !errors.Is(err, fs.ErrNotExist) {
		return Own{}, fmt.Errorf("cannot clone into %s: %w; choose another folder", into, ErrExists)
	}
	own, err := clone(ctx, source, rev, into)
	if err != nil {
		_ = os.RemoveAll(into)
		return Own{}, fmt.Errorf("cannot clone the repository: %w; check its address and revision", err)
	}
	return own, nil
}

func clone(ctx context.Context, source, rev, into string) (Own, error) {
	readInProcess()
	// The default branch is checked out as a branch, since the user will commit to it.
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
	if err := work.Checkout(&git.CheckoutOptions{Hash: hash, Force: true}); err != nil {
		return Own{}, err
	}
	return Own{Folder: into, Rev: hash.String(), clone: r}, nil
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
