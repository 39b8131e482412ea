package export

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"

	"github.com/go-git/go-git/v5"

	"lethe/engine/flake"
)

// What a configuration never exceeds; more is another folder, chosen by mistake.
const (
	maxFiles = 10_000
	maxBytes = 64 << 20
	maxLinks = 8 // one after the other
)

// Load reads a repository back, such as /etc/nixos of an installed system: the files that git knows, as they are now.
// Where there is no git it takes every file but those that the folder's .gitignore files name, and nothing that is called
// "passwords" at the top. Links to builds (result, result-*) are left out. Another symbolic link is read as the file that
// it points to if that is loaded too, and else is an error, so that nothing from outside is taken.
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
		paths, err = walk(root)
	}
	if err != nil {
		return flake.Repo{}, err
	}
	if len(paths) > maxFiles {
		return flake.Repo{}, fmt.Errorf("it has %d files, more than any configuration", len(paths))
	}
	return readAllOf(root, paths)
}

// readAllOf reads the files at paths into a repository.
func readAllOf(root *os.Root, paths []string) (repo flake.Repo, err error) {
	slices.Sort(paths)
	left := int64(maxBytes)
	for _, p := range paths {
		from, err := target(root, p, paths)
		if errors.Is(err, fs.ErrNotExist) || from == "" && err == nil {
			continue // deleted, and git does not know yet; or a link to a build
		}
		if err != nil {
			return flake.Repo{}, err
		}
		text, err := read(root, from, left)
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

// target gives the ordinary file that holds the text of name: name itself, or where its links lead among the sorted
// paths. It is empty for a link to a build.
func target(root *os.Root, name string, paths []string) (string, error) {
	at := name
	for range maxLinks {
		info, err := root.Lstat(at)
		switch {
		case err != nil:
			return "", err
		case info.Mode().IsRegular():
			return at, nil
		case info.Mode()&fs.ModeSymlink == 0:
			return "", fmt.Errorf("%s is not an ordinary file; replace it by one", at)
		case at == name && isBuild(name):
			return "", nil
		}
		link, err := root.Readlink(at)
		if err != nil {
			return "", err
		}
		next := path.Join(path.Dir(at), link)
		if _, ours := slices.BinarySearch(paths, next); !ours || path.IsAbs(link) {
			return "", fmt.Errorf("%s is a link to %q, which is no file of this configuration; replace the link by the file, or put the file into this folder", at, link)
		}
		at = next
	}
	return "", fmt.Errorf("%s is a link that leads through more than %d others; replace it by the file", name, maxLinks)
}

func read(root *os.Root, name string, most int64) ([]byte, error) {
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
