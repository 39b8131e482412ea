package device_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/device"
	"lethe/engine/device/devicetest"
)

// sharedName is the by-id name that two disks of the recorded machine nvme-twins claim.
const sharedName = "nvme-NoName_SSD_1TB_AA000000000000000001"

// twins is that machine; udev gave the shared link to the disk of the kernel name, to none where that is empty.
func twins(t *testing.T, leads string) string {
	t.Helper()
	root := devicetest.Machine(t, "nvme-twins")
	if leads == "" {
		return root
	}
	folder := filepath.Join(root, "dev/disk/by-id")
	if err := errors.Join(os.MkdirAll(folder, 0o755), os.Symlink("../../"+leads, filepath.Join(folder, sharedName))); err != nil {
		t.Fatal(err)
	}
	return root
}

// TestTwinsAreNotFoundByTheirSharedName asks for the twins by every name, wherever the shared link leads.
func TestTwinsAreNotFoundByTheirSharedName(t *testing.T) {
	const apart = "/dev/disk/by-path/pci-0000:01:00.0-nvme-1 (/dev/nvme0n1), /dev/disk/by-path/pci-0000:02:00.0-nvme-1 (/dev/nvme1n1)"
	for _, leads := range []string{"", "nvme0n1", "nvme1n1"} {
		inventory := read(t, twins(t, leads))
		for path, want := range map[string]string{
			"/dev/nvme0n1": "/dev/nvme0n1",
			"/dev/nvme1n1": "/dev/nvme1n1",
			"/dev/disk/by-path/pci-0000:01:00.0-nvme-1":                "/dev/nvme0n1",
			"/dev/disk/by-path/pci-0000:02:00.0-nvme-1":                "/dev/nvme1n1",
			"/dev/disk/by-id/nvme-NoName_SSD_1TB_AA000000000000000773": "/dev/nvme2n1",
			"/dev/disk/by-id/" + sharedName:                            "",
		} {
			d, err := device.Find(inventory, path)
			if d.Path != want || (err != nil) != (want == "") {
				t.Errorf("the link leads to %q: %s is %q, %v", leads, path, d.Path, err)
			}
			if want == "" && (!errors.Is(err, device.ErrAmbiguous) || !strings.HasSuffix(err.Error(), apart)) {
				t.Errorf("the link leads to %q: %v", leads, err)
			}
		}
	}
}

// TestSharedNamesOfPartitions has names of which one owner at least is a partition.
func TestSharedNamesOfPartitions(t *testing.T) {
	disk := func(path string, byID ...string) device.Disk {
		return device.Disk{Identity: device.Identity{Path: path, ByID: byID}, Partitions: []device.Partition{{Number: 1, Name: path[len("/dev/"):] + "1"}}}
	}
	inventory := device.Inventory{Disks: []device.Disk{disk("/dev/sda", "twin"), disk("/dev/sdb", "twin"), disk("/dev/sdc", "own"), disk("/dev/sdd", "own-part1")}}
	for path, want := range map[string]error{
		"/dev/disk/by-id/twin-part1":      device.ErrAmbiguous,
		"/dev/disk/by-id/own-part1":       device.ErrAmbiguous, // a partition of one, and the whole of another
		"/dev/disk/by-id/own-part1-part1": device.ErrPartition,
		"/dev/sda1":                       device.ErrPartition,
		"/dev/disk/by-id/own":             nil,
	} {
		if d, err := device.Find(inventory, path); !errors.Is(err, want) {
			t.Errorf("%s: %q, %v", path, d.Path, err)
		}
	}
	if byID, _ := device.OwnNames(inventory, inventory.Disks[3].Identity); len(byID) > 0 {
		t.Errorf("a name that a partition of another disk has is %s's own: %q", inventory.Disks[3].Path, byID)
	}
}

func TestOwnNames(t *testing.T) {
	inventory := read(t, twins(t, "nvme1n1"))
	for path, want := range map[string][2][]string{
		"/dev/nvme0n1": {{}, {"pci-0000:01:00.0-nvme-1"}},
		"/dev/nvme1n1": {{}, {"pci-0000:02:00.0-nvme-1"}},
		"/dev/nvme2n1": {{"nvme-NoName_SSD_1TB_AA000000000000000773"}, {"pci-0000:03:00.0-nvme-1"}},
	} {
		byID, byPath := device.OwnNames(inventory, find(t, inventory, path).Identity)
		if got := [2][]string{byID, byPath}; !cmp.Equal(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	// One disk's place is called what another calls itself.
	a := device.Identity{Path: "/dev/vda", ByPath: []string{"virtio-pci-0000:00:03.0"}}
	b := device.Identity{Path: "/dev/vdb", ByID: []string{"virtio-pci-0000:00:03.0"}}
	both := device.Inventory{Disks: []device.Disk{{Identity: a}, {Identity: b}}}
	_, place := device.OwnNames(both, a)
	name, _ := device.OwnNames(both, b)
	if len(place)+len(name) > 0 {
		t.Errorf("typed without its folder this leads to either: %q, %q", place, name)
	}
}

// TestUseByASharedName has a mount whose source is the shared name: the link tells whose it is, and without one every disk is refused.
func TestUseByASharedName(t *testing.T) {
	const mount = "40 27 0:50 / /data rw - btrfs /dev/disk/by-id/" + sharedName + " rw\n"
	for leads, refused := range map[string]map[string]string{
		"nvme0n1": {"/dev/nvme0n1": "mounted at /data", "/dev/nvme1n1": "", "/dev/nvme2n1": ""},
		"nvme1n1": {"/dev/nvme0n1": "", "/dev/nvme1n1": "mounted at /data", "/dev/nvme2n1": ""},
		"":        {"/dev/nvme0n1": "cannot be traced", "/dev/nvme1n1": "cannot be traced", "/dev/nvme2n1": "cannot be traced"},
	} {
		root := twins(t, leads)
		spoil(t, filepath.Join(root, "proc/self/mountinfo"), mount)
		inventory := read(t, root)
		for path, word := range refused {
			checkVerdict(t, find(t, inventory, path), word)
		}
	}
}
