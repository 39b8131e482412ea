package secret

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// memory is where a secret lives: pages of its own, outside the heap that the garbage collector moves and copies, kept from swap,
// from core dumps and from forked children.
type memory struct {
	mu     sync.RWMutex
	pages  []byte // everything that was reserved
	text   []byte // the secret: the beginning of pages
	mapped bool   // pages came from mmap; the heap is the way out where the kernel gives none
	locked bool
	// lent tells that somebody has a slice of pages that nobody can take back.
	lent atomic.Bool
}

// reserve makes room for size bytes, all zero. It always succeeds: what the kernel refuses shows in locked.
func reserve(size int) *memory {
	page := os.Getpagesize()
	length := max(1, (size+page-1)/page) * page
	pages, err := unix.Mmap(-1, 0, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		heap := make([]byte, size)
		return &memory{pages: heap, text: heap}
	}
	m := &memory{pages: pages, text: pages[:size:size], mapped: true}
	m.locked = unix.Mlock(pages) == nil
	// Both are known since Linux 3.4 and cannot fail on a mapping of one's own.
	_, _ = unix.Madvise(pages, unix.MADV_DONTDUMP), unix.Madvise(pages, unix.MADV_DONTFORK)
	return m
}

// errWiped is why a wiped secret cannot be used.
var errWiped = errors.New("cannot use secret: it was wiped")

// use calls f with the secret, which stays until f returns.
func (m *memory) use(f func(text []byte) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.text == nil {
		return errWiped
	}
	return f(m.text)
}

// lend gives the secret away.
func (m *memory) lend() []byte {
	m.mu.RLock()
	defer m.mu.RUnlock()
	m.lent.Store(true)
	return m.text
}

// wipe overwrites and gives back. Pages that were lent stay mapped, so that a reader who is late finds zeros and not a fault; nothing
// stands behind them any more, and no other secret is ever put there.
func (m *memory) wipe() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.pages)
	if m.locked {
		_ = unix.Munlock(m.pages)
	}
	switch {
	case m.mapped && m.lent.Load():
		_ = unix.Madvise(m.pages, unix.MADV_DONTNEED)
	case m.mapped:
		_ = unix.Munmap(m.pages)
	}
	m.pages, m.text, m.mapped, m.locked = nil, nil, false, false
}
