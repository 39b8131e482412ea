package device_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/device"
	"lethe/engine/device/devicetest"
)

func sample() device.Identity {
	return device.Identity{
		Kind: device.KindDisk, Path: "/dev/sda", Model: "M", Serial: "S", WWN: "W", ByID: []string{"a", "b"}, ByPath: []string{"p"},
		Bytes: 1 << 30, Logical: 512, DiskSeq: 7, Inode: "1:2", TableHash: "ff",
	}
}

// changes alters each part of an identity, once to another value and once to none.
var changes = []struct {
	want   string
	change func(*device.Identity)
}{
	{"kind: was disk, is image", func(i *device.Identity) { i.Kind = device.KindImage }},
	{"path: was /dev/sda, is /dev/sdb", func(i *device.Identity) { i.Path = "/dev/sdb" }},
	{"model: was M, is absent", func(i *device.Identity) { i.Model = "" }},
	{"serial: was S, is absent", func(i *device.Identity) { i.Serial = "" }},
	{"serial: was S, is T", func(i *device.Identity) { i.Serial = "T" }},
	{"WWN: was W, is absent", func(i *device.Identity) { i.WWN = "" }},
	{"by-id names: was a, b, is a", func(i *device.Identity) { i.ByID = []string{"a"} }},
	{"by-id names: was a, b, is ab", func(i *device.Identity) { i.ByID = []string{"ab"} }},
	{"by-id names: was a, b, is absent", func(i *device.Identity) { i.ByID = nil }},
	{"by-path names: was p, is absent", func(i *device.Identity) { i.ByPath = []string{} }},
	{"size in bytes: was 1073741824, is 1073741825", func(i *device.Identity) { i.Bytes++ }},
	{"sector size: was 512, is 4096", func(i *device.Identity) { i.Logical = 4096 }},
	{"disk sequence number: was 7, is 8", func(i *device.Identity) { i.DiskSeq = 8 }},
	{"disk sequence number: was 7, is absent", func(i *device.Identity) { i.DiskSeq = 0 }},
	{"inode: was 1:2, is 1:3", func(i *device.Identity) { i.Inode = "1:3" }},
	{"hash of the partition table: was ff, is absent", func(i *device.Identity) { i.TableHash = "" }},
}

// TestCompareAndFingerprint alters one part at a time; each must be told, and each fingerprint must be its own.
func TestCompareAndFingerprint(t *testing.T) {
	prints := map[string]string{sample().Fingerprint(): "unchanged", (device.Identity{}).Fingerprint(): "empty"}
	for _, test := range changes {
		is := sample()
		test.change(&is)
		got := device.Compare(sample(), is)
		if len(got) != 1 || got[0].String() != test.want {
			t.Errorf("%v, want %s", got, test.want)
		}
		if other, taken := prints[is.Fingerprint()]; taken {
			t.Errorf("%s has the fingerprint of %s", test.want, other)
		}
		prints[is.Fingerprint()] = test.want
	}
	if got := device.Compare(sample(), sample()); got != nil {
		t.Errorf("differs from itself: %v", got)
	}
	moved := device.Identity{Model: "S"}
	if moved.Fingerprint() == (device.Identity{Serial: "S"}).Fingerprint() {
		t.Error("a value in another part has the same fingerprint")
	}
	empty, none := device.Identity{ByID: []string{}}, device.Identity{}
	if empty.Fingerprint() != none.Fingerprint() || device.Compare(empty, none) != nil {
		t.Error("an empty list of names differs from none")
	}
}

// TestFingerprintIsStable keeps fingerprints of saved plans valid across versions.
func TestFingerprintIsStable(t *testing.T) {
	const want = "015a2dd7665e18973c331b561934599b637518d676a32e4f8f882bc904143f70"
	if got := sample().Fingerprint(); got != want {
		t.Errorf("got %s", got)
	}
}

func TestLookAlikes(t *testing.T) {
	inventory := read(t, devicetest.Machine(t, "nvme-twins"))
	want := map[string][]string{"/dev/nvme0n1": {"/dev/nvme1n1"}, "/dev/nvme1n1": {"/dev/nvme0n1"}, "/dev/nvme2n1": nil}
	for path, twins := range want {
		var got []string
		for _, d := range device.LookAlikes(inventory, find(t, inventory, path)) {
			got = append(got, d.Path)
		}
		if !cmp.Equal(got, twins) {
			t.Errorf("%s looks like %v, want %v", path, got, twins)
		}
	}
	a, b := find(t, inventory, "/dev/nvme0n1"), find(t, inventory, "/dev/nvme1n1")
	if a.Fingerprint() == b.Fingerprint() {
		t.Error("look-alikes have one fingerprint")
	}
}

