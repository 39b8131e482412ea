package device_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/device"
	"lethe/engine/device/devicetest"
)

// withoutFolder reads a machine where no temporary folder can be made.
func withoutFolder(t *testing.T, root string) device.Inventory {
	t.Helper()
	was := os.Getenv("TMPDIR")
	t.Setenv("TMPDIR", filepath.Join(root, "nowhere"))
	defer t.Setenv("TMPDIR", was)
	return read(t, root)
}

// TestFullTemporaryFolderMakesNoOtherDisk reads every recorded machine with and without a temporary folder.
func TestFullTemporaryFolderMakesNoOtherDisk(t *testing.T) {
	for _, name := range devicetest.Names(t) {
		root := devicetest.Machine(t, name)
		if diff := cmp.Diff(read(t, root), withoutFolder(t, root)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestNamesOfUdev has the names at every place where udev may leave them.
func TestNamesOfUdev(t *testing.T) {
	for record, want := range map[string]device.Identity{
		"ID_SERIAL=Disk_S1\nE:ID_SERIAL_SHORT=S1\nE:ID_WWN=0x5\nE:ID_WWN_WITH_EXTENSION=0x5001": {Serial: "S1", WWN: "0x5001"},
		"ID_SERIAL=Disk_S1\nE:ID_WWN=0x5":                                {Serial: "Disk_S1", WWN: "0x5"},
		"ID_SERIAL_SHORT=S1\nE:ID_SCSI_SERIAL=S2":                        {Serial: "S2"},
		"ID_SCSI_SERIAL=S2\nE:SCSI_IDENT_SERIAL=S3\nE:DM_WWN=0x7":        {Serial: "S3", WWN: "0x7"},
		"SCSI_IDENT_SERIAL=\nE:ID_SERIAL_SHORT=S1":                       {Serial: "S1"},
		"ID_SERIAL_SHORT=unknown\nE:ID_WWN=unknown":                      {},
		"ID_SERIAL_SHORT= S\\x20\x1b[31m1 ":                              {Serial: "S 1"},
		"ID_MODEL=Plain_Model\nE:ID_MODEL_ENC=Plain\\x20Model\\x20\\x20": {Model: "Plain Model"},
	} {
		root := devicetest.Machine(t, "virtio")
		spoil(t, filepath.Join(root, "run/udev/data/b253:0"), "E:"+record+"\n")
		for how, inventory := range map[string]device.Inventory{"by ghw": read(t, root), "without it": withoutFolder(t, root)} {
			d := find(t, inventory, "/dev/vda")
			if got := (device.Identity{Model: d.Model, Serial: d.Serial, WWN: d.WWN}); !cmp.Equal(got, want) {
				t.Errorf("%q %s: %+v, want %+v", record, how, got, want)
			}
		}
	}
}
