package lockfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// ErrFree tells that nobody holds the lock.
var ErrFree = errors.New("no other Lethe is at work on this machine")

// Look tells who holds the lock in folder, and whether anybody does. Nothing is written and no lock is taken.
//
// What the holder wrote is believed only where it is signed with the PID that the kernel gives. Else only the PID is known.
func Look(folder string) (Note, bool, error) {
	f, err := os.OpenFile(filepath.Join(folder, name), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, os.ErrNotExist) {
		return Note{}, false, nil
	}
	if err != nil {
		return Note{}, false, fmt.Errorf("cannot tell whether another Lethe is at work: %w", err)
	}
	defer f.Close()
	pid, err := holder(f)
	if err != nil || pid == 0 {
		return Note{}, false, err
	}
	return read(f, pid), true, nil
}

// What a holder who is just writing needs to end that.
const (
	readings = 5
	pause    = 10 * time.Millisecond
)

// read reads the note of a holder.
func read(f *os.File, pid int) Note {
	for range readings {
		var n Note
		text, err := io.ReadAll(io.NewSectionReader(f, 0, noteBytes))
		if err == nil && json.Unmarshal(text, &n) == nil && n.PID == pid {
			n.Title = clip(n.Title)
			return n
		}
		time.Sleep(pause)
	}
	return Note{PID: pid}
}

// holder gives the process that holds the lock on an open file, 0 when none does. The kernel's list names processes by the inode that
// they locked; whether it is this very file is then seen in the process itself.
func holder(f *os.File) (int, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return 0, fmt.Errorf("cannot tell who holds the lock: %w", err)
	}
	list, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0, fmt.Errorf("cannot tell who holds the lock: %w", err)
	}
	var unsure error // another user's process, that may have locked another file
	for _, pid := range lockers(string(list), st.Ino) {
		held, err := holds(pid, st)
		if err != nil {
			unsure = fmt.Errorf("cannot tell whether process %d holds the lock: %w", pid, err)
		}
		if held {
			return pid, nil
		}
	}
	return 0, unsure
}

// lockers reads the processes that hold a flock on an inode out of /proc/locks: "1: FLOCK  ADVISORY  WRITE 4711 00:1a:815 0 EOF". Those
// that wait have an arrow there. The device is not compared, as it is not the one of stat(2) on every file system.
func lockers(list string, inode uint64) []int {
	var pids []int
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		if len(fields) < 6 || fields[1] != "FLOCK" || fields[3] != "WRITE" {
			continue
		}
		pid, err := strconv.Atoi(fields[4])
		if err == nil && pid > 0 && strings.HasSuffix(fields[5], ":"+strconv.FormatUint(inode, 10)) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// holds tells whether a process has a file open and holds a flock by it. A process that is gone holds nothing.
func holds(pid int, file unix.Stat_t) (bool, error) {
	folder := "/proc/" + strconv.Itoa(pid)
	entries, err := os.ReadDir(folder + "/fd")
	if gone(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, entry := range entries {
		var st unix.Stat_t
		if unix.Stat(filepath.Join(folder, "fd", entry.Name()), &st) != nil || st.Dev != file.Dev || st.Ino != file.Ino {
			continue
		}
		info, err := os.ReadFile(filepath.Join(folder, "fdinfo", entry.Name()))
		if err != nil && !gone(err) {
			return false, err
		}
		if slices.ContainsFunc(strings.Split(string(info), "\n"), locking) {
			return true, nil
		}
	}
	return false, nil
}

// locking tells whether a line of fdinfo is about a flock: "lock:	1: FLOCK  ADVISORY  WRITE 4711 00:1a:815 0 EOF".
func locking(line string) bool {
	fields := strings.Fields(line)
	return len(fields) > 4 && fields[0] == "lock:" && fields[2] == "FLOCK" && fields[4] == "WRITE"
}

// gone tells that a process ended while it was looked at.
func gone(err error) bool { return errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) }

// Terminate asks the process that holds the lock in folder to end (SIGTERM), and names it. It is [ErrFree] where nobody holds it, or who
// did ended by itself meanwhile.
//
// The process is taken hold of first, and then looked at once more: so the signal can reach no process that got the number since.
func Terminate(folder string) (Note, error) {
	n, held, err := Look(folder)
	if err != nil {
		return n, err
	}
	if !held {
		return n, ErrFree
	}
	if n.PID == os.Getpid() {
		return n, errors.New("this very process is at work")
	}
	handle, err := unix.PidfdOpen(n.PID, 0)
	if errors.Is(err, unix.ESRCH) {
		return n, ErrFree
	}
	if err != nil {
		return n, fmt.Errorf("cannot take hold of process %d: %w", n.PID, err)
	}
	defer unix.Close(handle)
	again, held, err := Look(folder)
	switch {
	case err != nil:
		return n, err
	case !held:
		return n, ErrFree
	case again.PID != n.PID:
		return again, fmt.Errorf("process %d began in this moment, and is not the one that was meant; try again if it is", again.PID)
	}
	if err := unix.PidfdSendSignal(handle, unix.SIGTERM, nil, 0); err != nil {
		if errors.Is(err, unix.ESRCH) {
			return n, ErrFree
		}
		return n, fmt.Errorf("cannot signal process %d: %w", n.PID, err)
	}
	return again, nil
}