// nameless is a disk that has neither serial nor WWN nor by-id name, as virtio disks and cheap card readers do.
func nameless() device.Identity {
	return device.Identity{
		Kind: device.KindDisk, Path: "/dev/vda", ByPath: []string{"pci-0000:00:03.0"}, Bytes: 1 << 30, Logical: 512, DiskSeq: 7, TableHash: "ff",
	}
}

// TestNamelessDisk proves that what is left to tell such a disk must agree in every part, and that absence agrees with
// absence only.
func TestNamelessDisk(t *testing.T) {
	if got := device.Compare(nameless(), nameless()); got != nil {
		t.Errorf("absent names differ from absent names: %v", got)
	}
	for want, change := range map[string]func(*device.Identity){
		"by-path names: was pci-0000:00:03.0, is pci-0000:00:04.0": func(i *device.Identity) { i.ByPath = []string{"pci-0000:00:04.0"} },
		"size in bytes: was 1073741824, is 1073741312":             func(i *device.Identity) { i.Bytes -= 512 },
		"sector size: was 512, is 4096":                            func(i *device.Identity) { i.Logical = 4096 },
		"disk sequence number: was 7, is 9":                        func(i *device.Identity) { i.DiskSeq = 9 },
		"hash of the partition table: was ff, is fe":               func(i *device.Identity) { i.TableHash = "fe" },
		"serial: was absent, is S":                                 func(i *device.Identity) { i.Serial = "S" },
		"WWN: was absent, is W":                                    func(i *device.Identity) { i.WWN = "W" },
		"model: was absent, is M":                                  func(i *device.Identity) { i.Model = "M" },
		"by-id names: was absent, is a":                            func(i *device.Identity) { i.ByID = []string{"a"} },
	} {
		is := nameless()
		change(&is)
		got := device.Compare(nameless(), is)
		if len(got) != 1 || got[0].String() != want || is.Fingerprint() == nameless().Fingerprint() {
			t.Errorf("%v, want %s", got, want)
		}
	}
}

// TestNamelessLookAlikes has candidates that only the kernel's numbers, or their places, tell apart.
func TestNamelessLookAlikes(t *testing.T) {
	disk := func(path string, change func(*device.Identity)) device.Disk {
		i := nameless()
		i.Path = path
		change(&i)
		return device.Disk{Identity: i}
	}
	asked := disk("/dev/vda", func(*device.Identity) {})
	inventory := device.Inventory{Disks: []device.Disk{
		asked,
		disk("/dev/vdb", func(i *device.Identity) { i.DiskSeq = 8 }),
		disk("/dev/vdc", func(i *device.Identity) { i.ByPath, i.TableHash = []string{"pci-0000:00:09.0"}, "" }),
		disk("/dev/vdd", func(i *device.Identity) { i.Bytes += 512 }),
		disk("/dev/vde", func(i *device.Identity) { i.Serial = "S" }),
	}}
	var got []string
	for _, d := range device.LookAlikes(inventory, asked) {
		got = append(got, d.Path)
	}
	if !cmp.Equal(got, []string{"/dev/vdb", "/dev/vdc"}) {
		t.Errorf("looks like %v", got)
	}
}

