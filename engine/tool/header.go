package tool

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"lethe/engine/command"
	"lethe/engine/quantity"
)

// Most that a key derivation may ask for. cryptsetup itself never makes more than 4 GiB; a header that claims more
// would take the whole process down with it.
const (
	mostKDFMemoryKiB  = 4 << 20
	mostKDFIterations = 1 << 16
)

// Header is what a LUKS2 header says that matters here.
type Header struct {
	Cipher     string
	SectorSize quantity.SectorSize
	DataOffset quantity.Bytes
	Keyslots   int
	KDF        string         // of the last keyslot, for people
	Memory     quantity.Bytes // that a key derivation takes at most
}

// luksMetadata is the part of the LUKS2 JSON area that [Header] is made of.
type luksMetadata struct {
	Keyslots map[string]struct {
		KDF struct {
			Type   string `json:"type"`
			Time   uint64 `json:"time"`
			Memory uint64 `json:"memory"`
			CPUs   uint64 `json:"cpus"`
		} `json:"kdf"`
	} `json:"keyslots"`
	Segments map[string]struct {
		Offset     string `json:"offset"`
		Encryption string `json:"encryption"`
		SectorSize uint32 `json:"sector_size"`
	} `json:"segments"`
}

// ReadHeader reads the LUKS2 header at the start of path with cryptsetup, which checks its checksums. A header whose
// key derivation asks for more than a real one ever would is refused.
func ReadHeader(ctx context.Context, r Runner, path string) (Header, error) {
	return readHeader(ctx, r, path, nil)
}

// ReadHeaderFile is [ReadHeader] for a file that may have no name.
func ReadHeaderFile(ctx context.Context, r Runner, file *os.File) (Header, error) {
	return readHeader(ctx, r, command.FilePath, file)
}

func readHeader(ctx context.Context, r Runner, path string, file *os.File) (Header, error) {
	result, err := r.Run(ctx, Call{Command: command.DumpLUKS(path), File: file})
	if err != nil {
		return Header{}, fmt.Errorf("cannot read LUKS header of %s: %w", path, err)
	}
	h, err := parseHeader(result.Stdout)
	if err != nil {
		return Header{}, fmt.Errorf("cannot read LUKS header of %s: %w", path, err)
	}
	return h, nil
}

// Where a LUKS2 header has its magic and its text.
const (
	luksMagic  = "LUKS\xba\xbe\x00\x02"
	luksText   = 4096
	luksHeader = 16384 // the least length of the two together, and what luksFormat makes
)

// PeekHeader reads the LUKS2 header at the start of path without any program, and without checking its checksum.
func PeekHeader(path string) (Header, error) {
	f, err := os.Open(path)
	if err != nil {
		return Header{}, fmt.Errorf("cannot read LUKS header: %w", err)
	}
	defer f.Close()
	text := make([]byte, luksHeader)
	_, err = io.ReadFull(f, text)
	if err == nil && !bytes.HasPrefix(text, []byte(luksMagic)) {
		err = errors.New("there is none")
	}
	var h Header
	if err == nil {
		text, _, _ = bytes.Cut(text[luksText:], []byte{0})
		h, err = parseHeader(text)
	}
	if err != nil {
		return Header{}, fmt.Errorf("cannot read LUKS header of %s: %w", path, err)
	}
	return h, nil
}

// parseHeader reads cryptsetup's JSON.
func parseHeader(text []byte) (Header, error) {
	var m luksMetadata
	if err := json.Unmarshal(text, &m); err != nil {
		return Header{}, err
	}
	h := Header{Keyslots: len(m.Keyslots)}
	for _, slot := range m.Keyslots {
		if slot.KDF.Memory > mostKDFMemoryKiB || slot.KDF.Time > mostKDFIterations && slot.KDF.Memory > 0 {
			return Header{}, fmt.Errorf("its key derivation asks for %d KiB of memory and %d passes, more than any real one", slot.KDF.Memory, slot.KDF.Time)
		}
		h.Memory = max(h.Memory, quantity.Bytes(slot.KDF.Memory)*quantity.KiB)
		h.KDF = fmt.Sprintf("%s, %d passes, %s, %d lanes", slot.KDF.Type, slot.KDF.Time, (quantity.Bytes(slot.KDF.Memory) * quantity.KiB).Human(), slot.KDF.CPUs)
	}
	segment, ok := m.Segments["0"]
	if !ok || len(m.Segments) != 1 {
		return Header{}, fmt.Errorf("it has %d data segments instead of one", len(m.Segments))
	}
	offset, err := strconv.ParseUint(segment.Offset, 10, 64)
	if err != nil {
		return Header{}, fmt.Errorf("its data offset makes no sense: %w", err)
	}
	h.Cipher, h.SectorSize, h.DataOffset = segment.Encryption, quantity.SectorSize(segment.SectorSize), quantity.Bytes(offset)
	return h, nil
}
