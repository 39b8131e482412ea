package device_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lethe/engine/device"
	"lethe/engine/device/devicetest"
	"lethe/engine/quantity"
)

func newImage(t *testing.T, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk.img")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestReadImage reads a good image with and without a prober.
func TestReadImage(t *testing.T) {
	path := newImage(t, image(t, "parted-512"))
	var stat unix.Stat_t
	if err := unix.Stat(path, &stat); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		prober device.Prober
		grade  device.Grade
		state  device.State
	}{{partedContents, device.Confirmed, device.Eligible}, {nil, device.Shown, device.Unchecked}} {
		d, err := device.ReadImage(t.Context(), path, 0, test.prober)
		if err != nil {
			t.Fatal(err)
		}
		if d.Grade != test.grade || d.Verdict.State != test.state || len(d.Partitions) != 3 || d.Table.Kind != device.TableGPT {
			t.Errorf("%s, %+v, %d partitions, %+v", d.Grade, d.Verdict, len(d.Partitions), d.Table)
		}
		want := device.Topology{Logical: 512, Physical: 512, Image: true}
		if d.Topology != want || d.Kind != device.KindImage || d.Transport != "file" || d.Inode != fmt.Sprintf("%d:%d", stat.Dev, stat.Ino) || len(d.TableHash) != 64 {
			t.Errorf("%+v, %+v", d.Identity, d.Topology)
		}
	}
}

// TestReadImageSector takes the sector size from a GPT, or what is asked for.
func TestReadImageSector(t *testing.T) {
	for _, test := range []struct {
		image      string
		ask, want  quantity.SectorSize
		verdict    device.State
		partitions int
	}{
		{"fdisk-4096", 0, 4096, device.Unchecked, 2},
		{"parted-512", 0, 512, device.Unchecked, 3},
		{"vfat", 0, 512, device.Unchecked, 0},
		{"vfat", 4096, 4096, device.Unchecked, 0},
		{"fdisk-4096", 512, 512, device.Unchecked, 0},
	} {
		d, err := device.ReadImage(t.Context(), newImage(t, image(t, test.image)), test.ask, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d.Topology.SectorSize() != test.want || d.Verdict.State != test.verdict || len(d.Partitions) != test.partitions {
			t.Errorf("%s asked %d: sector %d, %+v, %d partitions", test.image, test.ask, d.Topology.SectorSize(), d.Verdict, len(d.Partitions))
		}
	}
}

// TestReadImageErrors holds the paths that cannot be an image.
func TestReadImageErrors(t *testing.T) {
	dir := t.TempDir()
	make := func(name string, size int64) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, size)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	fifo := filepath.Join(dir, "fifo")
	loop := filepath.Join(dir, "loop")
	if err := errors.Join(unix.Mkfifo(fifo, 0o600), os.Symlink(loop, loop), os.Symlink("/dev/null", dir+"/null")); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path string
		sector     quantity.SectorSize
		word       string
	}{
		{"empty path", "", 0, "not absolute"},
		{"relative", "disk.img", 0, "not absolute"},
		{"missing folder", dir + "/no/disk.img", 0, "make the folder and the file first"},
		{"folder", dir, 0, "directory"},
		{"device", "/dev/null", 0, "it is a device"},
		{"link to a device", dir + "/null", 0, "it is a device"},
		{"FIFO", fifo, 0, "no regular file"},
		{"link to itself", loop, 0, "cannot use image"},
		{"NUL in the path", dir + "/a\x00b", 0, "invalid argument"},
		{"0 bytes", make("empty", 0), 0, "0 bytes"},
		{"513 bytes", make("odd", 513), 0, "not a whole number of sectors of 512"},
		{"512 bytes of 4096", make("short", 512), 4096, "not a whole number of sectors of 4096"},
		{"sector of 520", make("good", 1<<20), 520, "use 512 or 4096"},
		{"file as a folder", dir + "/good/x", 0, "not a directory"},
	}
	for _, test := range tests {
		_, err := device.ReadImage(t.Context(), test.path, test.sector, nil)
		if !errors.Is(err, device.ErrImage) || !strings.Contains(err.Error(), test.word) || strings.Contains(err.Error(), "\x00") {
			t.Errorf("%s: %v, want …%s…", test.name, err, test.word)
		}
	}
}

// TestReadImageNotWritable needs a user whom permissions bind; root meets an immutable place instead.
func TestReadImageNotWritable(t *testing.T) {
	path := newImage(t, make([]byte, 1<<20))
	want := unix.EACCES
	if os.Geteuid() == 0 {
		path, want = "/proc/version", 0 // not writable and of size 0, even for root
	} else if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	_, err := device.ReadImage(t.Context(), path, 0, nil)
	if !errors.Is(err, device.ErrImage) || want != 0 && !errors.Is(err, want) {
		t.Errorf("%v", err)
	}
}

// TestReadImageInUse finds loop devices and swap by the file behind the name.
func TestReadImageInUse(t *testing.T) {
	path := newImage(t, make([]byte, 1<<20))
	other := filepath.Join(filepath.Dir(path), "hard link")
	if err := os.Link(path, other); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ text, word string }{
		{"/sys/block/loop7/loop\nbacking_file = " + path, "losetup -d /dev/loop7"},
		{"/sys/block/loop7/loop\nbacking_file = " + other, "losetup -d /dev/loop7"},
		{"/sys/block/loop7/loop\nbacking_file = /somewhere/else", ""},
		{"/proc\nswaps <<\n| Filename Type\n| " + path + " file 1 0 -2", "swaps on the image"},
		{"/sys/block/loop7/", ""},
	}
	for _, test := range tests {
		root := devicetest.Machine(t, "virtio")
		if err := devicetest.Build(root, test.text); err != nil {
			t.Fatal(err)
		}
		d, err := device.ReadImage(t.Context(), path, 0, nil, device.WithChroot(root))
		if err != nil {
			t.Fatal(err)
		}
		checkVerdict(t, d, test.word)
	}
}

// TestReadImageRefusals lets content and table speak against an image as against a disk.
func TestReadImageRefusals(t *testing.T) {
	tests := []struct {
		image  string
		prober device.Prober
		word   string
	}{
		{"hybrid-512", prober{0: {}, 1 << 20: {}, 4 << 20: {}}, "hybrid"},
		{"vfat", prober{0: {Type: "linux_raid_member"}}, "mdadm --zero-superblock"},
		{"vfat", prober{0: {Type: "zfs_member", Label: "tank"}}, "ZFS pool tank"},
		{"vfat", prober{0: {Type: "isw_raid_member"}}, "wipefs -a"},
		{"vfat", prober{}, "cannot be read"},
	}
	for _, test := range tests {
		d, err := device.ReadImage(t.Context(), newImage(t, image(t, test.image)), 0, test.prober)
		if err != nil {
			t.Fatal(err)
		}
		checkVerdict(t, d, test.word)
	}
}
