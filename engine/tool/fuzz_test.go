package tool

import (
	"testing"
	"unicode/utf8"

	"lethe/engine/device"
	"lethe/engine/quantity"
)

func FuzzParseTable(f *testing.F) {
	f.Add([]byte(sfdiskSays))
	f.Add([]byte(`{"partitiontable":{"label":"dos","partitions":null}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if table, err := parseTable(text); err != nil && len(table.Partitions) != 0 {
			t.Error("a failure gave partitions")
		}
	})
}

func FuzzParsePartx(f *testing.F) {
	f.Add([]byte("1 2048 4096 "+esp+" "+u1+" 0x0 ESP\n"), uint32(4096))
	f.Add([]byte("1 0 0   0x \n\n"), uint32(0))
	f.Fuzz(func(t *testing.T, text []byte, sector uint32) {
		table, err := parsePartx(text, quantity.SectorSize(sector))
		if err != nil && len(table.Partitions) != 0 {
			t.Error("a failure gave partitions")
		}
	})
}

func FuzzParseBlkid(f *testing.F) {
	f.Add([]byte("ID_FS_TYPE=ext4\nID_FS_LABEL_ENC=a\\x20b\nID_FS_UUID_ENC=" + u1 + "\n"))
	f.Add([]byte("ID_FS_LABEL_ENC=\\x1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c := parseBlkid(text)
		for _, part := range []string{c.Type, c.Label, c.UUID} {
			if !utf8.ValidString(part) || device.Clean(part) != part {
				t.Errorf("%q is not fit for display", part)
			}
		}
	})
}

func FuzzParseHeader(f *testing.F) {
	f.Add([]byte(headerSays))
	f.Add([]byte(`{"keyslots":{"0":null},"segments":{"0":{"offset":"0"}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		h, err := parseHeader(text)
		if err != nil && h != (Header{}) {
			t.Errorf("a failure gave %+v", h)
		}
	})
}
