package device_test

import (
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/device"
	"lethe/engine/quantity"
)

// images keeps what was unpacked, since many tests want the same.
var images sync.Map

// image gives a copy of an image made by a real tool.
func image(t testing.TB, name string) []byte {
	t.Helper()
	if b, ok := images.Load(name); ok {
		return bytes.Clone(b.([]byte))
	}
	f, err := os.Open("testdata/tables/" + name + ".img.bz2")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(bzip2.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	images.Store(name, b)
	return bytes.Clone(b)
}

func table(t testing.TB, b []byte, sector quantity.SectorSize) (device.Table, []device.Partition, string) {
	t.Helper()
	table, parts, hash, err := device.ReadTable(bytes.NewReader(b), quantity.Bytes(len(b)), sector)
	if err != nil {
		t.Fatal(err)
	}
	if len(hash) != 64 {
		t.Errorf("hash %q", hash)
	}
	return table, parts, hash
}

// sfdiskTable is what sfdisk -J prints.
type sfdiskTable struct {
	Table struct {
		Label, ID  string
		Partitions []struct {
			Node, Type, UUID, Name string
			Start, Size            quantity.Sectors
		}
	} `json:"partitiontable"`
}

// TestReadTableAgreesWithSfdisk compares tables made by four tools with what sfdisk says of them.
func TestReadTableAgreesWithSfdisk(t *testing.T) {
	for _, name := range []string{"parted-512", "sfdisk-512", "sgdisk-512", "sfdisk-dos"} {
		text, err := os.ReadFile("testdata/tables/" + name + ".img.json")
		if err != nil {
			t.Fatal(err)
		}
		var want sfdiskTable
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		got, parts, _ := table(t, image(t, name), 512)
		if string(got.Kind) != want.Table.Label || got.GUID != strings.TrimPrefix(strings.ToLower(want.Table.ID), "0x") || got.Problem != "" {
			t.Errorf("%s: %+v", name, got)
		}
		var wantLines, gotLines []string
		for _, p := range want.Table.Partitions {
			if len(p.Type) == 1 {
				p.Type = "0" + p.Type
			}
			number := strings.TrimPrefix(p.Node, name+".img")
			if p.UUID == "" {
				p.UUID = fmt.Sprintf("%s-0%s", got.GUID, number)
			}
			wantLines = append(wantLines, fmt.Sprintln(number, uint64(p.Start*512), uint64(p.Size*512), strings.ToLower(p.Type), strings.ToLower(p.UUID), p.Name))
		}
		for _, p := range parts {
			gotLines = append(gotLines, fmt.Sprintln(p.Number, uint64(p.Start), uint64(p.Size), p.Type, p.PartUUID, p.Label))
		}
		if diff := cmp.Diff(wantLines, gotLines); diff != "" {
			t.Errorf("%s: -sfdisk +ReadTable:\n%s", name, diff)
		}
	}
}

// seal writes correct checksums into a GPT of 512-byte sectors that a test has spoilt.
func seal(b []byte) {
	last := len(b) - 512
	for header, entries := range map[int]int{512: 1024, last: last - 32*512} {
		binary.LittleEndian.PutUint32(b[header+88:], crc32.ChecksumIEEE(b[entries:entries+128*128]))
		sealHeader(b[header:])
	}
}

func sealHeader(h []byte) {
	clear(h[16:20])
	binary.LittleEndian.PutUint32(h[16:], crc32.ChecksumIEEE(h[:92]))
}

// both changes the same bytes of the first entry in the primary and the backup array.
func both(b []byte, offset int, value uint64) {
	binary.LittleEndian.PutUint64(b[1024+offset:], value)
	binary.LittleEndian.PutUint64(b[len(b)-33*512+offset:], value)
	seal(b)
}

// TestReadTableRefuses spoils good tables in every way that must be told apart.
func TestReadTableRefuses(t *testing.T) {
	const entries = 80
	last := 16<<20 - 512
	tests := []struct {
		name, image string
		sector      quantity.SectorSize
		spoil       func(b []byte)
		kind        device.TableKind
		word        string
		parts       int
	}{
		{"untouched", "parted-512", 512, func([]byte) {}, device.TableGPT, "", 3},
		{"blank", "parted-512", 512, func(b []byte) { clear(b) }, device.TableNone, "", 0},
		{"FAT boot sector", "vfat", 512, func([]byte) {}, device.TableNone, "", 0},
		{"4Kn", "fdisk-4096", 4096, func([]byte) {}, device.TableGPT, "", 2},
		{"4Kn table on a 512 disk", "fdisk-4096", 512, func([]byte) {}, device.TableDamaged, "GPT for sectors of 4096 bytes, and the disk has 512", 0},
		{"512 table on a 4Kn disk", "parted-512", 4096, func([]byte) {}, device.TableDamaged, "GPT for sectors of 512 bytes, and the disk has 4096", 0},
		{"hybrid", "hybrid-512", 512, func([]byte) {}, device.TableGPT, "hybrid", 2},
		{"no protective MBR", "parted-512", 512, func(b []byte) { clear(b[:512]) }, device.TableGPT, "without the protective MBR", 3},
		{"stale GPT under an MBR", "parted-512", 512, func(b []byte) { b[450] = 0x83 }, device.TableGPT, "without the protective MBR", 3},
		{"primary erased", "parted-512", 512, func(b []byte) { clear(b[512:1024]) }, device.TableDamaged, "primary GPT is damaged (no signature), and the backup", 3},
		{"primary checksum", "parted-512", 512, func(b []byte) { b[60] ^= 1; b[512+60] ^= 1 }, device.TableDamaged, "wrong header checksum", 3},
		{"entries checksum", "parted-512", 512, func(b []byte) { b[1024+56] ^= 1 }, device.TableDamaged, "wrong checksum of the entries", 3},
		{"backup erased", "parted-512", 512, func(b []byte) { clear(b[last:]) }, device.TableGPT, "backup GPT is damaged", 3},
		{"backup differs", "parted-512", 512, func(b []byte) { b[last+56] ^= 1; sealHeader(b[last:]) }, device.TableGPT, "differ", 3},
		{"both erased", "parted-512", 512, func(b []byte) { clear(b[512:1024]); clear(b[last:]) }, device.TableDamaged, "no GPT header at either end", 0},
		{"both damaged", "parted-512", 512, func(b []byte) { b[512+40] ^= 1; b[last+40] ^= 1 }, device.TableDamaged, "both headers damaged", 0},
		{"2³²−1 entries, backup good", "parted-512", 512, func(b []byte) {
			binary.LittleEndian.PutUint32(b[512+entries:], 1<<32-1)
			sealHeader(b[512:])
		}, device.TableDamaged, "4294967295 entries, and 1024 are the most", 3},
		{"2³²−1 entries in both", "parted-512", 512, func(b []byte) {
			for _, at := range []int{512, last} {
				binary.LittleEndian.PutUint32(b[at+entries:], 1<<32-1)
				sealHeader(b[at:])
			}
		}, device.TableDamaged, "both headers damaged", 0},
		{"entries of 1 byte", "parted-512", 512, func(b []byte) { binary.LittleEndian.PutUint32(b[512+84:], 1); sealHeader(b[512:]) }, device.TableDamaged, "entries of 1 bytes", 3},
		{"entries beyond the end", "parted-512", 512, func(b []byte) { binary.LittleEndian.PutUint64(b[512+72:], 1<<63); sealHeader(b[512:]) }, device.TableDamaged, "entries outside the disk", 3},
		{"usable beyond the end", "parted-512", 512, func(b []byte) { binary.LittleEndian.PutUint64(b[512+48:], 1<<40); sealHeader(b[512:]) }, device.TableDamaged, "sectors outside the disk", 3},
		{"backup beyond the end", "parted-512", 512, func(b []byte) { binary.LittleEndian.PutUint64(b[512+32:], 1<<40); sealHeader(b[512:]) }, device.TableDamaged, "sectors outside the disk", 3},
		{"header of 4096 bytes", "parted-512", 512, func(b []byte) { binary.LittleEndian.PutUint32(b[512+12:], 4096); sealHeader(b[512:]) }, device.TableDamaged, "header size 4096", 3},
		{"partition beyond the end", "parted-512", 512, func(b []byte) { both(b, 40, 1<<63) }, device.TableGPT, "Partition 1 lies outside", 3},
		{"partition ends before it starts", "parted-512", 512, func(b []byte) { both(b, 40, 2047) }, device.TableGPT, "Partition 1 lies outside", 3},
		{"partition over the header", "parted-512", 512, func(b []byte) { both(b, 32, 1) }, device.TableGPT, "Partition 1 lies outside", 3},
		{"overlap", "parted-512", 512, func(b []byte) { both(b, 40, 10240) }, device.TableGPT, "Partitions 1 and 2 overlap", 3},
		{"MBR overlap", "sfdisk-dos", 512, func(b []byte) { binary.LittleEndian.PutUint32(b[446+12:], 8000) }, device.TableMBR, "Partitions 1 and 5 overlap", 5},
		{"MBR beyond the end", "sfdisk-dos", 512, func(b []byte) { binary.LittleEndian.PutUint32(b[446+12:], 1<<31) }, device.TableMBR, "Partition 1 lies outside", 5},
		{"MBR with a chain that bites its tail", "sfdisk-dos", 512, func(b []byte) {
			binary.LittleEndian.PutUint32(b[6144*512+462+8:], 0)
		}, device.TableMBR, "chain of logical partitions is broken", 3},
		{"MBR with a bad boot flag", "sfdisk-dos", 512, func(b []byte) { b[446] = 7 }, device.TableNone, "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := image(t, test.image)
			test.spoil(b)
			got, parts, _ := table(t, b, test.sector)
			if got.Kind != test.kind || !strings.Contains(got.Problem, test.word) || (test.word == "") != (got.Problem == "") || len(parts) != test.parts {
				t.Errorf("%s, %d partitions, %q; want %s, %d, …%s…", got.Kind, len(parts), got.Problem, test.kind, test.parts, test.word)
			}
		})
	}
}

