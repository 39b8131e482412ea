package engine

import (
	"errors"
	"io"
	"io/fs"

	"lethe/engine/flake"
)

// MediumLock is where a live medium has the flake.lock of what it was built from: revisions whose packages are on it already.
const MediumLock = "/etc/lethe/flake.lock"

// mostLock bounds a flake.lock.
const mostLock = 1 << 20

// ReadMediumLock reads [MediumLock] below a root folder, which os.DirFS("/") gives for this machine; nil where there is none. What cannot be
// read gives an error, which is no reason to stop: the inputs are locked anew then.
func ReadMediumLock(root fs.FS) ([]byte, error) {
	f, err := root.Open(MediumLock[1:])
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadLock(f)
}

// ReadLock reads a flake.lock.
func ReadLock(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, mostLock+1))
	if err == nil && len(text) > mostLock {
		err = errors.New("it is larger than any lock")
	}
	if err != nil {
		return nil, err
	}
	return text, nil
}

// Locked tells that the inputs of a generated configuration are locked without asking a network: by the lock that was given, or by that
// of the live medium.
func (r Request) Locked() bool {
	if len(r.Lock) > 0 {
		return true
	}
	return len(r.Medium) > 0 && flake.FitsLock(flake.Input{Config: r.Wishes, Lock: r.Medium}) == nil
}

// byMedium takes the medium's lock where nothing else was given and it fits. says tells what became of it; it is empty where there is none.
func (r Request) byMedium(in flake.Input) (lock []byte, says string) {
	if len(r.Lock) > 0 || len(r.Medium) == 0 {
		return nil, ""
	}
	in.Lock = r.Medium
	if err := flake.FitsLock(in); err != nil {
		return nil, "The lock of the live medium (" + MediumLock + ") is left aside: " + err.Error() + ". "
	}
	return r.Medium, "The inputs are locked to the revisions of the live medium (" + MediumLock + ")."
}
