package keep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	blockSize = 1 << 20
	// slack is how much more than its data a sparse file may take per piece, for file systems with large blocks.
	slack = 64 << 10
	// tick is longer than the clock of any kernel stands still between two times of change.
	tick = 20 * time.Millisecond
)

// pieces calls a function for each piece of data of a file, in order; between them are holes. A file system that knows of no
// holes has one piece.
func pieces(f *os.File, size int64, each func(from, to int64) error) error {
	for at := int64(0); at < size; {
		from, err := unix.Seek(int(f.Fd()), at, unix.SEEK_DATA)
		switch {
		case errors.Is(err, unix.ENXIO):
			return nil // only a hole is left
		case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOTSUP):
			return each(at, size)
		case err != nil:
			return err
		case from >= size:
			return nil
		}
		to, err := unix.Seek(int(f.Fd()), from, unix.SEEK_HOLE)
		if errors.Is(err, unix.ENXIO) {
			return nil // it was cut meanwhile
		}
		if err != nil {
			return err
		}
		if err := each(from, min(to, size)); err != nil {
			return err
		}
		at = to
	}
	return nil
}

// errShort tells that a file ended before its size: it was cut while it was read.
var errShort = errors.New("it became shorter")

// clearFile cuts a file that has something in it. One that has nothing is left alone: ext4 takes a cut for the sign of a careless program, and
// then writes each file to the disk by itself when it is closed, not many at a time.
func clearFile(f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	return f.Truncate(0)
}

// pour copies size bytes of a file and leaves holes as holes. The target is empty.
func pour(ctx context.Context, from, to *os.File, size int64, buffer []byte) error {
	written := int64(0)
	err := pieces(from, size, func(at, end int64) error {
		for at < end {
			if err := ctx.Err(); err != nil {
				return err
			}
			n, err := from.ReadAt(buffer[:min(int64(len(buffer)), end-at)], at)
			if n == 0 && errors.Is(err, io.EOF) {
				return errShort
			}
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			if _, err := to.WriteAt(buffer[:n], at); err != nil {
				return err
			}
			at += int64(n)
			written = at
		}
		return nil
	})
	if err != nil || written == size {
		return err
	}
	return to.Truncate(size) // it ends with a hole
}

// alike compares the content of a copy with its source, all but what is a hole in both. Size is that of both.
func alike(ctx context.Context, from, to *os.File, size int64, a, b []byte) (bool, error) {
	same := true
	compare := func(at, end int64) error {
		for at < end && same {
			if err := ctx.Err(); err != nil {
				return err
			}
			want := min(int64(len(a)), end-at)
			n, err := from.ReadAt(a[:want], at)
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			m, err := to.ReadAt(b[:want], at)
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			same = int64(n) == want && bytes.Equal(a[:n], b[:m])
			at += want
		}
		return nil
	}
	for _, f := range []*os.File{from, to} {
		if err := pieces(f, size, compare); err != nil || !same {
			return false, err
		}
		if isWhole(from, size) {
			break // everything was compared
		}
	}
	return same, nil
}

// isWhole tells whether a file has no holes.
func isWhole(f *os.File, size int64) bool {
	hole, err := unix.Seek(int(f.Fd()), 0, unix.SEEK_HOLE)
	return err != nil || hole >= size
}

// checkHoles refuses a copy that takes much more room than the data of its source.
func checkHoles(from *os.File, source, target *unix.Stat_t) error {
	if source.Blocks*512 >= source.Size {
		return nil
	}
	most := int64(slack)
	err := pieces(from, source.Size, func(at, end int64) error {
		most += end - at + slack
		return nil
	})
	if err == nil && target.Blocks*512 > most {
		err = fmt.Errorf("its holes are gone: the copy takes %d bytes and the data are at most %d; use a file system with sparse files for the persist tree", target.Blocks*512, most)
	}
	return err
}

// settle waits until a change right now would get another time than the last one has, so that it can be seen.
func settle(ctx context.Context, s *unix.Stat_t) error {
	wait := tick - time.Since(time.Unix(s.Ctim.Unix()))
	if wait <= 0 || wait > tick {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}
