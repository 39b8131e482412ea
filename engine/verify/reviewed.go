package verify

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lethe/engine/flake"
	"lethe/engine/flake/export"
	"lethe/engine/plan"
)

// Reviewed makes sure that the repository in folder is the reviewed one, byte for byte. For a plan that leaves the lock to be fetched, the
// repository must have one, which is given back: it is the only difference that is allowed.
func Reviewed(folder string, p plan.Plan) (lock []byte, err error) {
	if !p.Locked() {
		found, err := export.Load(folder)
		if err != nil {
			return nil, err
		}
		text, ok := found.Get(flake.LockFile)
		if !ok {
			return nil, fmt.Errorf("it has no %s", flake.LockFile)
		}
		if err := flake.CheckLock(flake.Input{Layout: p.Layout, Config: p.Wishes, Lock: text}); err != nil {
			return nil, err
		}
		lock = bytes.Clone(text)
	}
	_, err = onDisk(folder, p.Configuration, lock)
	return lock, err
}

// PasswordFile makes sure that a user can log in by the file at path: one yescrypt hash, in a file that belongs to this process's
// user, who is root, and that nobody else can read. No error quotes what is in it.
func PasswordFile(path string) error {
	var is unix.Stat_t
	if err := unix.Lstat(path, &is); err != nil {
		return fmt.Errorf("cannot find it: %w", err)
	}
	switch {
	case is.Mode&unix.S_IFMT != unix.S_IFREG:
		return errors.New("it is no regular file")
	case int(is.Uid) != os.Geteuid():
		return fmt.Errorf("it belongs to user %d", is.Uid)
	case is.Mode&0o7777 != 0o600:
		return fmt.Errorf("its mode is %04o instead of 0600", is.Mode&0o7777)
	}
	hash, err := readHash(path)
	if err == nil && len(bytes.TrimPrefix(hash, []byte("$y$"))) < leastHash {
		err = errors.New("its hash is cut short")
	}
	return err
}

// leastHash is less than what follows the mark of a yescrypt hash: parameters, salt and 43 characters of the hash proper.
const leastHash = 60
