package device

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"strings"

	"github.com/diskfs/go-diskfs/partition/gpt"

	"lethe/engine/quantity"
)

const (
	entriesUsual   = 128 * gptEntrySize
	gptEntriesMost = 1024
	gptEntrySize   = 128
	gptHeaderSize  = 92
	gptRevision    = 0x00010000
)

var gptSignature = []byte("EFI PART")

// gptHeader is a header that has passed every check.
type gptHeader struct {
	own, alternate          quantity.Sectors
	firstUsable, lastUsable quantity.Sectors
	entries                 quantity.Sectors
	count                   uint32
	entriesCRC              uint32
	guid                    [16]byte
	raw, rawEntries         []byte
}

// gpt reads a GPT of which a header was found at either end. The library that parses the entries
// allocates what a header asks for, so no header reaches it that was not checked here.
func (d *tableReader) gpt(record mbr) (Table, []Partition, error) {
	primary, frontErr := d.header(d.at(1), 1)
	var backup gptHeader
	var backErr error
	if frontErr == nil && primary.alternate != d.last {
		backup, backErr = d.moved(primary.alternate)
	} else {
		backup, backErr = d.header(d.tail[len(d.tail)-int(d.sector):], d.last)
	}
	for _, err := range []error{frontErr, backErr} {
		if errors.Is(err, errRead) {
			return Table{}, nil, err
		}
	}
	if frontErr != nil && backErr != nil {
		return Table{Kind: TableDamaged, Problem: fmt.Sprintf("It is a GPT with both headers damaged (%s; %s). %s", frontErr, backErr, wipeAdvice)}, nil, nil
	}
	good := primary
	if frontErr != nil {
		good = backup
	}
	table, parts, err := d.entries(good)
	if err != nil {
		return Table{Kind: TableDamaged, Problem: fmt.Sprintf("It is a GPT with entries that make no sense (%s). %s", cause(err), wipeAdvice)}, nil, nil
	}
	if frontErr != nil {
		table.Kind = TableDamaged
		table.Problem = fmt.Sprintf("The primary GPT is damaged (%s), and the backup at the end of the disk is good. Restore it with gdisk's recovery menu if its data is needed, or clear both with wipefs -a.", frontErr)
		return table, parts, nil
	}
	switch {
	case backErr != nil:
		table.Problem = fmt.Sprintf("The backup GPT is damaged (%s), and the primary one is good. Repair it with sgdisk -e, or clear both with wipefs -a.", backErr)
	case !primary.same(backup):
		table.Problem = "The primary GPT and its backup differ. Repair it with gdisk's recovery menu, or clear both with wipefs -a."
	case record.kind == mbrHybrid:
		table.Problem = "It is a hybrid of GPT and MBR, which systems read differently. " + wipeAdvice
	case record.kind != mbrProtective:
		table.Problem = "It is a GPT without the protective MBR, so some systems see another table or none. " + wipeAdvice
	default:
		table.Problem = d.conflict(parts, good.firstUsable, good.lastUsable)
	}
	return table, parts, nil
}

// errRead marks a failure to read, as against bytes that make no sense.
var errRead = errors.New("cannot read the disk")

// moved reads the backup of a disk that has grown since its table was written.
func (d *tableReader) moved(lba quantity.Sectors) (gptHeader, error) {
	if lba <= 1 || lba > d.last {
		return gptHeader{}, errors.New("the backup is said to lie outside the disk")
	}
	sector := make([]byte, d.sector)
	if err := d.readAt(sector, d.sector.Of(lba)); err != nil {
		return gptHeader{}, fmt.Errorf("%w: %w", errRead, err)
	}
	return d.header(sector, lba)
}

// header checks one header and the checksum of its entries.
func (d *tableReader) header(b []byte, lba quantity.Sectors) (gptHeader, error) {
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	long := func(at int) quantity.Sectors { return quantity.Sectors(binary.LittleEndian.Uint64(b[at:])) }
	h := gptHeader{
		own: long(24), alternate: long(32), firstUsable: long(40), lastUsable: long(48),
		entries: long(72), count: word(80), entriesCRC: word(88), guid: [16]byte(b[56:72]), raw: b,
	}
	switch {
	case !strings.HasPrefix(string(b), string(gptSignature)):
		return h, errors.New("no signature")
	case word(8) != gptRevision:
		return h, fmt.Errorf("unknown revision %#x", word(8))
	case word(12) != gptHeaderSize:
		return h, fmt.Errorf("header size %d instead of %d", word(12), gptHeaderSize)
	case word(16) != headerCRC(b):
		return h, errors.New("wrong header checksum")
	case word(20) != 0:
		return h, errors.New("reserved bytes are used")
	case h.own != lba:
		return h, fmt.Errorf("it says that it lies at sector %d", h.own)
	case word(84) != gptEntrySize:
		return h, fmt.Errorf("entries of %d bytes instead of %d", word(84), gptEntrySize)
	case h.count == 0 || h.count > gptEntriesMost:
		return h, fmt.Errorf("%d entries, and %d are the most", h.count, gptEntriesMost)
	case h.alternate > d.last || h.lastUsable > d.last || h.firstUsable > h.lastUsable || h.firstUsable < 2:
		return h, errors.New("sectors outside the disk")
	case h.entries < 2 || h.entries > d.last || d.sector.Ceil(h.entryBytes()) > d.last-h.entries+1:
		return h, errors.New("entries outside the disk")
	}
	var err error
	h.rawEntries, err = d.checkEntries(h)
	return h, err
}

