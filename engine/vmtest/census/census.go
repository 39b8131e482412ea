//go:build vm

// Package census lists a tree with everything that a copy has to keep. It uses nothing of the engine, so that it can be its judge.
package census

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Entry is one name in a tree.
type Entry struct {
	Path       []byte            `json:"path"` // relative to the tree, with a slash first; "/" is the tree itself
	Kind       string            `json:"kind"` // as persist.Type has it: file, folder, link, fifo, socket, device
	Mode       uint32            `json:"mode"` // permissions, with set-uid, set-gid and sticky
	UID        uint32            `json:"uid"`
	GID        uint32            `json:"gid"`
	Size       int64             `json:"size"`   // bytes
	Blocks     int64             `json:"blocks"` // bytes on the disk or in memory
	Links      uint64            `json:"links"`
	Inode      uint64            `json:"inode"`
	Modified   int64             `json:"modified"` // nanoseconds since 1970
	Target     []byte            `json:"target,omitempty"`
	Sum        string            `json:"sum,omitempty"` // SHA-256 of a file
	Attributes map[string][]byte `json:"attributes,omitempty"`
}

// Take writes a tree as JSON lines. It does not ask what is mounted in it.
func Take(root string, w io.Writer) error {
	lines := json.NewEncoder(w)
	return filepath.WalkDir(root, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		e, err := look(name)
		if err != nil {
			return fmt.Errorf("cannot list %q: %w", name, err)
		}
		e.Path = []byte("/" + strings.TrimPrefix(strings.TrimPrefix(name, root), "/"))
		return lines.Encode(e)
	})
}

// Read reads what Take wrote, by path.
func Read(text []byte) (map[string]Entry, error) {
	list := map[string]Entry{}
	for line := range bytes.Lines(text) {
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, err
		}
		list[string(e.Path)] = e
	}
	return list, nil
}

func look(name string) (Entry, error) {
	var s unix.Stat_t
	if err := unix.Lstat(name, &s); err != nil {
		return Entry{}, err
	}
	e := Entry{
		Kind: kindOf(s.Mode), Mode: s.Mode & 0o7777, UID: s.Uid, GID: s.Gid, Size: s.Size, Blocks: s.Blocks * 512,
		Links: s.Nlink, Inode: s.Ino, Modified: s.Mtim.Nano(),
	}
	var err error
	switch e.Kind {
	case "file":
		e.Sum, err = sum(name)
	case "link":
		var target string
		target, err = os.Readlink(name)
		e.Target = []byte(target)
	}
	if err != nil {
		return Entry{}, err
	}
	e.Attributes, err = attributes(name)
	return e, err
}

func kindOf(mode uint32) string {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return "file"
	case unix.S_IFDIR:
		return "folder"
	case unix.S_IFLNK:
		return "link"
	case unix.S_IFIFO:
		return "fifo"
	case unix.S_IFSOCK:
		return "socket"
	}
	return "device"
}

func sum(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

func attributes(name string) (map[string][]byte, error) {
	list := make([]byte, 64<<10)
	n, err := unix.Llistxattr(name, list)
	if errors.Is(err, unix.ENOTSUP) || err == nil && n == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found := map[string][]byte{}
	for attribute := range strings.SplitSeq(strings.TrimSuffix(string(list[:n]), "\x00"), "\x00") {
		value := make([]byte, 64<<10)
		n, err := unix.Lgetxattr(name, attribute, value)
		if err != nil {
			return nil, err
		}
		found[attribute] = value[:n]
	}
	return found, nil
}
