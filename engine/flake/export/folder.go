package export

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"lethe/engine/flake"
)

// writeNew makes a folder that is not there yet: it is built beside its place and then renamed into it.
func writeNew(ctx context.Context, files []flake.File, target string) error {
	root, err := os.OpenRoot(filepath.Dir(target))
	if err != nil {
		return err
	}
	defer root.Close()
	build := temporaryName(filepath.Base(target))
	if err := fill(ctx, root, build, files); err != nil {
		_ = root.RemoveAll(build)
		return err
	}
	if err := root.Rename(build, filepath.Base(target)); err != nil {
		_ = root.RemoveAll(build)
		return err
	}
	return nil
}

// writeInto fills an empty folder, which may be the root of a USB stick and so cannot be replaced: everything is built
// in a folder inside it, and then moved up, .git last.
func writeInto(ctx context.Context, files []flake.File, target string) error {
	root, err := os.OpenRoot(target)
	if err != nil {
		return err
	}
	defer root.Close()
	if entries, err := fs.ReadDir(root.FS(), "."); err != nil {
		return err
	} else if len(entries) > 0 {
		return fmt.Errorf("%w and not empty; choose an empty or a new folder", ErrExists)
	}
	build := temporaryName("build")
	if err := fill(ctx, root, build, files); err != nil {
		_ = root.RemoveAll(build)
		return err
	}
	var moved []string
	for _, name := range topNames(files) {
		if err := root.Rename(path.Join(build, name), name); err != nil {
			for _, m := range append(moved, build) {
				_ = root.RemoveAll(m)
			}
			return err
		}
		moved = append(moved, name)
	}
	return root.Remove(build)
}

// topNames lists what is directly in the repository, .git last.
func topNames(files []flake.File) []string {
	var names []string
	for _, f := range files {
		name, _, _ := strings.Cut(f.Path, "/")
		if !slices.Contains(names, name) && name != ".git" {
			names = append(names, name)
		}
	}
	return append(names, ".git")
}

// fill writes the files below a new folder and waits until the file system has taken them.
func fill(ctx context.Context, root *os.Root, folder string, files []flake.File) error {
	if err := root.Mkdir(folder, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		name := path.Join(folder, f.Path)
		if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		if err := writeFile(root, name, f.Text); err != nil {
			return err
		}
	}
	if err := ignoreModes(root, path.Join(folder, ".git/config")); err != nil {
		return err
	}
	return syncFileSystem(root, folder)
}

// ignoreModes sets core.filemode=false where the file system makes every file executable, as FAT may: git would call all
// of them changed. Anywhere else that would make git miss a script that becomes executable.
func ignoreModes(root *os.Root, config string) error {
	info, err := root.Stat(config)
	if err != nil || info.Mode()&0o100 == 0 {
		return err
	}
	f, err := root.OpenFile(config, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString("[core]\n\tfilemode = false\n")
	return errors.Join(err, f.Close())
}

func writeFile(root *os.Root, name string, text []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// syncFileSystem makes a full disk or a pulled stick fail here, not after success was reported.
func syncFileSystem(root *os.Root, name string) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return fmt.Errorf("cannot write to the disk: %w", err)
	}
	return nil
}

// temporaryName is short enough for any file system and does not collide.
func temporaryName(base string) string {
	if len(base) > 64 {
		base = "export"
	}
	return "." + base + "-" + rand.Text()[:10]
}