// TestReadTableOfGrownDisk accepts a backup that is not at the end, as after enlarging a virtual disk.
func TestReadTableOfGrownDisk(t *testing.T) {
	b := append(image(t, "parted-512"), make([]byte, 1<<20)...)
	if got, parts, _ := table(t, b, 512); got.Kind != device.TableGPT || got.Problem != "" || len(parts) != 3 {
		t.Errorf("%+v with %d partitions", got, len(parts))
	}
}

// TestTableHash proves that the hash covers the table regions and nothing else.
func TestTableHash(t *testing.T) {
	b := image(t, "parted-512")
	_, _, hash := table(t, b, 512)
	for _, test := range []struct {
		at      int
		changes bool
	}{{0, true}, {34*512 - 1, true}, {34 * 512, false}, {len(b) - 33*512 - 1, false}, {len(b) - 33*512, true}, {len(b) - 1, true}} {
		b[test.at] ^= 1
		if _, _, other := table(t, b, 512); (other != hash) != test.changes {
			t.Errorf("byte %d: hash changes: %v", test.at, other != hash)
		}
		b[test.at] ^= 1
	}
}

type brokenDisk struct{}

func (brokenDisk) ReadAt([]byte, int64) (int, error) { return 0, errBroken }

var errBroken = errors.New("input/output error")

