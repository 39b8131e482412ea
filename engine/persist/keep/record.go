package keep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// Names in [StateFolder].
const (
	recordFile = "keep.json"
	lockName   = "lock"
)

// record is what outlives the process: what a kill left half done, and what waits for a rebuild.
type record struct {
	Version int `json:"version"`
	// Work are folders in which a copy was being made, below the persist tree.
	Work []string `json:"work"`
	// Copies are verified copies at their places.
	Copies    []Pending   `json:"copies"`
	Forgotten []Forgotten `json:"forgotten"`
}

// Pending is a copy that was verified and is at its place, and that the running system does not show yet.
type Pending struct {
	Entry
	Copied
	// Snapshot is when the copy was begun: what was written before is in it.
	Snapshot time.Time `json:"snapshot"`
	// Declared tells that the repository names the path. Without that no rebuild will keep it.
	Declared bool `json:"declared"`
	// Placed is when the copy was put in place: nobody has touched it if nothing in it changed later.
	Placed time.Time `json:"placed"`
	// Boot names the start of the system in which it was copied; its source is gone with that.
	Boot string `json:"boot"`
}

// Forgotten is one act of forgetting: the name of its folder in [ForgottenFolder], and the paths in it.
type Forgotten struct {
	Date  string   `json:"date"`
	Paths []string `json:"paths"`
}

// state is the folder with the record, locked against others.
type state struct {
	folder, lock *os.File
	record
}

// readRecord gives the record without locking. Where there is none it is empty.
func readRecord(persist *os.File) (record, error) {
	r := record{Version: 1}
	text, err := readText(persist, StateFolder+"/"+recordFile)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err == nil && r.Version != 1 {
		err = fmt.Errorf("it has version %d, and this program knows 1", r.Version)
	}
	if err != nil {
		return r, fmt.Errorf("cannot read what is pending (%s/%s in the persist tree): %w; use the newest Lethe, or remove the file to start over", StateFolder, recordFile, err)
	}
	return r, nil
}

// lockState takes the lock and reads the record.
func lockState(persist *os.File) (*state, error) {
	folder, err := private(persist, StateFolder)
	if err != nil {
		return nil, fmt.Errorf("cannot write to the persist tree: %w; run this as root", err)
	}
	s := &state{folder: folder}
	fd, err := unix.Openat(int(folder.Fd()), lockName, unix.O_RDWR|unix.O_CREAT|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot lock the persist tree: %w", err), s.unlock())
	}
	s.lock = os.NewFile(uintptr(fd), lockName)
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot lock the persist tree: %w; another Lethe copies right now, so try again when it is done", err), s.unlock())
	}
	if s.record, err = readRecord(persist); err != nil {
		return nil, errors.Join(err, s.unlock())
	}
	return s, nil
}

func (s *state) unlock() error {
	err := s.folder.Close()
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

// private opens a folder for its owner only at the top of the persist tree, and makes it if it is missing.
func private(persist *os.File, name string) (*os.File, error) {
	if err := unix.Mkdirat(int(persist.Fd()), name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, &fs.PathError{Op: "mkdir", Path: name, Err: err}
	}
	return openAt(persist, name, unix.O_RDONLY|unix.O_DIRECTORY, unix.RESOLVE_NO_XDEV)
}

// save writes the record so that a kill leaves the old one or the new one.
func (s *state) save() error {
	text, err := json.MarshalIndent(s.record, "", "  ")
	if err == nil {
		err = writeText(s.folder, recordFile, append(text, '\n'), 0o600, nil)
	}
	if err != nil {
		return fmt.Errorf("cannot note what is pending: %w", err)
	}
	return nil
}

// writeText replaces a file in a folder: a new one beside it, synced and renamed. Like gives its owner. The name of the new one is
// always the same, so that kills leave one at most.
func writeText(folder *os.File, name string, text []byte, mode uint32, like *unix.Stat_t) (err error) {
	temporary := "." + name + ".lethe-new"
	if err := unix.Unlinkat(int(folder.Fd()), temporary, 0); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &fs.PathError{Op: "remove", Path: temporary, Err: err}
	}
	fd, err := unix.Openat(int(folder.Fd()), temporary, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return &fs.PathError{Op: "create", Path: name, Err: err}
	}
	f := os.NewFile(uintptr(fd), name)
	defer func() {
		if err != nil {
			_ = unix.Unlinkat(int(folder.Fd()), temporary, 0)
		}
	}()
	_, err = bytes.NewReader(text).WriteTo(f)
	if err == nil && like != nil && (like.Uid != uint32(os.Geteuid()) || like.Gid != uint32(os.Getegid())) {
		err = f.Chown(int(like.Uid), int(like.Gid))
	}
	if err == nil {
		err = f.Chmod(fs.FileMode(mode))
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = unix.Renameat(int(folder.Fd()), temporary, int(folder.Fd()), name); err != nil {
		return &fs.PathError{Op: "rename", Path: name, Err: err}
	}
	return syncFolder(folder)
}

// find gives the place of a path among the copies, -1 for none.
func (r *record) find(name string) int {
	return slices.IndexFunc(r.Copies, func(p Pending) bool { return p.Path == name })
}

// put notes a copy, in place of an older one of the same path.
func (r *record) put(p Pending) {
	if i := r.find(p.Path); i >= 0 {
		r.Copies[i] = p
		return
	}
	r.Copies = append(r.Copies, p)
}

func (r *record) drop(name string) {
	r.Copies = slices.DeleteFunc(r.Copies, func(p Pending) bool { return p.Path == name })
}
