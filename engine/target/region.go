package target

import (
	"errors"
	"fmt"
	"os"

	"lethe/engine/quantity"
)

// Region is a stretch of the disk.
type Region struct{ Start, Size quantity.Bytes }

// Saved holds what regions held before they were written, so that a run that failed before anything was formatted
// can put it back.
type Saved struct{ pieces []piece }

// piece is one saved region.
type piece struct {
	at   int64
	data []byte
}

// mostSaved bounds the memory that saved regions take.
const mostSaved = 24 << 20

// ErrTooLarge tells that the regions are more than the engine holds in memory.
var ErrTooLarge = errors.New("too much to hold in memory")

// Save reads regions into memory.
func Save(f *os.File, regions []Region) (*Saved, error) {
	var total quantity.Bytes
	for _, r := range regions {
		total += r.Size
	}
	if total > mostSaved {
		return nil, fmt.Errorf("cannot save %d regions: %w", len(regions), ErrTooLarge)
	}
	s := &Saved{}
	for _, r := range regions {
		p := piece{at: int64(r.Start), data: make([]byte, r.Size)}
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
		if _, err := f.WriteAt(s.pieces[i].data, s.pieces[i].at); err != nil {
			return fmt.Errorf("cannot restore %d bytes at %d of %s: %w", len(s.pieces[i].data), s.pieces[i].at, f.Name(), err)
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
