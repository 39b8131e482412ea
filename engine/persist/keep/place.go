package keep

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"lethe/engine/flake"
)

// Names in the persist tree that are Lethe's own.
const (
	// StateFolder is at its top and holds the record of copies, for its owner only.
	StateFolder = ".lethe"
	// ForgottenFolder is at its top and holds what was forgotten, by the moment of it, for its owner only.
	ForgottenFolder = ".forgotten"
	// TemporaryPrefix begins the name of a folder in which a copy is made, beside where it goes.
	TemporaryPrefix = ".lethe-keep-"
	// treeName is the copy inside of that.
	treeName = "tree"
)

// Place is the system that is worked on. Empty fields have the values of a system that Lethe installed.
type Place struct {
	Root    string `json:"root"`    // "/"
	Persist string `json:"persist"` // [flake.Storage]
	Repo    string `json:"repo"`    // "/etc/nixos"
	// Host is the name of the system in the repository's flake, for the command that rebuilds; "" leaves it to nixos-rebuild.
	Host string `json:"host"`
	// MountInfo is where the kernel says what is mounted: /proc/self/mountinfo.
	MountInfo string `json:"mountInfo"`
}

func (p Place) withDefaults() Place {
	p.Root = cmp.Or(p.Root, "/")
	p.Persist = cmp.Or(p.Persist, flake.Storage)
	p.Repo = cmp.Or(p.Repo, "/etc/nixos")
	p.MountInfo = cmp.Or(p.MountInfo, "/proc/self/mountinfo")
	return p
}

// site is a place that is open, with what is known about it at this moment.
type site struct {
	Place
	root, persist     *os.File
	rootAt, persistAt string // without links
	mounts            []*mountinfo.Info
	boot              string
	people
}

func open(p Place) (*site, error) {
	s := &site{Place: p.withDefaults()}
	if err := s.look(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *site) look() (err error) {
	if s.root, s.rootAt, err = openPlace(s.Root); err != nil {
		return fmt.Errorf("cannot look at the running system: %w", err)
	}
	if s.persist, s.persistAt, err = openPlace(s.Persist); err != nil {
		return fmt.Errorf("cannot look at the persist tree: %w; name it with --persist", err)
	}
	if s.mounts, err = readMounts(s.MountInfo); err != nil {
		return fmt.Errorf("cannot read what is mounted: %w", err)
	}
	if s.boot, err = bootID(); err != nil {
		return err
	}
	if s.people, err = readPeople(s.root); err != nil {
		return fmt.Errorf("cannot read who the users are: %w", err)
	}
	return nil
}

func (s *site) close() {
	for _, f := range []*os.File{s.root, s.persist} {
		if f != nil {
			_ = f.Close() // only read
		}
	}
}

// openPlace opens a folder and says where it really is.
func openPlace(name string) (*os.File, string, error) {
	f, err := openRoot(name)
	if err != nil {
		return nil, "", err
	}
	at, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", f.Fd()))
	if err != nil {
		return nil, "", errors.Join(err, f.Close())
	}
	return f, at, nil
}

func readMounts(file string) ([]*mountinfo.Info, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return mountinfo.GetMountsFromReader(f, nil)
}

// mountOf gives the mount that a real path is on: the last of those with the longest path.
func (s *site) mountOf(name string) *mountinfo.Info {
	var best *mountinfo.Info
	for _, m := range s.mounts {
		if (m.Mountpoint == name || below(name, m.Mountpoint)) && (best == nil || len(m.Mountpoint) >= len(best.Mountpoint)) {
			best = m
		}
	}
	return best
}

// inFileSystem says where something of the persist tree is in its file system, as mountinfo would show it as the root of a bind.
func (s *site) inFileSystem(name string) (device [2]int, at string, ok bool) {
	whole := path.Join(s.persistAt, name)
	m := s.mountOf(s.persistAt)
	if m == nil {
		return device, "", false
	}
	return [2]int{m.Major, m.Minor}, path.Join(m.Root, strings.TrimPrefix(whole, strings.TrimSuffix(m.Mountpoint, "/"))), true
}

// bound tells whether a path of the running system shows what is in the persist tree: by a bind mount, or by a link.
func (s *site) bound(name string) bool {
	if s.linked(name) {
		return true
	}
	at := path.Join(s.rootAt, name)
	m := s.mountOf(at)
	device, inside, ok := s.inFileSystem(name)
	return ok && m != nil && m.Mountpoint == at && [2]int{m.Major, m.Minor} == device && m.Root == inside
}

// linked tells whether a path is a link to its place in the persist tree.
func (s *site) linked(name string) bool {
	n, err := look(s.root, relative(name), false)
	if err != nil {
		return false
	}
	defer n.Close()
	target, err := linkOf(n)
	return err == nil && (target == path.Join(s.Persist, name) || target == path.Join(s.persistAt, name))
}

// boundBelow gives a mount that shows something inside a folder of the persist tree, or that folder.
func (s *site) boundBelow(name string) (string, bool) {
	device, inside, ok := s.inFileSystem(name)
	for _, m := range s.mounts {
		if ok && [2]int{m.Major, m.Minor} == device && (m.Root == inside || below(m.Root, inside)) {
			return m.Mountpoint, true
		}
	}
	return "", false
}

// declared lists what the running system keeps in this persist tree, by what it says and by what is mounted.
func (s *site) declared() ([]string, error) {
	var list []string
	text, err := readSystem(s.root, flake.KeptFile)
	switch {
	case err == nil:
		storages, err := flake.ReadKept(text)
		if err != nil {
			return nil, err
		}
		for storage, kept := range storages {
			if path.Clean(storage) == s.Persist || path.Clean(storage) == s.persistAt || s.Root != "/" {
				list = append(append(list, kept.Directories...), kept.Files...)
			}
		}
	case !errors.Is(err, os.ErrNotExist):
		return nil, err
	}
	for _, m := range s.mounts {
		if name, ok := strings.CutPrefix(m.Mountpoint, strings.TrimSuffix(s.rootAt, "/")); ok && strings.HasPrefix(name, "/") && s.bound(name) {
			list = append(list, name)
		}
	}
	return list, nil
}

// readText reads a small file below a folder, without following links.
func readText(folder *os.File, name string) ([]byte, error) {
	f, err := openAt(folder, name, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	return readSmall(f)
}

// readSystem reads a small file that NixOS may have made as a link into the store. Links are followed as they are below the root.
func readSystem(root *os.File, name string) ([]byte, error) {
	fd, err := unix.Openat2(int(root.Fd()), relative(name), &unix.OpenHow{Flags: unix.O_RDONLY | unix.O_NONBLOCK | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS})
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return readSmall(os.NewFile(uintptr(fd), name))
}

func readSmall(f *os.File) ([]byte, error) {
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no ordinary file")
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(io.LimitReader(f, maxList+1)); err != nil {
		return nil, err
	}
	if b.Len() > maxList {
		return nil, fmt.Errorf("it has more than %d MiB", maxList>>20)
	}
	return b.Bytes(), nil
}
