package device_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lethe/engine/device"
	"lethe/engine/device/devicetest"
	"lethe/engine/quantity"
)

// prober answers by the start of the range, and fails for what it was not told, so that no test passes by chance.
type prober map[quantity.Bytes]device.Content

var errProbe = errors.New("probe failed\x1b[31m")

func (p prober) Probe(_ context.Context, _ string, start, size quantity.Bytes) (device.Content, error) {
	found, ok := p[start]
	if !ok || size == 0 {
		return device.Content{}, errProbe
	}
	return found, nil
}

const vda = "sys/devices/pci0000:00/0000:00:03.0/virtio1/block/vda"

// partedMachine is the virtio machine whose vda is the image that parted made, partitions and all.
func partedMachine(t *testing.T) string {
	t.Helper()
	root := devicetest.Machine(t, "virtio")
	b := image(t, "parted-512")
	for name, content := range map[string][]byte{"/dev/vda": b, "/" + vda + "/size": []byte("32768\n")} {
		if err := os.MkdirAll(filepath.Dir(root+name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(root+name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	err := devicetest.Build(root, `
/`+vda+`/vda1
  dev = 253:1
  partition = 1
  start = 2048
  size = 8192
/`+vda+`/vda2
  dev = 253:2
  partition = 2
  start = 10240
  size = 6144
/`+vda+`/vda3
  dev = 253:3
  partition = 3
  start = 16384
  size = 16351
`)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

var partedContents = prober{
	0: {}, 1 << 20: {Type: "vfat", Label: "bo\x1b[1mot", UUID: "AB12-34CD"}, 5 << 20: {Type: "swap"}, 8 << 20: {Type: "crypto_LUKS"},
}

// TestConfirmed reads a disk with its table and contents and finds it eligible.
func TestConfirmed(t *testing.T) {
	inventory := read(t, partedMachine(t), device.WithProber(partedContents))
	d := find(t, inventory, "/dev/vda")
	if inventory.Grade != device.Confirmed || d.Grade != device.Confirmed || d.Verdict != (device.Verdict{State: device.Eligible}) {
		t.Errorf("%s, %s, %+v", inventory.Grade, d.Grade, d.Verdict)
	}
	if d.Table.Kind != device.TableGPT || len(d.TableHash) != 64 || len(d.Partitions) != 3 {
		t.Fatalf("%+v, hash %q, %d partitions", d.Table, d.TableHash, len(d.Partitions))
	}
	p := d.Partitions[0]
	if p.Name != "vda1" || p.Label != "ESP" || p.Type != "c12a7328-f81f-11d2-ba4b-00a0c93ec93b" || p.Content != (device.Content{Type: "vfat", Label: "boot", UUID: "AB12-34CD"}) {
		t.Errorf("%+v", p)
	}
}

// TestConfirmedRefuses spoils one thing at a time.
func TestConfirmedRefuses(t *testing.T) {
	member := prober{0: {}, 1 << 20: {}, 5 << 20: {Type: "LVM2_member"}, 8 << 20: {}}
	zfs := prober{0: {Type: "zfs_member", Label: "tank"}, 1 << 20: {}, 5 << 20: {}, 8 << 20: {}}
	tests := []struct {
		name   string
		spoil  func(root string) error
		prober device.Prober
		word   string
	}{
		{"node is missing", func(root string) error { return os.Remove(root + "/dev/vda") }, partedContents, "cannot be read (no such file or directory)"},
		{"node is a folder", func(root string) error {
			return errors.Join(os.Remove(root+"/dev/vda"), os.Mkdir(root+"/dev/vda", 0o755))
		}, partedContents, "no block device"},
		{"node of another size", func(root string) error { return os.Truncate(root+"/dev/vda", 8<<20) }, partedContents, "8388608 bytes, and the kernel says 16777216"},
		{"probe of the disk fails", nil, prober{}, "probe failed): check the drive"},
		{"probe of a partition fails", nil, prober{0: {}, 1 << 20: {}}, "cannot probe partition 2 of /dev/vda"},
		{"LVM member", nil, member, "/dev/vda2 is an LVM physical volume"},
		{"ZFS member", nil, zfs, "/dev/vda belongs to the ZFS pool tank"},
		{"kernel has another start", func(root string) error { return os.WriteFile(root+"/"+vda+"/vda2/start", []byte("10241\n"), 0o644) }, partedContents, "partprobe /dev/vda"},
		{"kernel lacks a partition", func(root string) error { return os.RemoveAll(root + "/" + vda + "/vda3") }, partedContents, "partprobe /dev/vda"},
		{"table is gone", func(root string) error { return os.WriteFile(root+"/dev/vda", make([]byte, 16<<20), 0o644) }, partedContents, "partprobe /dev/vda"},
		{"primary header is damaged", func(root string) error { return overwrite(root+"/dev/vda", 512, make([]byte, 512)) }, partedContents, "primary GPT is damaged"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := partedMachine(t)
			if test.spoil != nil {
				if err := test.spoil(root); err != nil {
					t.Fatal(err)
				}
			}
			d := find(t, read(t, root, device.WithProber(test.prober)), "/dev/vda")
			if d.Grade != device.Confirmed {
				t.Errorf("grade %s", d.Grade)
			}
			checkVerdict(t, d, test.word)
		})
	}
}

func overwrite(path string, offset int64, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(b, offset)
	return errors.Join(err, f.Close())
}

// TestConfirmedKeepsUse proves that reading the disk does not outweigh what the kernel says.
func TestConfirmedKeepsUse(t *testing.T) {
	root := partedMachine(t)
	spoil(t, root+"/proc/swaps", "Filename Type Size Used Priority\n/dev/vda2 partition 3072 0 -2\n")
	d := find(t, read(t, root, device.WithProber(partedContents)), "/dev/vda")
	checkVerdict(t, d, "swaps on /dev/vda2")
}

// TestConfirmedDoesNotOpenWithoutSize leaves drives alone that were refused already.
func TestConfirmedDoesNotOpenWithoutSize(t *testing.T) {
	d := find(t, read(t, devicetest.Machine(t, "odd-devices"), device.WithProber(prober{})), "/dev/sda")
	if len(d.Reasons) != 1 || !strings.Contains(d.Verdict.Reason, "no medium") {
		t.Errorf("%q", d.Reasons)
	}
}
