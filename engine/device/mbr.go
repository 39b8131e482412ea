package device

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"lethe/engine/quantity"
)

type mbrKind int

const (
	mbrNone       mbrKind = iota // no MBR, or the boot sector of a file system
	mbrPlain                     // partitions of its own
	mbrProtective                // one entry of type EE and no other
	mbrHybrid                    // one of type EE and others
)

// mbrEntry is one of the four slots of an MBR or of an extended boot record.
type mbrEntry struct {
	boot, kind   byte
	first, count quantity.Sectors
}

type mbr struct {
	kind      mbrKind
	signature uint32
	entries   [4]mbrEntry
}

// id is the disk identifier as blkid writes it.
func (m mbr) id() string { return fmt.Sprintf("%08x", m.signature) }

// bootSectors are marks of file systems whose first sector ends as an MBR does.
var bootSectors = []struct {
	at   int
	mark string
}{{3, "NTFS    "}, {3, "EXFAT   "}, {54, "FAT12   "}, {54, "FAT16   "}, {82, "FAT32   "}}

// readMBR reads sector 0 as the kernel does: with a boot flag other than 00 or 80 it is no MBR.
func readMBR(sector []byte) mbr {
	entries, ok := mbrEntries(sector)
	if !ok {
		return mbr{}
	}
	m := mbr{signature: binary.LittleEndian.Uint32(sector[440:]), entries: entries}
	protective, others := 0, 0
	for _, e := range entries {
		switch {
		case e.boot != 0 && e.boot != 0x80:
			return mbr{}
		case e.kind == 0xee:
			protective++
		case e.kind != 0:
			others++
		}
	}
	switch {
	case protective > 0 && others > 0:
		m.kind = mbrHybrid
	case protective > 0:
		m.kind = mbrProtective
	case others > 0 || m.signature != 0 && !fileSystem(sector):
		m.kind = mbrPlain
	}
	if m.kind == mbrPlain && fileSystem(sector) {
		m.kind = mbrNone
	}
	return m
}

func fileSystem(sector []byte) bool {
	for _, b := range bootSectors {
		if bytes.HasPrefix(sector[b.at:], []byte(b.mark)) {
			return true
		}
	}
	return false
}

// mbrEntries reads the four slots of a sector that ends with 55 AA.
func mbrEntries(sector []byte) (entries [4]mbrEntry, ok bool) {
	if len(sector) < 512 || sector[510] != 0x55 || sector[511] != 0xaa {
		return entries, false
	}
	for i := range entries {
		b := sector[446+16*i:]
		entries[i] = mbrEntry{
			boot: b[0], kind: b[4],
			first: quantity.Sectors(binary.LittleEndian.Uint32(b[8:])),
			count: quantity.Sectors(binary.LittleEndian.Uint32(b[12:])),
		}
	}
	return entries, true
}

// mbrPartitions lists primary and logical partitions.
func (d *tableReader) mbrPartitions(m mbr) (parts []Partition, problem string, err error) {
	parts = []Partition{}
	var container *mbrEntry
	for i, e := range m.entries {
		if e.kind == 0 {
			continue
		}
		p := d.mbrPartition(m, i+1, e)
		parts = append(parts, p)
		if extended(p.Type) && container == nil {
			container = &m.entries[i]
		}
	}
	if container == nil {
		return parts, "", nil
	}
	logical, problem, err := d.logical(m, *container)
	return append(parts, logical...), problem, err
}

func (d *tableReader) mbrPartition(m mbr, number int, e mbrEntry) Partition {
	return Partition{
		Number: number, Start: d.sector.Of(e.first), Size: d.sector.Of(e.count),
		Type: fmt.Sprintf("%02x", e.kind), PartUUID: fmt.Sprintf("%s-%02x", m.id(), number), Use: unused(),
	}
}

// unused is the use of a partition that no kernel knows.
func unused() Use { return Use{Mounts: []string{}, Holders: []Holder{}} }

// mostLogical bounds the chain of logical partitions, which a hostile disk could make endless.
const mostLogical = 128

// logical follows the chain of extended boot records from the start of the extended partition.
func (d *tableReader) logical(m mbr, container mbrEntry) (parts []Partition, problem string, err error) {
	broken := "The chain of logical partitions is broken. " + wipeAdvice
	next := quantity.Sectors(0)
	for number := 5; number < 5+mostLogical; number++ {
		at := container.first + next
		if at > d.last || next >= container.count {
			return parts, broken, nil
		}
		sector := make([]byte, d.sector)
		if err := d.readAt(sector, d.sector.Of(at)); err != nil {
			return nil, "", err
		}
		entries, ok := mbrEntries(sector)
		if !ok {
			if number == 5 && zero(sector) {
				return parts, "", nil // an extended partition that was never filled
			}
			return parts, broken, nil
		}
		data, link := entries[0], entries[1]
		if data.kind != 0 {
			data.first += at
			parts = append(parts, d.mbrPartition(m, number, data))
		}
		if link.kind == 0 {
			return parts, "", nil
		}
		if link.first <= next {
			return parts, broken, nil
		}
		next = link.first
	}
	return parts, broken, nil
}

func zero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }
