package export

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/go-git/go-git/v5"

	"lethe/engine/flake"
)

// What a configuration never exceeds; more is another folder, chosen by mistake.
const (
	maxFiles = 10_000
	maxBytes = 64 << 20
)

// Load reads a repository back, such as /etc/nixos of an installed system: the files that git knows, as they are now,
// or every file where there is no git. It follows no symbolic link out of the folder and takes no link as a file.
func Load(folder string) (flake.Repo, error) {
	repo, err := load(folder)
	if err != nil {
		return flake.Repo{}, fmt.Errorf("cannot read the configuration in %s: %w", folder, err)
	}
	if _, ok := repo.Get(flake.FlakeFile); !ok {
		return flake.Repo{}, fmt.Errorf("cannot read the configuration in %s: it has no %s; name the folder of a flake, such as /etc/nixos", folder, flake.FlakeFile)
	}
	return repo, nil
}

func load(folder string) (flake.Repo, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return flake.Repo{}, err
	}
	defer root.Close()
	paths, err := known(folder)
	if errors.Is(err, git.ErrRepositoryNotExists) {
		paths, err = walk(root.FS())
	}
	if err != nil {
		return flake.Repo{}, err
	}
	if len(paths) > maxFiles {
		return flake.Repo{}, fmt.Errorf("it has %d files, more than any configuration", len(paths))
	}
	var repo flake.Repo
	left := int64(maxBytes)
	for _, p := range paths {
		text, err := read(root, p, left)
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted, and git does not know yet
		}
		if err != nil {
			return flake.Repo{}, err
		}
		left -= int64(len(text))
		if repo, err = repo.With(p, text); err != nil {
			return flake.Repo{}, err
		}
	}
	return repo, nil
}

// known lists what git's index has.
func known(folder string) ([]string, error) {
	r, err := git.PlainOpen(folder)
	if err != nil {
		return nil, err
	}
	index, err := r.Storer.Index()
	if err != nil {
		return nil, err
	}
	paths := make([]string, len(index.Entries))
	for i, e := range index.Entries {
		paths[i] = e.Name
	}
	return paths, nil
}

func walk(tree fs.FS) ([]string, error) {
	var paths []string
	err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			paths = append(paths, p)
		}
		if len(paths) > maxFiles {
			return fmt.Errorf("it has more than %d files, more than any configuration", maxFiles)
		}
		return err
	})
	return paths, err
}

func read(root *os.Root, name string, most int64) ([]byte, error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not an ordinary file; replace it by one", name)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("it holds more than %d MiB, more than any configuration", maxBytes>>20)
	}
	return text, err
}
