package widget

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"golang.org/x/sys/unix"
)

// unwritten is a secret that is nowhere in this program's memory until it is typed: only this function knows its letters.
type unwritten struct{ seed uint32 }

const secretLetters = 24

func (u unwritten) letter(i int) byte {
	x := u.seed + uint32(i)*2654435761
	x ^= x >> 15
	x *= 2246822519
	return 'a' + byte((x>>13)%26)
}

// at tells whether length letters stand in memory, each in width bytes.
func (u unwritten) at(memory []byte, length, width int) bool {
	if len(memory) < length*width {
		return false
	}
	for i := range length {
		letter := memory[i*width : (i+1)*width]
		if letter[0] != u.letter(i) || width == 4 && binary.LittleEndian.Uint32(letter) != uint32(letter[0]) {
			return false
		}
	}
	return true
}

// copies counts how often the secret, and its first half, stand in memory: as UTF-8 and as runes.
func (u unwritten) copies(memory []byte) (whole, half int) {
	first := []byte{u.letter(0)}
	for at := bytes.Index(memory, first); at >= 0; {
		for _, width := range []int{1, 4} {
			if u.at(memory[at:], secretLetters/2, width) {
				half++
			}
			if u.at(memory[at:], secretLetters, width) {
				whole++
			}
		}
		next := bytes.Index(memory[at+1:], first)
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return whole, half
}

// inProcess counts the copies in all memory of this process that can be written, garbage included.
func (u unwritten) inProcess(t *testing.T) (whole, half int) {
	t.Helper()
	const chunk, overlap = 1 << 20, secretLetters * 4
	window, err := unix.Mmap(-1, 0, chunk, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Munmap(window) }()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	var own int64
	if _, err := fmt.Sscanf(fmt.Sprintf("%p", &window[0]), "0x%x", &own); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(maps)); lines.Scan(); {
		var from, to int64
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x rw", &from, &to); err != nil {
			continue
		}
		for ; from < to; from += chunk - overlap {
			if from <= own && own < min(from+chunk, to) || own <= from && from < own+chunk {
				continue // what was just copied here is no copy of anybody's
			}
			n, err := memory.ReadAt(window[:min(chunk, to-from)], from)
			if err != nil && n == 0 {
				break
			}
			w, h := u.copies(window[:n])
			whole, half = whole+w, half+h
			clear(window)
		}
	}
	return whole, half
}

// reachable counts the copies in what the program can still reach: a dump of the heap leaves out what the garbage collector found free.
func (u unwritten) reachable(t *testing.T) (whole, half int) {
	t.Helper()
	runtime.GC()
	runtime.GC()
	f, err := os.Create(filepath.Join(t.TempDir(), "heap"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	debug.WriteHeapDump(f.Fd())
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	dump, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Munmap(dump) }()
	return u.copies(dump)
}

// measured is how many texts of at least half the secret the toolkit keeps on purpose: it remembers the width of every text that it
// measured, and measures what is typed, dots or not, at each letter. It forgets them a minute after their last use, when it paints.
const measured = secretLetters/2 + 1

// TestOnlyMeasuresKeepWhatWasTyped types a passphrase letter by letter, has it taken, and looks for it in what the program can still
// reach: that must be the toolkit's measures and nothing else, neither texts nor history. All of the memory is searched as well and
// told: Go frees strings and does not wipe them.
func TestOnlyMeasuresKeepWhatWasTyped(t *testing.T) {
	p, c, q := passphrase(t)
	u := unwritten{seed: uint32(os.Getpid()) * 40503}
	if whole, half := u.inProcess(t); whole+half != 0 {
		t.Fatalf("it is in memory before it is typed: %d and %d times", whole, half)
	}
	for _, f := range []*passField{p.first, p.again} {
		c.Focus(f)
		for i := range secretLetters {
			f.TypedRune(rune(u.letter(i)))
		}
	}
	q.drain(t, func() bool { return p.State().Score >= 0 && !p.estimates.running })
	if whole, _ := u.reachable(t); whole < 2 {
		t.Fatalf("of two entries %d are found: this search finds nothing", whole)
	}
	whole, half := u.inProcess(t)
	t.Logf("typed: %d copies of the whole in memory, %d of its first half", whole, half)

	taken := p.Take()
	if len(taken) != secretLetters {
		t.Fatal("nothing was taken")
	}
	clear(taken)
	c.Unfocus()
	test.WidgetRenderer(p.first).Refresh()
	if whole, half := u.reachable(t); whole > 1 || half > measured {
		t.Errorf("after it was taken %d copies of the whole and %d of a half can be reached", whole, half)
	}
	whole, half = u.inProcess(t)
	t.Logf("taken, garbage collected: %d copies of the whole in memory, %d of its first half", whole, half)
	debug.FreeOSMemory()
	whole, half = u.inProcess(t)
	t.Logf("free memory given back to the system: %d and %d", whole, half)
	runtime.KeepAlive(p)
}

// TestHiddenPassphraseIsNotCopied wants nothing on the clipboard from an entry that shows dots.
func TestHiddenPassphraseIsNotCopied(t *testing.T) {
	p, c, _ := passphrase(t)
	board := fyne.CurrentApp().Clipboard()
	board.SetContent("before")
	for _, shown := range []bool{false, true} {
		p.show(shown)
		for _, f := range []*passField{p.first, p.again} {
			c.Focus(f)
			f.Write("")
			test.Type(f, "correct horse")
			for _, shortcut := range []fyne.Shortcut{&fyne.ShortcutSelectAll{}, &fyne.ShortcutCopy{Clipboard: board}, &fyne.ShortcutCut{Clipboard: board}} {
				f.TypedShortcut(shortcut)
			}
			if copied := strings.Contains(board.Content(), "horse"); copied != shown {
				t.Errorf("shown %v: the clipboard holds %q", shown, board.Content())
			}
			board.SetContent("before")
		}
	}
}
