package keep

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// bootID names this start of the system.
func bootID() (string, error) {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("cannot tell one start of the system from another: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// replaceable tells whether what is at the place of a copy is an earlier copy that may be deleted: made since the system was
// started, so that its source is there still, and not touched by anybody since it was put there. Where it is not, somebody's
// data may be nowhere else.
func (s *site) replaceable(rec record, name string) (bool, error) {
	i := rec.find(name)
	if i < 0 || rec.Copies[i].Boot != s.boot {
		return false, nil
	}
	folder, base, err := split(s.persist, name)
	if err != nil {
		return false, err
	}
	defer folder.Close()
	return untouched(folder, base, rec.Copies[i].Placed)
}

// untouched tells whether nothing in a tree changed after a moment, and nothing is mounted in it.
func untouched(folder *os.File, name string, since time.Time) (bool, error) {
	n, err := look(folder, name, true)
	if errors.Is(err, unix.EXDEV) || errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer n.Close()
	if time.Unix(n.stat.Ctim.Unix()).After(since) || n.kind() != unix.S_IFDIR {
		return !time.Unix(n.stat.Ctim.Unix()).After(since), nil
	}
	inside, err := n.read()
	if err != nil {
		return false, err
	}
	defer inside.Close()
	names, err := inside.Readdirnames(-1)
	if err != nil {
		return false, err
	}
	for _, name := range names {
		if same, err := untouched(inside, name, since); err != nil || !same {
			return false, err
		}
	}
	return true, nil
}
