package device_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/device"
	"lethe/engine/device/devicetest"
	"lethe/engine/quantity"
)

// nodes is a prober that knows disks by path and start, and everything that stands on them by path. It fails for what it
// was not told, so that no test passes by chance.
type nodes struct {
	root  string
	holds map[string]device.Content
}

var starts = map[quantity.Bytes]string{0: "", 1 << 20: "1", 5 << 20: "2", 8 << 20: "3"} // of the partitions in parted-512

func (n nodes) Probe(_ context.Context, path string, start, size quantity.Bytes) (device.Content, error) {
	name := strings.TrimPrefix(path, n.root+"/dev/") + starts[start]
	found, ok := n.holds[name]
	if !ok || size == 0 {
		return device.Content{}, errProbe
	}
	return found, nil
}

// lvm says what it was told to and counts how often.
type lvm struct {
	groups []device.VolumeGroup
	err    error
	asked  int
}

func (l *lvm) Groups(context.Context) ([]device.VolumeGroup, error) {
	l.asked++
	return l.groups, l.err
}

// withTables puts a real table on disks of a machine.
func withTables(t *testing.T, machine string, disks ...string) string {
	t.Helper()
	root := devicetest.Machine(t, machine)
	if err := os.MkdirAll(root+"/dev", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, disk := range disks {
		if err := os.WriteFile(root+"/dev/"+disk, image(t, "parted-512"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const (
	uuidA = "k2duEA-Erq1-QAr1-mS22-tzj1-qj3l-5pSmI9"
	uuidB = "b0b0b0-Erq1-QAr1-mS22-tzj1-qj3l-5pSmI9"
)

// aloneHolds is what is on the disk of lvm-alone.
func aloneHolds() map[string]device.Content {
	return map[string]device.Content{
		"vda": {}, "vda1": {Type: "vfat"}, "vda2": {Type: "LVM2_member", UUID: "s4"}, "vda3": {Type: "crypto_LUKS"},
		"dm-1": {Type: "ext4", Label: "root"}, "dm-2": {Type: "xfs"},
	}
}

func aloneGroups() []device.VolumeGroup {
	return []device.VolumeGroup{
		{Name: "vg-0", UUID: uuidA, PVs: []device.PhysicalVolume{{Path: "/dev/mapper/crypted", Number: "252:0"}}, LVs: []string{"root", "my-home"}},
		{Name: "data", UUID: uuidB, PVs: []device.PhysicalVolume{{Path: "/dev/vda2", Number: "253:2"}}, LVs: []string{"files"}},
	}
}

// TestReleaseOfGroups alters one thing at a time on a disk that has all of two volume groups.
func TestReleaseOfGroups(t *testing.T) {
	sys := "sys/devices/virtual/block/"
	both := []device.Release{
		{Kind: "lvm", Name: "data", Says: "volume group data (files)"}, {Kind: "lvm", Name: "vg-0", Says: "volume group vg-0 (my-home, root)"}, {Kind: "crypt", Name: "crypted", Says: "opened container crypted"},
	}
	tests := []struct {
		name  string
		alter func(l *lvm, holds map[string]device.Content)
		file  string // of the machine, and what to put into it
		text  string
		want  []device.Release
		word  string
	}{
		{name: "all on the disk", want: both},
		{name: "LVM fails", alter: func(l *lvm, _ map[string]device.Content) { l.groups, l.err = nil, errors.New("no lvm\x1b") }, word: "/dev/vda3 is open as the encrypted device crypted"},
		{name: "LVM knows nothing", alter: func(l *lvm, _ map[string]device.Content) { l.groups = nil }, word: "/dev/vda3 is open as the encrypted device crypted"},
		{name: "LVM does not know the inactive member", alter: func(l *lvm, _ map[string]device.Content) { l.groups = l.groups[:1] }, word: "/dev/vda2 is an LVM physical volume"},
		{name: "no group has the inactive member", alter: func(l *lvm, _ map[string]device.Content) { l.groups[1] = device.VolumeGroup{PVs: l.groups[1].PVs} }, want: both[1:]},
		{name: "inactive and exported", alter: func(l *lvm, _ map[string]device.Content) { l.groups[1].Exported = true }, want: both[1:]},
		{name: "a member is missing", alter: func(l *lvm, _ map[string]device.Content) {
			l.groups[1].PVs = append(l.groups[1].PVs, device.PhysicalVolume{Path: "[unknown]", Missing: true})
		}, word: "/dev/vda2 belongs to the LVM volume group data, which also needs a disk that is missing"},
		{name: "a member that the kernel does not show", alter: func(l *lvm, _ map[string]device.Content) {
			l.groups[0].PVs = append(l.groups[0].PVs, device.PhysicalVolume{Path: "/dev/far", Number: "8:99"})
		}, word: "is open as the encrypted device crypted"},
		{name: "two groups of one name", alter: func(l *lvm, _ map[string]device.Content) { l.groups[1].Name = "vg-0" }, word: "is open as the encrypted device crypted"},
		{name: "a name that is an option", alter: func(l *lvm, _ map[string]device.Content) { l.groups[1].Name = "-ff" }, word: "a name that cannot be used safely, -ff"},
		{name: "a pool on a volume", alter: func(_ *lvm, h map[string]device.Content) { h["dm-1"] = device.Content{Type: "zfs_member"} }, word: "/dev/dm-1 is a member of something larger (zfs_member)"},
		{name: "a volume that cannot be read", alter: func(_ *lvm, h map[string]device.Content) { delete(h, "dm-2") }, word: "cannot probe /dev/dm-2"},
		{name: "swap on a volume", file: "proc/swaps", text: "Filename Type\n/dev/dm-2 partition 1 0 -2\n", word: "swaps on /dev/vda3"},
		{name: "a volume is mounted", file: "proc/self/mountinfo", text: "9 1 252:1 / /x rw - ext4 /dev/dm-1 rw\n", word: "/dev/vda3 is mounted at /x"},
		{name: "a suspended volume", file: sys + "dm-1/dm/suspended", text: "1\n", word: "is open as the encrypted device crypted"},
		{name: "a volume of another kind", file: sys + "dm-1/dm/uuid", text: "mpath-x\n", word: "is open as the encrypted device crypted"},
		{name: "a mapping whose name is an option", file: sys + "dm-0/dm/name", text: "--deferred\n", word: "is open as the encrypted device --deferred"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root, asked, holds := withTables(t, "lvm-alone", "vda"), &lvm{groups: aloneGroups()}, aloneHolds()
			if test.alter != nil {
				test.alter(asked, holds)
			}
			if test.file != "" {
				spoil(t, root+"/"+test.file, test.text)
			}
			d := find(t, read(t, root, device.WithProber(nodes{root, holds}), device.WithVolumes(asked)), "/dev/vda")
			checkRelease(t, d, test.want, test.word)
			if asked.asked != 1 {
				t.Errorf("LVM was asked %d times", asked.asked)
			}
		})
	}
}

// checkRelease wants a disk to be eligible with these things to take down, or refused with a word among the reasons.
func checkRelease(t *testing.T, d device.Disk, want []device.Release, word string) {
	t.Helper()
	state := device.Eligible
	if word != "" {
		state = device.Refused
	}
	if d.Verdict.State != state || word != "" && !strings.Contains(strings.Join(d.Reasons, "\n"), word) {
		t.Errorf("%s is %s: %q, want %s: …%s…", d.Path, d.Verdict.State, d.Reasons, state, word)
	}
	if diff := cmp.Diff(want, d.Release); diff != "" {
		t.Errorf("%s: to take down: -want +got:\n%s", d.Path, diff)
	}
	for _, reason := range d.Reasons {
		if !strings.HasSuffix(reason, ".") || strings.ContainsAny(reason, "\n\x1b") {
			t.Errorf("not a sentence for people: %q", reason)
		}
	}
}

func TestMembersAreNamed(t *testing.T) {
	root := withTables(t, "lvm-alone", "vda")
	d := find(t, read(t, root, device.WithProber(nodes{root, aloneHolds()}), device.WithVolumes(&lvm{groups: aloneGroups()})), "/dev/vda")
	if got := d.Partitions[1].Content; got.Member != "the LVM volume group data with files" || got.Type != "LVM2_member" {
		t.Errorf("%+v", got)
	}
}

func TestWithoutVolumesLVMIsRefused(t *testing.T) {
	root := withTables(t, "lvm-alone", "vda")
	d := find(t, read(t, root, device.WithProber(nodes{root, aloneHolds()})), "/dev/vda")
	checkRelease(t, d, nil, "/dev/vda2 is an LVM physical volume")
}

// TestGroupOverTwoDisks wants each disk refused with the other one's name, although the kernel does not know.
func TestGroupOverTwoDisks(t *testing.T) {
	root := withTables(t, "lvm-span", "vda", "vdb")
	holds := map[string]device.Content{
		"vda": {}, "vda1": {}, "vda2": {}, "vda3": {Type: "LVM2_member"}, "dm-0": {Type: "ext4"},
		"vdb": {}, "vdb1": {Type: "LVM2_member"}, "vdb2": {}, "vdb3": {},
	}
	asked := &lvm{groups: []device.VolumeGroup{{
		Name: "vg0", UUID: uuidA, PVs: []device.PhysicalVolume{{Path: "/dev/vda3", Number: "253:3"}, {Path: "/dev/vdb1", Number: "253:17"}}, LVs: []string{"root"},
	}}}
	inventory := read(t, root, device.WithProber(nodes{root, holds}), device.WithVolumes(asked))
	checkRelease(t, find(t, inventory, "/dev/vda"), nil, "/dev/vda3 belongs to the LVM volume group vg0, which also needs /dev/vdb:")
	checkRelease(t, find(t, inventory, "/dev/vdb"), nil, "/dev/vdb1 belongs to the LVM volume group vg0, which also needs /dev/vda:")
	only := read(t, root, device.WithProber(nodes{root, holds}), device.WithVolumes(asked), device.WithOnly("/dev/vda"))
	checkRelease(t, find(t, only, "/dev/vda"), nil, "which also needs /dev/vdb:")
	if d := find(t, only, "/dev/vdb"); d.Grade != device.Shown || only.Grade != device.Shown {
		t.Errorf("the other disk is %s, the inventory %s", d.Grade, only.Grade)
	}
}

// degradedHolds is what is on the disks of md-degraded.
func degradedHolds() map[string]device.Content {
	holds := map[string]device.Content{"md126": {Type: "ext4", Label: "photos"}, "md127": {Type: "ext4"}}
	for _, disk := range []string{"vda", "vdb", "vdc"} {
		for _, part := range []string{"", "1", "2", "3"} {
			holds[disk+part] = device.Content{}
		}
	}
	mirror := device.Content{Type: "linux_raid_member", UUID: "a1b2c3d4-0000-0000-0000-000000000001", Label: "nas:mirror"}
	holds["vda3"], holds["vdb3"] = mirror, mirror
	holds["vdc3"] = device.Content{Type: "linux_raid_member", UUID: "a1b2c3d4-0000-0000-0000-000000000002", Label: "nas:old"}
	holds["vdc2"] = device.Content{Type: "linux_raid_member", UUID: "a1b2c3d4-0000-0000-0000-000000000003", Label: "nas:gone"}
	return holds
}

func TestReleaseOfArrays(t *testing.T) {
	old := []device.Release{{Kind: "md", Name: "md126", Says: "RAID array old (ext4 “photos”)"}}
	tests := []struct {
		name  string
		alter func(holds map[string]device.Content)
		disk  string
		want  []device.Release
		word  string
	}{
		{name: "its only member here", disk: "/dev/vdc", want: old},
		{name: "runs without a member that is here", disk: "/dev/vda", word: "/dev/vda3 is a member of the RAID array nas:mirror, which also needs /dev/vdb:"},
		{name: "the member that was left out", disk: "/dev/vdb", word: "which also needs /dev/vda:"},
		{name: "another disk could not be read", alter: func(h map[string]device.Content) { delete(h, "vdb1") }, disk: "/dev/vdc", word: "not known whether that also needs /dev/vdb"},
		{name: "an inactive member has another half", alter: func(h map[string]device.Content) { h["vda1"] = h["vdc2"] }, disk: "/dev/vdc", word: "/dev/vdc2 is a member of the RAID array nas:gone, which also needs /dev/vda:"},
		{name: "a member whose array has no UUID", alter: func(h map[string]device.Content) { h["vdc2"] = device.Content{Type: "linux_raid_member"} }, disk: "/dev/vdc", word: "/dev/vdc2 is a member of a RAID array"},
		{name: "a member of a BIOS RAID", alter: func(h map[string]device.Content) { h["vdc3"] = device.Content{Type: "isw_raid_member"} }, disk: "/dev/vdc", word: "/dev/vdc3 is a member of something larger (isw_raid_member)"},
		{name: "an array as member of an array elsewhere", alter: func(h map[string]device.Content) { h["md126"] = h["vda3"] }, disk: "/dev/vdc", word: "/dev/md126 is a member of the RAID array nas:mirror, which also needs /dev/vda, /dev/vdb:"},
		{name: "what udev still believes does not count", alter: func(h map[string]device.Content) { h["vdb3"] = device.Content{} }, disk: "/dev/vda", want: []device.Release{{Kind: "md", Name: "md127", Says: "RAID array mirror (ext4)"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root, holds := withTables(t, "md-degraded", "vda", "vdb", "vdc"), degradedHolds()
			if test.alter != nil {
				test.alter(holds)
			}
			whole := find(t, read(t, root, device.WithProber(nodes{root, holds})), test.disk)
			checkRelease(t, whole, test.want, test.word)
			// To look at one disk only must give the same verdict, since its arrays make the others be read too.
			alone := find(t, read(t, root, device.WithProber(nodes{root, holds}), device.WithOnly(test.disk)), test.disk)
			if diff := cmp.Diff(whole, alone); diff != "" {
				t.Errorf("with only this disk: -all +only:\n%s", diff)
			}
		})
	}
}

func TestReleaseOfContainers(t *testing.T) {
	root := withTables(t, "crypt", "vda", "vdb")
	holds := map[string]device.Content{"dm-0": {Type: "ext4", Label: "nix\x1b[1mos"}, "dm-1": {Type: "ext4"}}
	for _, name := range []string{"vda", "vda1", "vda2", "vda3", "vdb", "vdb1", "vdb2", "vdb3"} {
		holds[name] = device.Content{}
	}
	inventory := read(t, root, device.WithProber(nodes{root, holds}))
	checkRelease(t, find(t, inventory, "/dev/vda"), []device.Release{{Kind: "crypt", Name: "crypted", Says: "opened container crypted (ext4 “nixos”)"}}, "")
	checkRelease(t, find(t, inventory, "/dev/vdb"), nil, "/dev/vdb3 is mounted at /mnt")
}

// TestOnly proves that the other disks are not opened: there are no nodes of them.
func TestOnly(t *testing.T) {
	root := withTables(t, "crypt", "vda")
	holds := map[string]device.Content{"vda": {}, "vda1": {}, "vda2": {}, "vda3": {}, "dm-0": {}}
	if err := devicetest.Build(root, "/dev/disk/by-id\nvirtio-DISK1 -> ../../vda"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/dev/vda", "/dev/disk/by-id/virtio-DISK1", "/dev/../dev/vda"} {
		inventory := read(t, root, device.WithProber(nodes{root, holds}), device.WithOnly(path))
		a, b := find(t, inventory, "/dev/vda"), find(t, inventory, "/dev/vdb")
		if a.Grade != device.Confirmed || a.Verdict.State != device.Eligible || a.TableHash == "" {
			t.Errorf("%s: %s, %+v", path, a.Grade, a.Verdict)
		}
		if b.Grade != device.Shown || b.TableHash != "" || strings.Contains(strings.Join(b.Reasons, ""), "cannot be read") {
			t.Errorf("%s: the other disk is %s: %q", path, b.Grade, b.Reasons)
		}
	}
	none := read(t, root, device.WithProber(nodes{root, holds}), device.WithOnly("/dev/gone"))
	if find(t, none, "/dev/vda").Grade != device.Shown {
		t.Error("a disk was read that nobody asked for")
	}
}

func TestActive(t *testing.T) {
	for _, test := range []struct {
		machine string
		release device.Release
		want    bool
	}{
		{"lvm-alone", device.Release{Kind: "lvm", Name: "vg-0"}, true},
		{"lvm-alone", device.Release{Kind: "lvm", Name: "vg"}, false},
		{"lvm-alone", device.Release{Kind: "lvm", Name: "data"}, false},
		{"lvm-alone", device.Release{Kind: "lvm", Name: "crypted"}, false},
		{"lvm-alone", device.Release{Kind: "crypt", Name: "crypted"}, true},
		{"lvm-alone", device.Release{Kind: "crypt", Name: "other"}, false},
		{"lvm-alone", device.Release{Kind: "dm"}, false},
		{"md-degraded", device.Release{Kind: "md", Name: "md126"}, true},
		{"md-degraded", device.Release{Kind: "md", Name: "md1"}, false},
	} {
		got, err := test.release.Active(device.WithChroot(devicetest.Machine(t, test.machine)))
		if err != nil || got != test.want {
			t.Errorf("%s: %+v: %v, %v", test.machine, test.release, got, err)
		}
	}
}
