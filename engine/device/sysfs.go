package device

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"lethe/engine/quantity"
)

// kernelSector is the unit of size and start in sysfs, whatever the disk's own sectors are.
const kernelSector quantity.SectorSize = 512

// attributeLimit bounds one attribute or udev record. The kernel's own limit is one page.
const attributeLimit = 64 << 10

var errGarbage = errors.New("not a number that makes sense here")

// pages saves an allocation for each of the hundred thousand small files of a large machine.
var pages = sync.Pool{New: func() any { return new([4096]byte) }}

// readText reads a file whole and trims newlines off its end. It goes straight to the system calls, because
// os.ReadFile makes twice as many of them.
func readText(path string) (string, error) {
	fd, err := openRead(path, 0)
	if err != nil {
		return "", &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	page := pages.Get().(*[4096]byte)
	defer pages.Put(page)
	text, err := readAll(fd, page[:])
	if err != nil {
		return "", &os.PathError{Op: "read", Path: path, Err: err}
	}
	return string(bytes.TrimRight(text, "\n")), nil
}

func openRead(path string, flags int) (int, error) {
	for {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|flags, 0)
		if !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}

// readAll fills buffer, and a larger one when that is not enough, up to attributeLimit.
func readAll(fd int, buffer []byte) ([]byte, error) {
	used := 0
	for {
		n, err := unix.Read(fd, buffer[used:])
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return nil, err
		case n == 0:
			return buffer[:used], nil
		}
		used += n
		if used == attributeLimit {
			return nil, fmt.Errorf("longer than %d bytes", attributeLimit)
		}
		if used == len(buffer) {
			buffer = append(buffer[:used:used], make([]byte, min(3*used, attributeLimit-used))...)
		}
	}
}

// attribute reads a number from 0 to most out of a sysfs attribute.
func attribute(dir, name string, most uint64) (uint64, error) {
	text, err := readText(dir + "/" + name)
	if err != nil {
		return 0, fmt.Errorf("cannot read %s: %w", name, unwrapPath(err))
	}
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
	if err != nil || n > most {
		return 0, fmt.Errorf("cannot read %s: %q: %w", name, Clean(text), errGarbage)
	}
	return n, nil
}

// flag reads an attribute that is 0 or 1.
func flag(dir, name string) (bool, error) {
	n, err := attribute(dir, name, 1)
	return n == 1, err
}

// unwrapPath drops the path from an error, whose reader knows it or must not depend on it.
func unwrapPath(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// optional reads an attribute that many devices lack; an unreadable one counts as absent, so nothing that
// decides about safety may come from it.
func optional(dir, name string) string {
	text, err := readText(dir + "/" + name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(text)
}

// backingFile gives the file behind a loop device, or "". The kernel writes it as it is, spaces included.
func backingFile(dir string) string {
	text, err := readText(dir + "/loop/backing_file")
	if err != nil {
		return "" // no loop device, or one without a file
	}
	return text
}

// names lists a folder, sorted. A folder that is not there is empty; any other failure is an error.
func names(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot list %s: %w", filepath.Base(dir), unwrapPath(err))
	}
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.Name()
	}
	return list, nil
}

// exists tells whether something is at a path. What cannot be told counts as not there.
func exists(path string) bool { return unix.Access(path, unix.F_OK) == nil }

// readMemory gives MemTotal from /proc/meminfo.
func readMemory(root string) (quantity.Bytes, error) {
	f, err := os.Open(root + "/proc/meminfo")
	if err != nil {
		return 0, fmt.Errorf("cannot read the size of memory: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, attributeLimit))
	if err != nil {
		return 0, fmt.Errorf("cannot read the size of memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[0] != "MemTotal:" || fields[2] != "kB" {
			continue
		}
		n, err := strconv.ParseUint(fields[1], 10, 50) // the kernel's kB are KiB
		if err != nil {
			return 0, fmt.Errorf("cannot read the size of memory: %q: %w", Clean(line), errGarbage)
		}
		return quantity.Bytes(n) * quantity.KiB, nil
	}
	return 0, fmt.Errorf("cannot read the size of memory: /proc/meminfo has no MemTotal: mount /proc and try again")
}
