package keep

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// remove deletes an entry and all that is in it, without following a link or crossing a mount. What is not there is no error.
func remove(folder *os.File, name string) error {
	err := unix.Unlinkat(int(folder.Fd()), name, 0)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if !errors.Is(err, unix.EISDIR) {
		return &fs.PathError{Op: "remove", Path: name, Err: err}
	}
	if err := empty(folder, name); err != nil {
		return err
	}
	if err := unix.Unlinkat(int(folder.Fd()), name, unix.AT_REMOVEDIR); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &fs.PathError{Op: "remove", Path: name, Err: err}
	}
	return nil
}

// empty removes what is in a folder.
func empty(folder *os.File, name string) error {
	inside, err := openAt(folder, name, unix.O_RDONLY|unix.O_DIRECTORY, unix.RESOLVE_NO_XDEV)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if errors.Is(err, unix.EXDEV) {
		return fmt.Errorf("cannot remove %q: a file system is mounted there; unmount it first", name)
	}
	if err != nil {
		return err
	}
	defer inside.Close()
	names, err := inside.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := remove(inside, n); err != nil {
			return err
		}
	}
	return nil
}
