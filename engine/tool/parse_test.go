package tool

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"lethe/engine/device"
	"lethe/engine/quantity"
)

const (
	esp  = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
	swap = "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"
	u1   = "11111111-2222-4333-8444-555555555555"
)

// sfdiskSays is what sfdisk 2.38 prints for two partitions, with the GUIDs in its own upper case.
const sfdiskSays = `{
   "partitiontable": {
      "label": "gpt",
      "id": "1D7B4A4E-0C0F-4B5E-9F5D-0A1B2C3D4E5F",
      "device": "/tmp/a.img",
      "unit": "sectors",
      "firstlba": 34,
      "lastlba": 65502,
      "sectorsize": 512,
      "partitions": [
         {
            "node": "/tmp/a.img1",
            "start": 2048,
            "size": 4096,
            "type": "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
            "uuid": "11111111-2222-4333-8444-555555555555",
            "name": "ESP"
         },{
            "node": "/tmp/a.img2",
            "start": 6144,
            "size": 2048,
            "type": "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F",
            "uuid": "11111111-2222-4333-8444-555555555555",
            "attrs": "GUID:63"
         }
      ]
   }
}`

func TestParseTable(t *testing.T) {
	got, err := parseTable([]byte(sfdiskSays))
	want := PartitionTable{
		Label: "gpt", ID: "1d7b4a4e-0c0f-4b5e-9f5d-0a1b2c3d4e5f", FirstLBA: 34, LastLBA: 65502, SectorSize: 512,
		Partitions: []TableEntry{
			{Start: 2048, Size: 4096, Type: esp, UUID: u1, Name: "ESP"},
			{Start: 6144, Size: 2048, Type: swap, UUID: u1, Attrs: "GUID:63"},
		},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"", "{}", "null", "[]", "sfdisk: cannot open", `{"partitiontable":null}`, `{"partitiontable":{"partitions":[{"start":-1}]}}`, `{"partitiontable":{"firstlba":1e30}}`} {
		if got, err := parseTable([]byte(bad)); err == nil || !strings.Contains(err.Error(), "cannot read sfdisk's answer") {
			t.Errorf("%q: %+v, %v", bad, got, err)
		}
	}
}

