package target

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lethe/engine/quantity"
)

// Region is a stretch of the disk.
type Region struct{ Start, Size quantity.Bytes }

// Saved holds what regions held before they were written, so that a run that failed before anything was formatted
// can put it back.
type Saved struct{ pieces []piece }

// piece is one saved region.
type piece struct {
	at, size int64
	data     []byte // nil for a hole
}

// restore writes the piece back.
func (p piece) restore(f *os.File) error {
	if p.data == nil {
		return punch(f, p.at, p.size)
	}
	_, err := f.WriteAt(p.data, p.at)
	return err
}

// hole tells whether a region of an image holds no data. A device has no holes.
func hole(f *os.File, r Region) bool {
	end := int64(r.Start + r.Size)
	if info, err := f.Stat(); r.Size == 0 || err != nil || !info.Mode().IsRegular() || end > info.Size() {
		return false
	}
	data, err := unix.Seek(int(f.Fd()), int64(r.Start), unix.SEEK_DATA)
	return errors.Is(err, unix.ENXIO) || err == nil && data >= end
}

// mostSaved bounds the memory that saved regions take.
const mostSaved = 24 << 20

// ErrTooLarge tells that the regions are more than the engine holds in memory.
var ErrTooLarge = errors.New("too much to hold in memory")

// Save reads regions into memory; the holes of an image are remembered as such.
func Save(f *os.File, regions []Region) (*Saved, error) {
	var total quantity.Bytes
	for _, r := range regions {
		total += r.Size
	}
	if total > mostSaved {
		return nil, fmt.Errorf("cannot save %d regions: %w", len(regions), ErrTooLarge)
	}
	for _, r := range regions { // all at once: a disk reads several stretches faster than one after the other
		_ = unix.Fadvise(int(f.Fd()), int64(r.Start), int64(r.Size), unix.FADV_WILLNEED)
	}
	s := &Saved{}
	for _, r := range regions {
		if hole(f, r) {
			s.pieces = append(s.pieces, piece{at: int64(r.Start), size: int64(r.Size)})
			continue
		}
		p := piece{at: int64(r.Start), size: int64(r.Size), data: make([]byte, r.Size)}
		if _, err := f.ReadAt(p.data, p.at); err != nil {
			return nil, fmt.Errorf("cannot read %d bytes at %d of %s: %w", r.Size, r.Start, f.Name(), err)
		}
		s.pieces = append(s.pieces, p)
	}
	return s, nil
}

// Restore writes the regions back, the last saved first, and syncs.
func (s *Saved) Restore(f *os.File) error {
	for i := len(s.pieces) - 1; i >= 0; i-- {
		if err := s.pieces[i].restore(f); err != nil {
			return fmt.Errorf("cannot restore %d bytes at %d of %s: %w", s.pieces[i].size, s.pieces[i].at, f.Name(), err)
		}
	}
	return f.Sync()
}

// Clear makes regions read as zeros: holes in an image, zeros on a device.
func Clear(f *os.File, regions []Region) error {
	for _, r := range regions {
		if r.Size == 0 {
			continue // the kernel takes a hole of nothing for a mistake
		}
		if err := punch(f, int64(r.Start), int64(r.Size)); err != nil {
			return fmt.Errorf("cannot clear %d bytes at %d of %s: %w", r.Size, r.Start, f.Name(), err)
		}
	}
	return nil
}

// Edges gives the first and last mebibyte of a stretch: all that holds signatures of known file systems, RAID
// members and partition tables.
func Edges(start, size quantity.Bytes) []Region {
	const edge = quantity.MiB
	if size <= 2*edge {
		return []Region{{start, size}}
	}
	return []Region{{start, edge}, {start + size - edge, edge}}
}
