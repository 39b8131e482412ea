package lockfile

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lethe/engine/event"
)

// FuzzHolder reads the kernel's list of locks and a note of anything. A process is named only by a line about that inode, and a note is
// believed only from the process that holds the lock.
func FuzzHolder(f *testing.F) {
	f.Add("1: FLOCK  ADVISORY  WRITE 4711 00:1a:815 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 12 00:1a:815 0 EOF\n2: POSIX  ADVISORY  WRITE 9 08:02:815 0 EOF\n", []byte(`{"pid":4711,"since":"2026-11-22T12:00:00Z","title":"Install to /dev/sda"}`))
	f.Add("x: FLOCK y WRITE -1 :815\nx: FLOCK y WRITE 99999999999999999999 :815", []byte(`{"pid":4711,"title":"\u001b[2J\u202e$(reboot)`+strings.Repeat("x", 3000)+`"}`))
	f.Add("", []byte(`{"pid":1}`))
	f.Fuzz(func(t *testing.T, list string, note []byte) {
		for _, pid := range lockers(list, 815) {
			if pid < 1 || !strings.Contains(list, "815") || !strings.Contains(list, strconv.Itoa(pid)) {
				t.Errorf("%d is named by %q", pid, list)
			}
		}
		for line := range strings.Lines(list) {
			if strings.Contains(line, "->") && len(lockers(line, 815)) > 0 && strings.Fields(line)[1] == "->" {
				t.Errorf("who waits is named by %q", line)
			}
		}
		if !bytes.Contains(note, []byte("4711")) {
			return // it is read several times, in case that somebody is just writing it
		}
		path := filepath.Join(t.TempDir(), name)
		if len(note) > 4*noteBytes || os.WriteFile(path, note, 0o600) != nil {
			return
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		begun := time.Now()
		n := read(file, 4711)
		if n.PID != 4711 || time.Since(begun) > 5*time.Second || len(n.Title) > noteBytes {
			t.Errorf("%+v of %q", n, note)
		}
		if shown := n.String(); event.Plain(shown) != shown {
			t.Errorf("%q is shown", shown)
		}
	})
}
