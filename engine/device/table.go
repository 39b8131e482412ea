package device

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"lethe/engine/quantity"
)

// tableHead and tableTail give the sectors that hold a GPT of the usual 128 entries: LBA 0, the header and
// the entries in front, the entries and the header at the end.
func tableHead(sector quantity.SectorSize) quantity.Sectors { return 2 + sector.Ceil(entriesUsual) }
func tableTail(sector quantity.SectorSize) quantity.Sectors { return 1 + sector.Ceil(entriesUsual) }

// ReadTable reads the partition table of a disk or image of size bytes. It gives what the bytes say, whatever
// they are, with bounded work: at most 1024 GPT entries, or 128 logical partitions. The hash is the hex SHA-256 of the
// first 34 and last 33 sectors of 512 bytes, or 6 and 5 of 4096.
//
// An error means that the bytes could not be read, or that the sector size is neither 512 nor 4096. A table
// that cannot be trusted is no error: Table.Problem then says what is wrong with it and what to do. The
// partitions are those that could be made out, by number.
func ReadTable(r io.ReaderAt, size quantity.Bytes, sector quantity.SectorSize) (Table, []Partition, string, error) {
	unread := Table{Kind: TableUnreadable}
	switch {
	case !usableSector(sector):
		return unread, nil, "", fmt.Errorf("cannot read a partition table with sectors of %d bytes: use 512 or 4096", sector)
	case size < quantity.Bytes(sector) || size > 1<<63-1 || size%quantity.Bytes(sector) != 0:
		return unread, nil, "", fmt.Errorf("cannot read a partition table on %d bytes: a whole number of sectors is needed", uint64(size))
	}
	d := tableReader{r: r, size: size, sector: sector, last: sector.Floor(size) - 1}
	if err := d.load(); err != nil {
		return unread, nil, "", fmt.Errorf("cannot read the partition table: %w", err)
	}
	table, parts, err := d.table()
	if err != nil {
		return unread, nil, "", fmt.Errorf("cannot read the partition table: %w", err)
	}
	return table, parts, d.hash(), nil
}

// tableReader holds the regions where tables lie.
type tableReader struct {
	r          io.ReaderAt
	size       quantity.Bytes
	sector     quantity.SectorSize
	last       quantity.Sectors // LBA of the last sector
	head, tail []byte
}

// load reads the head and the tail, which overlap on a tiny image.
func (d *tableReader) load() error {
	sectors := d.last + 1
	head, tail := min(tableHead(d.sector), sectors), min(tableTail(d.sector), sectors)
	d.head, d.tail = make([]byte, d.sector.Of(head)), make([]byte, d.sector.Of(tail))
	if err := d.readAt(d.head, 0); err != nil {
		return err
	}
	return d.readAt(d.tail, d.size-quantity.Bytes(len(d.tail)))
}

func (d *tableReader) readAt(b []byte, offset quantity.Bytes) error {
	n, err := d.r.ReadAt(b, int64(offset))
	switch {
	case n == len(b):
		return nil
	case err == nil || err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("at byte %d: %w", uint64(offset), err)
}

func (d *tableReader) hash() string {
	h := sha256.New()
	h.Write(d.head)
	h.Write(d.tail)
	return hex.EncodeToString(h.Sum(nil))
}

// at gives a sector of the head, or zeros where the disk is too short to have it.
func (d *tableReader) at(lba quantity.Sectors) []byte {
	start := d.sector.Of(lba)
	if start+quantity.Bytes(d.sector) > quantity.Bytes(len(d.head)) {
		return make([]byte, d.sector)
	}
	return d.head[start : start+quantity.Bytes(d.sector)]
}

const wipeAdvice = "Make sure that nothing on it is needed, then clear it with wipefs -a."

// table decides between the kinds of table.
func (d *tableReader) table() (Table, []Partition, error) {
	record := readMBR(d.head)
	front, back := bytes.HasPrefix(d.at(1), gptSignature), bytes.HasPrefix(d.tail[len(d.tail)-int(d.sector):], gptSignature)
	switch other := d.otherSector(); {
	case d.last < 2:
		return d.plain(record) // too small for a GPT
	case !front && other != 0:
		return Table{Kind: TableDamaged, Problem: fmt.Sprintf("It is a GPT for sectors of %d bytes, and the disk has %d. %s", other, d.sector, wipeAdvice)}, nil, nil
	case front, back && (record.kind == mbrNone || record.kind == mbrProtective):
		return d.gpt(record)
	case record.kind == mbrProtective || record.kind == mbrHybrid:
		return Table{Kind: TableDamaged, Problem: "It claims to be a GPT and has no GPT header at either end. " + wipeAdvice}, nil, nil
	}
	return d.plain(record)
}

// plain gives an MBR, or none.
func (d *tableReader) plain(record mbr) (Table, []Partition, error) {
	if record.kind == mbrNone {
		return Table{Kind: TableNone}, nil, nil
	}
	parts, problem, err := d.mbrPartitions(record)
	if err != nil {
		return Table{}, nil, err
	}
	table := Table{Kind: TableMBR, GUID: record.id(), Problem: problem}
	if problem == "" {
		table.Problem = d.conflict(parts, 0, d.last)
	}
	return table, parts, nil
}

// otherSector gives the sector size for which a GPT header is found at LBA 1, if it is not this disk's.
func (d *tableReader) otherSector() quantity.SectorSize {
	other := 512 + 4096 - d.sector
	if len(d.head) >= int(other)+len(gptSignature) && bytes.HasPrefix(d.head[other:], gptSignature) {
		return other
	}
	return 0
}

// conflict says in a sentence which partition lies outside first–last or over another, or nothing.
func (d *tableReader) conflict(parts []Partition, first, last quantity.Sectors) string {
	low, high := d.sector.Of(first), d.sector.Of(last+1)
	inner := make([]Partition, 0, len(parts))
	for _, p := range parts {
		switch {
		case p.Size == 0 || p.Start < low || p.Start > high || p.Size > high-p.Start:
			return fmt.Sprintf("Partition %d lies outside the usable part of the disk. %s", p.Number, wipeAdvice)
		case !extended(p.Type):
			inner = append(inner, p)
		}
	}
	slices.SortStableFunc(inner, func(a, b Partition) int {
		switch {
		case a.Start < b.Start:
			return -1
		case a.Start > b.Start:
			return 1
		}
		return 0
	})
	for i := 1; i < len(inner); i++ {
		if a, b := inner[i-1], inner[i]; b.Start < a.Start+a.Size {
			return fmt.Sprintf("Partitions %d and %d overlap. %s", min(a.Number, b.Number), max(a.Number, b.Number), wipeAdvice)
		}
	}
	return ""
}
