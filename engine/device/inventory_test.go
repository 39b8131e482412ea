package device_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/device"
	"lethe/engine/device/devicetest"
)

var update = flag.Bool("update", false, "write the golden files anew, to be reviewed with git diff")

func read(t *testing.T, root string, opts ...device.Option) device.Inventory {
	t.Helper()
	inventory, err := device.Read(t.Context(), append(opts, device.WithChroot(root))...)
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return inventory
}

func find(t *testing.T, inventory device.Inventory, path string) device.Disk {
	t.Helper()
	d, err := device.Find(inventory, path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestMachines compares the shown inventory of every recorded machine with a golden file.
func TestMachines(t *testing.T) {
	for _, name := range devicetest.Names(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inventory := read(t, devicetest.Machine(t, name))
			var text bytes.Buffer
			encoder := json.NewEncoder(&text)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			if err := encoder.Encode(inventory); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "inventory", name+".json"), text.Bytes())
		})
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs; -want +got:\n%s", path, diff)
	}
}

// TestVerdicts states for every disk of the recorded machines what must speak against it. An empty word means
// that nothing may.
func TestVerdicts(t *testing.T) {
	tests := map[string]map[string]string{
		"virtio":     {"vda": ""},
		"nvme-512":   {"nvme0n1": ""},
		"nvme-4kn":   {"nvme0n1": ""},
		"nvme-twins": {"nvme0n1": "", "nvme1n1": "", "nvme2n1": ""},
		"sata-lvm": {
			"sda": "running system is on /dev/sda2", "sdb": "mounted at /home", "sdc": "LVM volume data-media", "sdd": "",
			"sde": "", "sdf": "",
		},
		"md-raid":    {"sda": "mounted at /srv", "sdb": "mounted at /srv", "sdc": ""},
		"zfs":        {"sda": "ZFS pool rpool", "sdb": "ZFS pool tank"},
		"live-usb":   {"sda": "", "sdb": "carries the live system"},
		"ventoy":     {"sda": "", "sdb": "carries the live system"},
		"emmc":       {"mmcblk0": "", "mmcblk1": "is read-only"},
		"hostile":    {"sdb": "", "sdc": "is mounted at"},
		"swap":       {"sda": "swaps on /dev/sda2", "sdb": "mounted at /mnt/data"},
		"whole-disk": {"sda": "mounted at /mnt/archive", "sdb": "mounted at /home", "sdc": "mounted at /home", "sdd": "mounted at /vault", "sde": ""},
		"odd-devices": {
			"nbd1": "", "sda": "no medium", "sdb": "is read-only", "sdc": "sectors of 520 bytes", "sdd": "facts about /dev/sdd are incomplete",
			"sde": "facts about /dev/sde are incomplete", "sdf": "losetup -d /dev/loop1", "sdg": "",
		},
		"lvm-alone":   {"vda": ""},
		"lvm-span":    {"vda": "", "vdb": ""}, // only LVM knows
		"md-degraded": {"vda": "also needs /dev/vdb", "vdb": "also needs /dev/vda", "vdc": ""},
		"crypt":       {"vda": "", "vdb": "mounted at /mnt"},
		"multipath":   {"sda": "multipath -f mpatha", "sdb": "multipath -f mpatha", "nvme0n1": ""},
	}
	for _, machine := range devicetest.Names(t) {
		t.Run(machine, func(t *testing.T) {
			t.Parallel()
			words := tests[machine]
			inventory := read(t, devicetest.Machine(t, machine))
			if len(inventory.Disks) != len(words) {
				t.Errorf("%d disks, want %d", len(inventory.Disks), len(words))
			}
			for _, d := range inventory.Disks {
				word, known := words[d.Name]
				if !known {
					t.Errorf("%s is listed as a disk", d.Name)
				}
				checkVerdict(t, d, word)
			}
		})
	}
}