func (h gptHeader) entryBytes() quantity.Bytes { return quantity.Bytes(h.count) * gptEntrySize }

func headerCRC(b []byte) uint32 {
	header := append([]byte(nil), b[:gptHeaderSize]...)
	clear(header[16:20])
	return crc32.ChecksumIEEE(header)
}

func (d *tableReader) checkEntries(h gptHeader) ([]byte, error) {
	b := make([]byte, h.entryBytes())
	if err := d.readAt(b, d.sector.Of(h.entries)); err != nil {
		return nil, fmt.Errorf("%w: %w", errRead, err)
	}
	if crc32.ChecksumIEEE(b) != h.entriesCRC {
		return nil, errors.New("wrong checksum of the entries")
	}
	return b, nil
}

// same tells whether two headers describe the same partitions.
func (h gptHeader) same(other gptHeader) bool {
	return h.guid == other.guid && h.entriesCRC == other.entriesCRC && h.count == other.count &&
		h.firstUsable == other.firstUsable && h.lastUsable == other.lastUsable
}

// entries has go-diskfs parse the entries of a checked header. A panic in it becomes an error.
func (d *tableReader) entries(h gptHeader) (table Table, parts []Partition, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cannot parse the entries: %v", r)
		}
	}()
	parsed, err := gpt.Read(d.view(h), int(d.sector), int(d.sector))
	if err != nil {
		return Table{}, nil, err
	}
	table = Table{Kind: TableGPT, GUID: strings.ToLower(parsed.GUID)}
	parts = []Partition{}
	for _, p := range parsed.Partitions {
		parts = append(parts, d.gptPartition(p))
	}
	return table, parts, nil
}

// gptPartition gives a size of 0 to an entry that ends before it starts or beyond any disk; [tableReader.conflict] reports it.
func (d *tableReader) gptPartition(p *gpt.Partition) Partition {
	first, last := quantity.Sectors(p.Start), quantity.Sectors(p.End)
	part := Partition{
		Number: p.Index, Type: strings.ToLower(string(p.Type)), PartUUID: strings.ToLower(p.GUID), Label: Clean(p.Name), Use: unused(),
	}
	if first <= last && last <= d.last {
		part.Start, part.Size = d.sector.Of(first), d.sector.Of(last-first+1)
	}
	return part
}

// gptView is the disk as go-diskfs may see it: the sectors that passed the checks, from memory, and zeros
// elsewhere. A drive that answers otherwise the second time is never asked.
type gptView struct {
	size    quantity.Bytes
	regions map[quantity.Bytes][]byte // by offset
}

// view holds LBA 0, one header, and its entries.
func (d *tableReader) view(h gptHeader) *gptView {
	return &gptView{d.size, map[quantity.Bytes][]byte{
		0: d.at(0), d.sector.Of(h.own): h.raw, d.sector.Of(h.entries): h.rawEntries,
	}}
}

// ReadAt copies what lies within the regions.
func (v *gptView) ReadAt(b []byte, offset int64) (int, error) {
	if offset < 0 || quantity.Bytes(offset) > v.size {
		return 0, fs.ErrInvalid
	}
	clear(b)
	from, to := quantity.Bytes(offset), quantity.Bytes(offset)+quantity.Bytes(len(b))
	for at, region := range v.regions {
		start, end := max(from, at), min(to, at+quantity.Bytes(len(region)))
		if start < end {
			copy(b[start-from:end-from], region[start-at:end-at])
		}
	}
	return len(b), nil
}

// Seek tells the size; there is no position to move.
func (v *gptView) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekEnd && offset == 0 {
		return int64(v.size), nil
	}
	return 0, fs.ErrInvalid
}

// Read and Stat have no meaning for a view.
func (v *gptView) Read([]byte) (int, error)   { return 0, fs.ErrInvalid }
func (v *gptView) Stat() (fs.FileInfo, error) { return nil, fs.ErrInvalid }

// Close has nothing to release.
func (v *gptView) Close() error { return nil }
