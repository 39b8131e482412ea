package key

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lethe/engine/quantity"
)

// area is a file that exists in memory only: it has no name, the kernel never writes it to swap, and it is gone with the last
// process that has it open.
type area struct {
	file  *os.File
	bytes []byte // what is in the file, shared with whoever writes it
}

// mostArea bounds the memory that is locked. A header takes 16 MiB, rounded up to the disk's grain.
const mostArea = 128 * quantity.MiB

// newArea makes an area of zeros. Every page of it is there and locked before anything is written, and the file can neither grow nor
// shrink: no page can come later that is not.
func newArea(size quantity.Bytes) (*area, error) {
	if size > mostArea {
		return nil, fmt.Errorf("cannot keep the header in memory: it has %s, and %s is the most", size.Human(), mostArea.Human())
	}
	fd, err := unix.MemfdCreate("lethe-header", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("cannot keep the header in memory: %w", err)
	}
	a := &area{file: os.NewFile(uintptr(fd), "lethe-header")}
	if err := a.lock(int(size)); err != nil {
		a.wipe()
		return nil, fmt.Errorf("cannot keep the header in memory: %w", err)
	}
	return a, nil
}

func (a *area) lock(size int) error {
	fd := int(a.file.Fd())
	if err := unix.Ftruncate(fd, int64(size)); err != nil {
		return err
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL); err != nil {
		return fmt.Errorf("it cannot be sealed: %w", err)
	}
	bytes, err := unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE)
	if err != nil {
		return err
	}
	a.bytes = bytes
	if err := unix.Mlock(bytes); err != nil {
		return fmt.Errorf("it cannot be kept from swap: %w", err)
	}
	// Known since Linux 3.4; neither can fail on a mapping of one's own.
	_, _ = unix.Madvise(bytes, unix.MADV_DONTDUMP), unix.Madvise(bytes, unix.MADV_DONTFORK)
	return nil
}

// wipe overwrites the area and gives it back. It may be called again.
func (a *area) wipe() {
	if a.bytes != nil {
		clear(a.bytes)
		_ = unix.Munmap(a.bytes) // it unlocks too; it is a mapping of our own
		a.bytes = nil
	}
	if a.file != nil {
		_ = errors.Join(a.file.Close()) // nothing of it is kept
		a.file = nil
	}
}