func TestParsePartx(t *testing.T) {
	const says = "1 2048 1048576 " + esp + " " + u1 + " 0x0 ESP\n" +
		"2 1050624 8192 0657FD6D-A4AB-43C4-84E5-0933C84B4F4F " + u1 + " 0x8000000000000000 my swap\n" +
		"3 1058816 8 " + swap + " " + u1 + " 0x0 \n"
	got, err := parsePartx([]byte(says), 4096)
	want := PartitionTable{Label: "gpt", SectorSize: 4096, Partitions: []TableEntry{
		{Start: 256, Size: 131072, Type: esp, UUID: u1, Name: "ESP"},
		{Start: 131328, Size: 1024, Type: swap, UUID: u1, Name: "my swap", Attrs: "GUID:63"},
		{Start: 132352, Size: 1, Type: swap, UUID: u1},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := parsePartx(nil, 4096); err != nil || len(got.Partitions) != 0 {
		t.Errorf("an empty table: %+v, %v", got, err)
	}
	for _, bad := range []string{"\n", "1 2 3\n", "1 x 8 t u 0x0 n\n", "1 8 -8 t u 0x0 n\n", "1 8 8 t u flags n\n", "1 8 99999999999999999999 t u 0x0 n\n", strings.Repeat("x", 1<<17)} {
		if got, err := parsePartx([]byte(bad), 4096); err == nil {
			t.Errorf("%.30q: %+v", bad, got)
		}
	}
}

func TestParseBlkid(t *testing.T) {
	for says, want := range map[string]device.Content{
		"ID_FS_LABEL=BOOT\nID_FS_LABEL_ENC=BOOT\nID_FS_UUID_ENC=ABCD-1234\nID_FS_VERSION=FAT32\nID_FS_TYPE=vfat\n": {Type: "vfat", Label: "BOOT", UUID: "ABCD-1234"},
		"":              {},
		"no equal sign": {},
		`ID_FS_LABEL_ENC=a\x20\x24\x28reboot\x29`:             {Label: "a $(reboot)"},
		`ID_FS_LABEL_ENC=a\x5cb\x`:                            {Label: `a\b\x`},
		`ID_FS_LABEL_ENC=a\xzzb\x0ac`:                         {Label: `a\xzzb c`},
		"ID_FS_LABEL_ENC=Größe\\xff":                          {Label: "Größe"},
		"ID_FS_LABEL_ENC=\\x1b[31mred\u202e\nID_FS_TYPE=ext4": {Type: "ext4", Label: "red"},
		"PADDING=" + strings.Repeat("x", 1<<20) + "\nID_FS_TYPE=crypto_LUKS\nID_FS_UUID_ENC=" + u1: {Type: "crypto_LUKS", UUID: u1},
		"ID_FS_LABEL_FATBOOT_ENC=x\nID_PART_TABLE_TYPE=dos\nID_FS_UUID_SUB_ENC=y\n":                {},
	} {
		if got := parseBlkid([]byte(says)); got != want {
			t.Errorf("%.60q: got %+v", says, got)
		}
	}
}

// headerSays is what cryptsetup 2.6 prints, cut to what is read.
const headerSays = `{
  "keyslots":{"0":{"type":"luks2","key_size":64,"kdf":{"type":"argon2id","time":4,"memory":32,"cpus":1,"salt":"AA=="}}},
  "tokens":{},
  "segments":{"0":{"type":"crypt","offset":"16777216","size":"dynamic","iv_tweak":"0","encryption":"aes-xts-plain64","sector_size":4096}},
  "config":{"json_size":"12288","keyslots_size":"16744448"}
}`

func TestParseHeader(t *testing.T) {
	for _, row := range []struct{ name, old, replacement, want string }{
		{"good", "", "", ""},
		{"4 GiB of memory is real", `"memory":32`, `"memory":4194304`, ""},
		{"more is not", `"memory":32`, `"memory":4194305`, "more than any real one"},
		{"4 TiB", `"memory":32`, `"memory":4294967296`, "more than any real one"},
		{"memory beyond 64 bits", `"memory":32`, `"memory":18446744073709551616`, "cannot unmarshal"},
		{"negative memory", `"memory":32`, `"memory":-1`, "cannot unmarshal"},
		{"endless passes", `"time":4`, `"time":65537`, "more than any real one"},
		{"two segments", `"segments":{`, `"segments":{"1":{},`, "2 data segments"},
		{"no segments", `"segments":{"0"`, `"segments":{},"x":{"0"`, "0 data segments"},
		{"only segment 1", `"segments":{"0"`, `"segments":{"1"`, "1 data segments"},
		{"offset is text", `"16777216"`, `"far"`, "data offset makes no sense"},
		{"negative offset", `"16777216"`, `"-1"`, "data offset makes no sense"},
		{"not JSON", headerSays, "Device /x is not a valid LUKS device.", "invalid character"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h, err := parseHeader([]byte(strings.Replace(headerSays, row.old, row.replacement, 1)))
			if row.want == "" {
				if err != nil || h.Keyslots != 1 || h.DataOffset != 16*quantity.MiB || h.SectorSize != 4096 {
					t.Errorf("got %+v, %v", h, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %+v, %v", h, err)
			}
		})
	}
}

func TestExitCodesHaveNames(t *testing.T) {
	for _, row := range []struct {
		program string
		code    int
		want    error
	}{
		{"cryptsetup", 2, ErrPassphrase}, {"cryptsetup", 3, ErrNoMemory}, {"cryptsetup", 4, ErrNotFound}, {"cryptsetup", 5, ErrInUse},
	} {
		if got := exitCause(row.program, row.code); !errors.Is(got, row.want) {
			t.Errorf("%s %d: %v", row.program, row.code, got)
		}
	}
	for program, want := range map[string]string{"cryptsetup": "code 1", "e2fsck": "the file system had errors", "fsck.vfat": "the file system has errors", "sh": "code 1"} {
		if got := exitCause(program, 1); !strings.Contains(got.Error(), want) {
			t.Errorf("%s: %v", program, got)
		}
	}
}
