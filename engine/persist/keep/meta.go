package keep

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"

	"golang.org/x/sys/unix"
)

// attributes gives the extended attributes of an inode, ACLs and capabilities among them.
func (n *node) attributes() (map[string]string, error) {
	list, err := fill(func(b []byte) (int, error) { return unix.Listxattr(n.magic(), b) })
	if errors.Is(err, unix.ENOTSUP) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the extended attributes: %w", err)
	}
	found := map[string]string{}
	for name := range bytes.SplitSeq(bytes.TrimSuffix(list, []byte{0}), []byte{0}) {
		if len(name) == 0 {
			continue
		}
		value, err := fill(func(b []byte) (int, error) { return unix.Getxattr(n.magic(), string(name), b) })
		if errors.Is(err, unix.ENODATA) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read the extended attribute %q: %w", name, err)
		}
		found[string(name)] = string(value)
	}
	return found, nil
}

// fill calls a function that wants a buffer until the buffer is large enough.
func fill(get func([]byte) (int, error)) ([]byte, error) {
	for size := 256; ; size *= 4 {
		b := make([]byte, size)
		n, err := get(b)
		switch {
		case errors.Is(err, unix.ERANGE) && size < 1<<20:
			continue
		case err != nil:
			return nil, err
		}
		return b[:n], nil
	}
}

// dress gives a copy all that its source has but its content: owner, mode, attributes, times, in an order in which none undoes another.
func dress(from, to *node) error {
	want, err := from.attributes()
	if err != nil {
		return err
	}
	if err := chown(from, to); err != nil {
		return err
	}
	link := from.kind() == unix.S_IFLNK
	if !link {
		if err := unix.Chmod(to.magic(), from.stat.Mode&0o7777); err != nil {
			return fmt.Errorf("cannot set the mode: %w", err)
		}
	}
	if err := setAttributes(to, want); err != nil {
		return err
	}
	times := []unix.Timespec{from.stat.Atim, from.stat.Mtim}
	if err := unix.UtimesNanoAt(int(to.Fd()), "", times, unix.AT_EMPTY_PATH); err != nil {
		return fmt.Errorf("cannot set the times: %w", err)
	}
	return to.again()
}

func chown(from, to *node) error {
	if from.stat.Uid == to.stat.Uid && from.stat.Gid == to.stat.Gid {
		return nil
	}
	if err := unix.Fchownat(int(to.Fd()), "", int(from.stat.Uid), int(from.stat.Gid), unix.AT_EMPTY_PATH); err != nil {
		return fmt.Errorf("cannot give it to %d:%d: %w; run this as root", from.stat.Uid, from.stat.Gid, err)
	}
	return nil
}

// setAttributes makes the attributes of a copy exactly these: it may have inherited ACLs from the folder that it was made in.
func setAttributes(to *node, want map[string]string) error {
	have, err := to.attributes()
	if err != nil {
		return err
	}
	for name := range have {
		if _, wanted := want[name]; !wanted {
			if err := unix.Removexattr(to.magic(), name); err != nil && !errors.Is(err, unix.ENODATA) {
				return fmt.Errorf("cannot remove the inherited attribute %q: %w", name, err)
			}
		}
	}
	for name, value := range want {
		if old, there := have[name]; there && old == value {
			continue
		}
		if err := unix.Setxattr(to.magic(), name, []byte(value), 0); err != nil {
			return fmt.Errorf("cannot set the extended attribute %q: %w", name, err)
		}
	}
	return nil
}

// differs says in which of its properties a copy is not like its source, "" for none. The content is not looked at.
func differs(from, to *node) (string, error) {
	a, b := &from.stat, &to.stat
	switch {
	case from.kind() != to.kind():
		return "its kind", nil
	case a.Uid != b.Uid || a.Gid != b.Gid:
		return "its owner", nil
	case a.Mode != b.Mode:
		return "its mode", nil
	case from.kind() == unix.S_IFREG && a.Size != b.Size:
		return "its size", nil
	case a.Mtim != b.Mtim:
		return "its time", nil
	}
	if from.kind() == unix.S_IFLNK {
		want, err := linkOf(from)
		if err != nil {
			return "", err
		}
		if got, err := linkOf(to); err != nil || got != want {
			return "where it leads", err
		}
	}
	want, err := from.attributes()
	if err != nil {
		return "", err
	}
	got, err := to.attributes()
	if err != nil {
		return "", err
	}
	if !maps.Equal(want, got) {
		return "its extended attributes", nil
	}
	return "", nil
}

// linkOf reads where a symbolic link leads.
func linkOf(n *node) (string, error) {
	target, err := fill(func(b []byte) (int, error) {
		got, err := unix.Readlinkat(int(n.Fd()), "", b)
		if err == nil && got == len(b) {
			return 0, unix.ERANGE // it may have been cut
		}
		return got, err
	})
	if err != nil {
		return "", fmt.Errorf("cannot read the link: %w", err)
	}
	return string(target), nil
}

// unchanged tells whether a file is as it was at an earlier look, as far as its status says.
func unchanged(a, b *unix.Stat_t) bool {
	return a.Size == b.Size && a.Mtim == b.Mtim && a.Ctim == b.Ctim
}

// mount gives the number of the mount that a folder or an entry is on.
func mount(f *os.File) (uint64, error) {
	var s unix.Statx_t
	if err := unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH|unix.AT_SYMLINK_NOFOLLOW, unix.STATX_MNT_ID, &s); err != nil {
		return 0, fmt.Errorf("cannot tell the mount of %s: %w", f.Name(), err)
	}
	return s.Mnt_id, nil
}

// kindName is what a person calls a kind of entry.
func kindName(mode uint32) string {
	switch mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return "folder"
	case unix.S_IFREG:
		return "file"
	case unix.S_IFLNK:
		return "link"
	case unix.S_IFIFO:
		return "fifo"
	case unix.S_IFSOCK:
		return "socket"
	}
	return "device"
}
