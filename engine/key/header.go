// Package key makes the LUKS2 header of a disk before the disk is written, so that nobody waits for the key derivation, and hashes the passwords
// that people will log in with.
//
// It guarantees that a header made ahead is what cryptsetup's luksFormat makes at the moment of the installation: the same program
// with the same arguments makes it, in a file that exists in locked memory only, and measures the machine for the cost of the
// derivation by itself. It differs in one thing: the volume key is drawn here, from the kernel's random source, and handed over in a pipe, so that the
// container can later be opened with it. The key and the header are never in swap, in a core dump, in an argument or in an environment, and are
// overwritten when they were used or are of no use any more: with another plan (and so another disk, UUID, size or
// sector size) or another passphrase.
//
// The machine counts as measured only while others leave it alone. Where that, the locked memory or free memory cannot be had, there
// is no header ahead, and the reason is told: luksFormat then runs on the disk as it always did.
package key

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/target"
	"lethe/engine/tool"
)

// Header is a LUKS2 header that is on no disk yet, with its volume key. It is for one goroutine at a time.
type Header struct {
	// Made is what cryptsetup says of it.
	Made tool.Header
	// Notes is what the user should be told about how it was made.
	Notes []string

	area  *area
	bytes []byte // of area: from the start of the partition to its payload
	key   *secret.Secret
}

// Size is how much of the partition it covers.
func (h *Header) Size() quantity.Bytes { return quantity.Bytes(len(h.bytes)) }

// Key is the volume key. It goes with [Header.Wipe].
func (h *Header) Key() *secret.Secret { return h.key }

// Wipe overwrites header and key. It may be called again.
func (h *Header) Wipe() {
	if h == nil {
		return
	}
	h.bytes = nil
	h.area.wipe()
	h.key.Wipe()
}

// edge is how much of a partition's end can hold signatures.
const edge = int64(quantity.MiB)

// Write puts the header at the start of what path leads to, a partition or the file of one, zeros at its end where old signatures
// could lie, waits until both are on the disk, and reads the header back from the disk itself: every byte must be the same.
func (h *Header) Write(ctx context.Context, path string) error {
	if h.bytes == nil {
		return errors.New("cannot write the LUKS header: it was wiped")
	}
	flags := os.O_RDWR
	if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeDevice != 0 {
		flags |= unix.O_EXCL // as cryptsetup does: not while something else has it
	}
	f, err := os.OpenFile(path, flags, 0)
	if err != nil {
		return fmt.Errorf("cannot write the LUKS header: %w", err)
	}
	err = h.put(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("cannot write the LUKS header to %s: %w", path, err)
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if err := h.compare(path); err != nil {
		return fmt.Errorf("cannot read the LUKS header back from %s: %w", path, err)
	}
	return nil
}

func (h *Header) put(f *os.File) error {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	size := int64(len(h.bytes))
	if end <= size {
		return fmt.Errorf("it has %d bytes, and the header alone takes %d", end, size)
	}
	last := max(size, end-edge)
	zeros := []target.Region{{Start: 0, Size: h.Size()}, {Start: quantity.Bytes(last), Size: quantity.Bytes(end - last)}}
	if err := target.Clear(f, zeros); err != nil {
		return err
	}
	return h.putUnlessZero(f)
}

// chunk is what is written at once, a multiple of every disk's sector. Of a header's 16 MiB all but some 300 KiB are zeros.
const chunk = 64 << 10

// putUnlessZero writes the chunks that are not all zeros, since the disk is cleared already.
func (h *Header) putUnlessZero(f *os.File) error {
	zeros := make([]byte, chunk)
	for at := 0; at < len(h.bytes); at += chunk {
		part := h.bytes[at:min(at+chunk, len(h.bytes))]
		if bytes.Equal(part, zeros[:len(part)]) {
			continue
		}
		if _, err := f.WriteAt(part, int64(at)); err != nil {
			return err
		}
	}
	return nil
}

// atOnce is how much is read back at a time.
const atOnce = 1 << 20

// errDiffers tells that a disk does not give what was written to it.
var errDiffers = errors.New("the disk does not hold what was written to it; it is broken: use another one")

// compare reads past the page cache. Where a file system does not let anybody, it reads what was written out and dropped from there.
func (h *Header) compare(path string) error {
	err := h.read(func() (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|unix.O_DIRECT, 0) })
	if !errors.Is(err, unix.EINVAL) {
		return err
	}
	return h.read(func() (*os.File, error) {
		f, err := os.Open(path)
		if err == nil {
			_ = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
		}
		return f, err
	})
}

func (h *Header) read(open func() (*os.File, error)) error {
	f, err := open()
	if err != nil {
		return err
	}
	defer f.Close()
	buffer, err := unix.Mmap(-1, 0, atOnce, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS) // aligned as such reads must be
	if err != nil {
		return err
	}
	defer unix.Munmap(buffer) //nolint:errcheck // a mapping of our own
	for at := 0; at < len(h.bytes); at += atOnce {
		want := h.bytes[at:min(at+atOnce, len(h.bytes))]
		got := buffer[:len(want)]
		if _, err := f.ReadAt(got, int64(at)); err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("within the %d bytes from %d on: %w", len(want), at, errDiffers)
		}
	}
	return nil
}

// Where a LUKS2 header has its magic and its UUID.
const (
	luksMagic = "LUKS\xba\xbe\x00\x02"
	uuidAt    = 168
	uuidBytes = 40
)

// judge makes sure that the header is what was asked for.
func (h *Header) judge(c command.Container) error {
	if !bytes.HasPrefix(h.bytes, []byte(luksMagic)) {
		return errors.New("cryptsetup left no LUKS2 header")
	}
	uuid, _, _ := strings.Cut(string(h.bytes[uuidAt:uuidAt+uuidBytes]), "\x00")
	if m := h.Made; !strings.EqualFold(uuid, c.UUID) || m.SectorSize != c.SectorSize || m.DataOffset != c.DataOffset || m.Keyslots != 1 {
		return fmt.Errorf("cryptsetup made a header with the UUID %.40q, %d-byte sectors, its payload at %s and %d keyslots", uuid, m.SectorSize, m.DataOffset, m.Keyslots)
	}
	return nil
}
