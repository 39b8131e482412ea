package layout

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/google/uuid"
)

// source draws identifiers until the first failure, and refuses one that it gave before.
type source struct {
	entropy io.Reader
	seen    map[string]bool
	err     error
}

func (s *source) uuid() string {
	if s.err != nil {
		return ""
	}
	id, err := uuid.NewRandomFromReader(s.entropy)
	if err != nil {
		s.err = fmt.Errorf("cannot draw a UUID: %w", err)
		return ""
	}
	return s.fresh(id.String())
}

// volumeID is FAT's 32-bit serial number, written as blkid does.
func (s *source) volumeID() string {
	if s.err != nil {
		return ""
	}
	var b [4]byte
	if _, err := io.ReadFull(s.entropy, b[:]); err != nil {
		s.err = fmt.Errorf("cannot draw a volume ID: %w", err)
		return ""
	}
	id := binary.BigEndian.Uint32(b[:])
	return s.fresh(fmt.Sprintf("%04X-%04X", id>>16, id&0xffff))
}

// fresh lets an identifier pass once: a repeated one means that the randomness is none.
func (s *source) fresh(id string) string {
	if s.seen[id] || id == "0000-0000" {
		s.err = fmt.Errorf("cannot draw identifiers: the source of randomness repeats itself (%s): check the machine's random generator", id)
		return ""
	}
	s.seen[id] = true
	return id
}

// identify names everything, in the order that [Build] promises.
func (l *Layout) identify(entropy io.Reader) error {
	s := &source{entropy: entropy, seen: map[string]bool{}}
	l.DiskGUID = s.uuid()
	for i := range l.Partitions {
		l.Partitions[i].PartUUID = s.uuid()
	}
	for i := range l.Partitions {
		switch l.Partitions[i].Filesystem {
		case "vfat":
			l.Partitions[i].UUID = s.volumeID()
		case "swap", "ext4":
			l.Partitions[i].UUID = s.uuid()
		}
	}
	if l.LUKS != nil {
		l.LUKS.UUID = s.uuid()
	}
	return s.err
}
