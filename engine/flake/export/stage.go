package export

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/memfs"
	"github.com/go-git/go-billy/v5/util"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"lethe/engine/flake"
)

// Stage makes the git repository in memory: all files of repo and those of .git, sorted by path.
func Stage(repo flake.Repo, author Author) ([]flake.File, error) {
	author, err := author.checked()
	if err != nil {
		return nil, fmt.Errorf("cannot make a commit: %w", err)
	}
	tree := memfs.New()
	for _, f := range repo.Files {
		if err := util.WriteFile(tree, f.Path, f.Text, 0o644); err != nil {
			return nil, fmt.Errorf("cannot stage %s: %w", f.Path, err)
		}
	}
	if err := commit(tree, repo.Paths(), author); err != nil {
		return nil, fmt.Errorf("cannot make the git repository: %w", err)
	}
	return collect(tree)
}

// checked gives an author with every field that git needs.
func (a Author) checked() (Author, error) {
	if strings.ContainsFunc(a.Name+a.Email, func(r rune) bool { return unicode.IsControl(r) || r == '<' || r == '>' }) {
		return a, errors.New("the author's name or address holds a character that git refuses; choose another")
	}
	if strings.ContainsFunc(a.Message, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return a, errors.New("its message holds a control character; choose another")
	}
	a.Name = cmp.Or(strings.TrimSpace(a.Name), "nobody")
	a.Email = cmp.Or(strings.TrimSpace(a.Email), "nobody@localhost")
	a.Message = cmp.Or(strings.TrimSpace(a.Message), GeneratedMessage)
	return a, nil
}

func commit(tree billy.Filesystem, paths []string, author Author) error {
	dot, err := tree.Chroot(".git")
	if err != nil {
		return err
	}
	store := filesystem.NewStorage(dot, cache.NewObjectLRUDefault())
	r, err := git.InitWithOptions(store, tree, git.InitOptions{DefaultBranch: plumbing.Main})
	if err != nil {
		return err
	}
	if err := configure(r, author); err != nil {
		return err
	}
	work, err := r.Worktree()
	if err != nil {
		return err
	}
	for _, p := range paths {
		// Every file is new: there is no status to look at, which would read the whole tree again for each.
		if err := work.AddWithOptions(&git.AddOptions{Path: p, SkipStatus: true}); err != nil {
			return fmt.Errorf("cannot stage %s: %w", p, err)
		}
	}
	who := object.Signature{Name: author.Name, Email: author.Email, When: author.When}
	if _, err := work.Commit(author.Message, &git.CommitOptions{Author: &who, Committer: &who}); err != nil {
		return err
	}
	return forgetTimes(store)
}

// configure writes .git/config. It leaves core.filemode to git's default, see [ignoreModes].
func configure(r *git.Repository, author Author) error {
	config, err := r.Config()
	if err != nil {
		return err
	}
	if author.Local {
		config.User.Name, config.User.Email = author.Name, author.Email
	}
	return r.SetConfig(config)
}

// forgetTimes takes the clock of the file system out of the index: git then compares bytes, and the same
// repository is the same index.
func forgetTimes(store *filesystem.Storage) error {
	index, err := store.Index()
	if err != nil {
		return err
	}
	for _, e := range index.Entries {
		e.CreatedAt, e.ModifiedAt = time.Time{}, time.Time{}
		e.Dev, e.Inode, e.UID, e.GID = 0, 0, 0, 0
	}
	return store.SetIndex(index)
}

// collect reads a whole memory file system, sorted by path.
func collect(tree billy.Filesystem) ([]flake.File, error) {
	var files []flake.File
	var walk func(folder string) error
	walk = func(folder string) error {
		infos, err := tree.ReadDir(folder)
		if err != nil {
			return err
		}
		for _, info := range infos {
			name := strings.TrimPrefix(folder+"/"+info.Name(), "/")
			if info.IsDir() {
				if err := walk(name); err != nil {
					return err
				}
				continue
			}
			text, err := readAll(tree, name)
			if err != nil {
				return err
			}
			files = append(files, flake.File{Path: name, Text: text})
		}
		return nil
	}
	if err := walk(""); err != nil {
		return nil, fmt.Errorf("cannot read the staged repository: %w", err)
	}
	slices.SortFunc(files, func(a, b flake.File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

func readAll(tree billy.Filesystem, name string) ([]byte, error) {
	f, err := tree.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