// TestReadTableErrors wants an error, and never "none", when the bytes could not be read.
func TestReadTableErrors(t *testing.T) {
	tests := []struct {
		name   string
		r      io.ReaderAt
		size   quantity.Bytes
		sector quantity.SectorSize
		word   string
	}{
		{"I/O error", brokenDisk{}, quantity.MiB, 512, "input/output error"},
		{"shorter than said", bytes.NewReader(make([]byte, 4096)), quantity.MiB, 512, "unexpected EOF"},
		{"empty", bytes.NewReader(nil), 0, 512, "whole number of sectors"},
		{"513 bytes", bytes.NewReader(make([]byte, 513)), 513, 512, "whole number of sectors"},
		{"sector size 0", bytes.NewReader(nil), 0, 0, "use 512 or 4096"},
		{"sector size 520", bytes.NewReader(nil), 520, 520, "use 512 or 4096"},
		{"2⁶⁴ bytes", brokenDisk{}, 1<<64 - 512, 512, "whole number of sectors"},
	}
	for _, test := range tests {
		got, _, _, err := device.ReadTable(test.r, test.size, test.sector)
		if err == nil || !strings.Contains(err.Error(), test.word) || got.Kind != device.TableUnreadable {
			t.Errorf("%s: %v, %v", test.name, got.Kind, err)
		}
	}
	if _, _, _, err := device.ReadTable(brokenDisk{}, quantity.MiB, 512); !errors.Is(err, errBroken) {
		t.Errorf("the cause is lost: %v", err)
	}
}