func checkVerdict(t *testing.T, d device.Disk, word string) {
	t.Helper()
	want := device.Refused
	if word == "" {
		want = device.Unchecked
	}
	if d.Verdict.State != want || !strings.Contains(d.Verdict.Reason, word) {
		t.Errorf("%s: %s: %q, want %s: …%s…", d.Name, d.Verdict.State, d.Verdict.Reason, want, word)
	}
	for _, reason := range append(d.Reasons, d.Verdict.Reason) {
		if !strings.HasSuffix(reason, ".") || strings.ContainsAny(reason, "\n\x1b") {
			t.Errorf("%s: not a sentence for people: %q", d.Name, reason)
		}
	}
}

// TestHoldersElsewhere proves that a volume group across disks names the others, and one on a single disk none.
func TestHoldersElsewhere(t *testing.T) {
	inventory := read(t, devicetest.Machine(t, "sata-lvm"))
	tests := []struct {
		disk string
		want []device.Holder
	}{
		{"/dev/sda", []device.Holder{{Name: "dm-0", Kind: "lvm", Says: "vg0-root"}, {Name: "dm-1", Kind: "lvm", Says: "vg0-swap"}}},
		{"/dev/sdb", []device.Holder{
			{Name: "dm-2", Kind: "lvm", Says: "data-home", Elsewhere: []string{"sdc"}},
			{Name: "dm-3", Kind: "lvm", Says: "data-media", Elsewhere: []string{"sdc"}},
		}},
		{"/dev/sdc", []device.Holder{{Name: "dm-3", Kind: "lvm", Says: "data-media", Elsewhere: []string{"sdb"}}}},
	}
	for _, test := range tests {
		parts := find(t, inventory, test.disk).Partitions
		if diff := cmp.Diff(test.want, parts[len(parts)-1].Use.Holders); diff != "" {
			t.Errorf("%s: -want +got:\n%s", test.disk, diff)
		}
	}
	if p := find(t, inventory, "/dev/sda").Partitions[1]; !p.Use.Swap || !cmp.Equal(p.Use.Mounts, []string{"/"}) {
		t.Errorf("sda2 is used as %+v, want swap and / through LVM", p.Use)
	}
}

// TestHostileTextIsClean proves that nothing from a device reaches the inventory as it came.
func TestHostileTextIsClean(t *testing.T) {
	inventory := read(t, devicetest.Machine(t, "hostile"))
	d := find(t, inventory, "/dev/sdb")
	if d.Model != "Evil$(reboot)gpj.exe`id` Disk" || d.Vendor != "Vend" || len([]rune(d.Serial)) != 64 || d.WWN != "0x5000" {
		t.Errorf("model %q, vendor %q, serial %q, WWN %q", d.Model, d.Vendor, d.Serial, d.WWN)
	}
	if !cmp.Equal(d.ByID, []string{"usb-Evil-0:0"}) {
		t.Errorf("by-id names %q", d.ByID)
	}
	walkStrings(t, inventory)
}

func walkStrings(t *testing.T, inventory device.Inventory) {
	t.Helper()
	text, err := json.Marshal(inventory)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{`\u001b`, `\u0007`, `\n`, "\u202e", "\u200b", "\u2066", "\ufffd", `\ufffd`} {
		if bytes.Contains(text, []byte(bad)) {
			t.Errorf("the inventory holds %q", bad)
		}
	}
}

// TestUnreadableIsRefused removes or spoils one file at a time and wants a refusal, never a blank disk.
func TestUnreadableIsRefused(t *testing.T) {
	dir := "sys/devices/pci0000:00/0000:00:03.0/virtio1/block/vda/"
	for _, name := range []string{
		"dev", "size", "ro", "removable", "alignment_offset",
		"queue/logical_block_size", "queue/physical_block_size", "queue/minimum_io_size", "queue/optimal_io_size",
	} {
		for _, content := range []string{"(missing)", "", "-5\n", "1e9\n", "99999999999999999999\n", "\x1b[31m\xff\n"} {
			root := devicetest.Machine(t, "virtio")
			spoil(t, root+"/"+dir+name, content)
			checkVerdict(t, find(t, read(t, root), "/dev/vda"), "facts about /dev/vda are incomplete")
		}
	}
}

