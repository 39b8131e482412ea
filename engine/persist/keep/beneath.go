package keep

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// beneath keeps a name inside the folder that it is opened from and follows no link, of whatever kind.
const beneath = unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS

// openAt opens a name below a folder. More are further RESOLVE_ flags. The error is a [fs.PathError] with the name.
func openAt(folder *os.File, name string, flags int, more uint64) (*os.File, error) {
	how := unix.OpenHow{Flags: uint64(flags | unix.O_CLOEXEC), Resolve: beneath | more}
	for {
		fd, err := unix.Openat2(int(folder.Fd()), name, &how)
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN): // somebody renamed something meanwhile
			continue
		case err != nil:
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
		return os.NewFile(uintptr(fd), name), nil
	}
}

// openFolder opens a folder below another for reading its names. It crosses mounts.
func openFolder(folder *os.File, name string) (*os.File, error) {
	return openAt(folder, relative(name), unix.O_RDONLY|unix.O_DIRECTORY, 0)
}

// relative gives an absolute path as a name below the root.
func relative(name string) string {
	if name = strings.Trim(name, "/"); name == "" {
		return "."
	}
	return name
}

// openRoot opens the folder where all begins. Links in the path to it are the caller's.
func openRoot(name string) (*os.File, error) {
	fd, err := unix.Open(name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return os.NewFile(uintptr(fd), name), nil
}

// node is one entry of a tree, held by a descriptor that can neither read nor write (O_PATH), so that looking at a fifo or a
// device has no effect. What it is cannot change while it is held; what is in it can.
type node struct {
	*os.File
	stat unix.Stat_t
}

// look takes hold of an entry without following it. It does not cross a mount when inside is true: then the error is EXDEV.
func look(folder *os.File, name string, inside bool) (*node, error) {
	var more uint64
	if inside {
		more = unix.RESOLVE_NO_XDEV
	}
	f, err := openAt(folder, name, unix.O_PATH|unix.O_NOFOLLOW, more)
	if err != nil {
		return nil, err
	}
	n := &node{File: f}
	if err := n.again(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return n, nil
}

// again reads the status anew.
func (n *node) again() error {
	if err := unix.Fstat(int(n.Fd()), &n.stat); err != nil {
		return &fs.PathError{Op: "stat", Path: n.Name(), Err: err}
	}
	return nil
}

func (n *node) kind() uint32 { return n.stat.Mode & unix.S_IFMT }

// magic is a path to the very inode, for calls that take no descriptor of this kind.
func (n *node) magic() string { return fmt.Sprintf("/proc/self/fd/%d", n.Fd()) }

// read opens the content of the same inode, and leaves its time of access alone where that is allowed.
func (n *node) read() (*os.File, error) {
	flags := unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK
	fd, err := unix.Open(n.magic(), flags|unix.O_NOATIME, 0)
	if errors.Is(err, unix.EPERM) {
		fd, err = unix.Open(n.magic(), flags, 0)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: n.Name(), Err: err}
	}
	return os.NewFile(uintptr(fd), n.Name()), nil
}

// split gives the folder of a path below a root, opened, and the last name.
func split(root *os.File, name string) (*os.File, string, error) {
	folder, err := openFolder(root, path.Dir(name))
	if err != nil {
		return nil, "", err
	}
	return folder, path.Base(name), nil
}

// syncFolder waits until the disk has the names of a folder.
func syncFolder(folder *os.File) error {
	if err := folder.Sync(); err != nil {
		return fmt.Errorf("cannot write to the disk: %w", err)
	}
	return nil
}
