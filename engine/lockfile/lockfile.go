// Package lockfile lets one engine at a time work on a machine, and tells everybody else who that is.
//
// It guarantees that a lock goes with its process, however that ends; that a holder is believed only where the kernel says that this
// very process holds this very file, never because of what is written in it; and that a signal reaches that process or none. Looking who
// holds a lock takes no lock, so that nobody who begins is turned away by somebody who only looks.
//
// A holder in another PID namespace cannot be seen, only that somebody holds the lock. Another user's processes cannot be looked
// into, so a holder is found by root, or by the user whose process it is.
package lockfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"lethe/engine/event"
)

// name of the lock in its folder.
const name = "lock"

// Note is what the holder of a lock writes into it.
type Note struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
	// Title says in a phrase what is being done.
	Title string `json:"title"`
	// Journal is the path of the journal of what is being done; empty until there is one.
	Journal string `json:"journal,omitempty"`
}

// String names the holder: "process 4711, since 12:03:04: the title".
func (n Note) String() string {
	text := fmt.Sprintf("process %d", n.PID)
	if !n.Since.IsZero() {
		text += ", since " + n.Since.Local().Format(time.TimeOnly)
	}
	if n.Title != "" {
		text += ": " + n.Title
	}
	return text
}

// Lock is held until Close, or until the process ends.
type Lock struct {
	file *os.File
	note Note
}

// Held is why a lock could not be taken: somebody else holds it.
type Held struct {
	// Holder is who; its PID is 0 where that cannot be told.
	Holder Note
}

// Error names the holder and says what can be done.
func (h *Held) Error() string {
	who := ""
	if h.Holder.PID != 0 {
		who = " (" + h.Holder.String() + ")"
	}
	return fmt.Sprintf("cannot begin: another Lethe is at work on this machine%s; wait for its end, look on with lethe-engine watch, or cancel it with lethe-engine stop", who)
}

// Take takes the lock in folder, which it makes where there is none: a folder of this user's alone. title says in a phrase what is
// going to be done, and now is the time. The error is a [*Held] where somebody else is at work.
func Take(folder, title string, now time.Time) (*Lock, error) {
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("cannot make %s: %w; run this as root", folder, err)
	}
	if err := private(folder); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(folder, name), os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot take the lock: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("cannot take the lock: %w", err), f.Close())
		}
		holder, _, _ := Look(folder) // where it cannot be told, the lock is still somebody's
		return nil, errors.Join(&Held{holder}, f.Close())
	}
	l := &Lock{file: f, note: Note{PID: os.Getpid(), Since: now.UTC().Truncate(time.Second), Title: clip(title)}}
	if err := l.write(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return l, nil
}

// private tells whether a folder is this user's alone.
func private(folder string) error {
	var st unix.Stat_t
	if err := unix.Lstat(folder, &st); err != nil {
		return fmt.Errorf("cannot use %s: %w", folder, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR || int(st.Uid) != os.Geteuid() || st.Mode&0o077 != 0 {
		return fmt.Errorf("cannot use %s: it is not a folder of root's alone; remove it and try again", folder)
	}
	return nil
}

// Journal tells where what is being done is written down. Those who look on wait for this, so that none takes an earlier journal for it.
func (l *Lock) Journal(path string) error {
	l.note.Journal = path
	return l.write()
}

// Close lets go of the lock. What stands in it is nobody's from then on.
func (l *Lock) Close() error { return l.file.Close() }

// noteBytes is the size of the lock's file. It never changes, so that whoever reads sees one note, or that it is not whole.
const noteBytes = 2048

// write puts the note into the file, with one call.
func (l *Lock) write() error {
	text, err := json.Marshal(l.note)
	if err == nil && len(text) > noteBytes {
		err = errors.New("the note is too long")
	}
	if err == nil {
		page := make([]byte, noteBytes)
		for i := copy(page, text); i < noteBytes; i++ {
			page[i] = '\n'
		}
		_, err = l.file.WriteAt(page, 0)
	}
	if err == nil {
		err = l.file.Truncate(noteBytes)
	}
	if err != nil {
		return fmt.Errorf("cannot sign the lock: %w; it lies in memory: remove what you do not need from /run and /tmp, and try again", err)
	}
	return nil
}

// mostTitle is how many bytes of a title are kept. JSON may write one byte as six.
const mostTitle = 256

// clip makes a title short and harmless.
func clip(title string) string {
	title = strings.ReplaceAll(event.Plain(title), "\n", " ")
	for i := range title {
		if i > mostTitle {
			return title[:i] + "…"
		}
	}
	return title
}