func spoil(t *testing.T, path, content string) {
	t.Helper()
	var err error
	if content == "(missing)" {
		err = os.Remove(path)
	} else {
		err = os.WriteFile(path, []byte(content), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestZonedDrivesAreRefused has every kind of them.
func TestZonedDrivesAreRefused(t *testing.T) {
	for zoned, word := range map[string]string{"none": "", "host-aware": "", "(missing)": "", "host-managed": "is a host-managed zoned drive"} {
		root := devicetest.Machine(t, "nvme-4kn")
		dir, err := filepath.EvalSymlinks(root + "/sys/block/nvme0n1")
		if err != nil {
			t.Fatal(err)
		}
		spoil(t, dir+"/queue/zoned", zoned)
		checkVerdict(t, find(t, read(t, root), "/dev/nvme0n1"), word)
	}
}

// TestUntraceableUse wants every disk refused when it is unknown what uses the disks.
func TestUntraceableUse(t *testing.T) {
	tests := []struct{ file, content, word string }{
		{"proc/self/mountinfo", "(missing)", "not known what is mounted"},
		{"proc/self/mountinfo", "one two three\n", "not known what is mounted"},
		{"proc/self/mountinfo", "9 1 0:40 / /x rw - btrfs /dev/gone rw\n", "btrfs file system is mounted at /x from /dev/gone"},
		{"proc/swaps", "(missing)", "not known where the system swaps"},
		{"proc/swaps", "Filename Type\n/dev/gone partition 1 0 -2\n", "swaps on /dev/gone, which cannot be traced"},
		{"proc/swaps", "Filename Type\n/swapfile file 1 0 -2\n", "swaps on /swapfile, which cannot be traced"},
	}
	for _, test := range tests {
		root := devicetest.Machine(t, "virtio")
		spoil(t, filepath.Join(root, test.file), test.content)
		checkVerdict(t, find(t, read(t, root), "/dev/vda"), test.word)
	}
}

// TestMountsOfProcessOne finds a mount that is only visible to process 1, as from inside a chroot.
func TestMountsOfProcessOne(t *testing.T) {
	root := devicetest.Machine(t, "virtio")
	if err := devicetest.Build(root, "/proc/1\nmountinfo = 40 1 253:0 / /target rw - ext4 /dev/vda rw"); err != nil {
		t.Fatal(err)
	}
	checkVerdict(t, find(t, read(t, root), "/dev/vda"), "mounted at /target")
}

// TestNoMachine wants errors, not empty inventories.
func TestNoMachine(t *testing.T) {
	for _, remove := range []string{"sys", "proc/meminfo"} {
		root := devicetest.Machine(t, "virtio")
		if err := os.RemoveAll(filepath.Join(root, remove)); err != nil {
			t.Fatal(err)
		}
		if _, err := device.Read(t.Context(), device.WithChroot(root)); err == nil {
			t.Errorf("no error without %s", remove)
		}
	}
}

// TestThisMachine reads the machine that the test runs on, as whoever runs it.
func TestThisMachine(t *testing.T) {
	inventory, err := device.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range inventory.Disks {
		t.Logf("%s %s %s: %s", d.Path, d.Bytes.Human(), d.Verdict.State, d.Verdict.Reason)
		if d.Verdict.State == device.Eligible {
			t.Errorf("%s is eligible without having been read", d.Path)
		}
	}
}

// TestBig reads 256 disks of 128 partitions.
func TestBig(t *testing.T) {
	root := devicetest.Big(t, 256, 128)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	inventory := read(t, root)
	runtime.ReadMemStats(&after)
	if n := len(inventory.Disks); n != 256 {
		t.Fatalf("%d disks", n)
	}
	for i, d := range inventory.Disks {
		if len(d.Partitions) != 128 || d.Verdict.State != device.Unchecked {
			t.Fatalf("%s: %d partitions, %v", d.Path, len(d.Partitions), d.Verdict)
		}
		if i > 0 && inventory.Disks[i-1].DiskSeq >= d.DiskSeq {
			t.Errorf("%s comes after %s", d.Name, inventory.Disks[i-1].Name)
		}
	}
	t.Logf("allocated %d MiB", (after.TotalAlloc-before.TotalAlloc)>>20)
}

func BenchmarkRead(b *testing.B) {
	root := devicetest.Big(b, 256, 128)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := device.Read(b.Context(), device.WithChroot(root)); err != nil {
			b.Fatal(err)
		}
	}
}