// TestFind gives every kind of path that a user may type.
func TestFind(t *testing.T) {
	tests := []struct {
		machine, path, disk string
		err                 error
		word                string
	}{
		{"sata-lvm", "/dev/sda", "/dev/sda", nil, ""},
		{"sata-lvm", "/dev//sda", "/dev/sda", nil, ""},
		{"sata-lvm", "/dev/disk/by-id/wwn-0x5002538f40000000", "/dev/sda", nil, ""},
		{"sata-lvm", "/dev/disk/by-path/pci-0000:00:17.0-ata-2", "/dev/sdb", nil, ""},
		{"sata-lvm", "/dev/sda2", "", device.ErrPartition, "it is a partition of /dev/sda, give the disk"},
		{"sata-lvm", "/dev/disk/by-id/wwn-0x5002538f40000000-part2", "", device.ErrPartition, "partition of /dev/sda"},
		{"sata-lvm", "/dev/dm-0", "", device.ErrNotADisk, "device-mapper"},
		{"sata-lvm", "/dev/sdaa", "", device.ErrNotFound, "list the disks"},
		{"sata-lvm", "sda", "", device.ErrNotFound, "below /dev"},
		{"sata-lvm", "", "", device.ErrNotFound, "below /dev"},
		{"sata-lvm", "/dev/disk/by-id/", "", device.ErrNotFound, "list the disks"},
		{"sata-lvm", "/dev/\x1b[31msda", "", device.ErrNotFound, "cannot take /dev/sda"},
		{"emmc", "/dev/mmcblk0p1", "", device.ErrPartition, "partition of /dev/mmcblk0,"},
		{"emmc", "/dev/mmcblk0boot0", "", device.ErrNotADisk, "hardware area of mmcblk0"},
		{"emmc", "/dev/mmcblk0rpmb", "", device.ErrNotFound, "list the disks"},
		{"odd-devices", "/dev/loop0", "", device.ErrNotADisk, "loop device"},
		{"odd-devices", "/dev/sr0", "", device.ErrNotADisk, "optical"},
		{"odd-devices", "/dev/fd0", "", device.ErrNotADisk, "floppy"},
		{"odd-devices", "/dev/ram0", "", device.ErrNotADisk, "RAM disk"},
		{"odd-devices", "/dev/zram0", "", device.ErrNotADisk, "zram"},
		{"odd-devices", "/dev/nbd0", "", device.ErrNotADisk, "not connected"},
		{"odd-devices", "/dev/nbd1", "/dev/nbd1", nil, ""},
		{"md-raid", "/dev/md127", "", device.ErrNotADisk, "software RAID"},
		{"multipath", "/dev/nvme0c0n1", "", device.ErrNotADisk, "one path to a disk"},
	}
	inventories := map[string]device.Inventory{}
	for _, test := range tests {
		if _, ok := inventories[test.machine]; !ok {
			inventories[test.machine] = read(t, devicetest.Machine(t, test.machine))
		}
		d, err := device.Find(inventories[test.machine], test.path)
		if d.Path != test.disk || !errors.Is(err, test.err) || err != nil && (!strings.Contains(err.Error(), test.word) || strings.Contains(err.Error(), "\x1b")) {
			t.Errorf("%s: %q, %v", test.path, d.Path, err)
		}
	}
}

// TestFindFollowsLinks uses /dev/fd, the one link below /dev that every machine has, and a disk that stands for
// what it leads to.
func TestFindFollowsLinks(t *testing.T) {
	target, err := filepath.EvalSymlinks("/dev/fd")
	if err != nil {
		t.Fatal(err)
	}
	inventory := device.Inventory{Disks: []device.Disk{{Identity: device.Identity{Path: target}}}}
	if d, err := device.Find(inventory, "/dev/fd"); err != nil || d.Path != target {
		t.Errorf("%q, %v", d.Path, err)
	}
	if _, err := device.Find(device.Inventory{}, "/dev/fd"); !errors.Is(err, device.ErrNotFound) {
		t.Errorf("a link to no disk: %v", err)
	}
}

// TestLinksInDev proves that names in /dev/disk count too, as on a machine whose udev database is unreadable.
func TestLinksInDev(t *testing.T) {
	root := devicetest.Machine(t, "virtio")
	text := "/dev/disk/by-id\nvirtio-target -> ../../vda\nvirtio-target-part1 -> ../../vda1\n/dev/disk/by-path\npci-x -> ../../vda"
	if err := devicetest.Build(root, text); err != nil {
		t.Fatal(err)
	}
	d := find(t, read(t, root), "/dev/disk/by-id/virtio-target")
	if !cmp.Equal(d.ByID, []string{"virtio-target"}) || !cmp.Equal(d.ByPath, []string{"pci-0000:00:03.0", "pci-x", "virtio-pci-0000:00:03.0"}) {
		t.Errorf("%q, %q", d.ByID, d.ByPath)
	}
	root = devicetest.Machine(t, "virtio")
	text = "/sys/block\ncciss!c0d0 -> ../devices/pci0000:00/cciss0/block/cciss!c0d0\n/sys/devices/pci0000:00/cciss0/block/cciss!c0d0\ndev = 104:0\nsize = 0\n/dev/disk/by-id\ncciss-target -> ../../cciss/c0d0"
	if err := devicetest.Build(root, text); err != nil {
		t.Fatal(err)
	}
	if d := find(t, read(t, root), "/dev/disk/by-id/cciss-target"); d.Path != "/dev/cciss/c0d0" {
		t.Errorf("in a folder of /dev: %s", d.Path)
	}
}