// sparse is a disk with bytes at both ends and zeros between.
type sparse struct {
	head, tail []byte
	size       int64
}

func (s sparse) ReadAt(b []byte, offset int64) (int, error) {
	if offset < 0 || offset+int64(len(b)) > s.size {
		return 0, io.ErrUnexpectedEOF
	}
	clear(b)
	if offset < int64(len(s.head)) {
		copy(b, s.head[offset:])
	}
	start := s.size - int64(len(s.tail))
	if skip := start - offset; skip < int64(len(b)) {
		copy(b[max(skip, 0):], s.tail[max(-skip, 0):])
	}
	return len(b), nil
}

// FuzzReadTable wants no panic and no partition that anybody could use to write outside the disk. It mutates the
// front of the disk and the backup header. Checksums are out of a fuzzer's reach, so they are made right, and
// the backup gets the same entries.
func FuzzReadTable(f *testing.F) {
	for name, sector := range map[string]int{"parted-512": 512, "sfdisk-512": 512, "sgdisk-512": 512, "hybrid-512": 512, "sfdisk-dos": 512, "vfat": 512, "fdisk-4096": 4096} {
		b := image(f, name)
		f.Add(b[:512], b[sector:sector+92], b[2*sector:2*sector+512], b[len(b)-sector:len(b)-sector+92], uint32(len(b)/4096), sector == 4096)
	}
	f.Fuzz(func(t *testing.T, record, primary, entries, backup []byte, blocks uint32, native bool) {
		sector := 512
		if native {
			sector = 4096
		}
		d := sparse{make([]byte, 2*sector+128*128), make([]byte, sector+128*128), int64(blocks) * 4096}
		copy(d.head, record[:min(len(record), 512)])
		copy(d.head[sector:2*sector], primary)
		copy(d.head[2*sector:], entries)
		copy(d.tail, d.head[2*sector:])
		copy(d.tail[128*128:], backup)
		for _, header := range [][]byte{d.head[sector:], d.tail[128*128:]} {
			binary.LittleEndian.PutUint32(header[88:], crc32.ChecksumIEEE(d.tail[:128*128]))
			sealHeader(header)
		}
		d.head = d.head[:min(int64(len(d.head)), d.size)]
		d.tail = d.tail[max(0, int64(len(d.tail))-d.size):]
		table, parts, _, err := device.ReadTable(d, quantity.Bytes(d.size), quantity.SectorSize(sector))
		if (err != nil) != (d.size == 0) {
			t.Fatalf("%d bytes: %v", d.size, err)
		}
		if len(parts) > 1024 {
			t.Errorf("%d partitions", len(parts))
		}
		for _, p := range parts {
			outside := p.Size == 0 || p.Start+p.Size > quantity.Bytes(d.size) || p.Start+p.Size < p.Start
			if outside && table.Problem == "" || p.Label != device.Clean(p.Label) {
				t.Errorf("accepted partition %+v on %d bytes", p, d.size)
			}
		}
	})
}
