package probe_test

import (
	"maps"
	"os"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"lethe/app/probe"
	"lethe/app/session"
	"lethe/engine/quantity"
)

var (
	now      = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	earliest = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
)

// tree makes a machine of files.
func tree(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for path, text := range files {
		m[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func read(files map[string]string) session.Checks {
	return probe.Read(tree(files), "x86_64", now, earliest)
}

func TestMachineWithoutFilesIsUnknown(t *testing.T) {
	got := read(nil)
	if got.Memory != 0 || got.Swaps != nil || got.Power.Known || got.Network != session.Unknown || got.Live != session.Unknown || got.Synchronized != session.Unknown {
		t.Errorf("something was made up: %+v", got)
	}
	if got.Arch != "x86_64" || !got.Now.Equal(now) || !got.Earliest.Equal(earliest) {
		t.Errorf("what was given is not kept: %+v", got)
	}
}

func TestMemory(t *testing.T) {
	got := read(map[string]string{"proc/meminfo": "MemTotal:       16314564 kB\nMemFree:         1000 kB\n"})
	if got.Memory != 16314564*quantity.KiB {
		t.Errorf("memory is %s", got.Memory)
	}
}

const swapsHead = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

// devices are block devices: vda2 plain, dm-0 LUKS on vda3, dm-1 LVM on dm-0, dm-2 LVM on vda4 and dm-0.
var devices = map[string]string{
	"sys/class/block/vda2/dev": "254:2\n", "sys/class/block/vda3/dev": "254:3\n", "sys/class/block/vda4/dev": "254:4\n",
	"sys/class/block/zram0/dev": "252:0\n",
	"sys/class/block/dm-0/dev":  "253:0\n", "sys/class/block/dm-0/dm/uuid": "CRYPT-LUKS2-00-x\n", "sys/class/block/dm-0/slaves/vda3/dev": "254:3",
	"sys/class/block/dm-1/dev": "253:1\n", "sys/class/block/dm-1/dm/uuid": "LVM-abc\n", "sys/class/block/dm-1/slaves/dm-0/dev": "253:0",
	"sys/class/block/dm-2/dev": "253:2\n", "sys/class/block/dm-2/dm/uuid": "LVM-abd\n", "sys/class/block/dm-2/slaves/dm-0/dev": "253:0",
	"sys/class/block/dm-2/slaves/vda4/dev": "254:4",
	"sys/class/block/dm-3/dm/uuid":         "LVM-abe\n",
	"sys/class/block/dm-3/slaves/gone/dev": "1:1",
	"sys/class/block/dm-4/dm/uuid":         "LVM-loop\n",
	"sys/class/block/dm-4/slaves/dm-4/dev": "253:4",
	"proc/self/mountinfo":                  "22 1 254:2 / / rw - ext4 /dev/vda2 rw\n23 22 253:0 / /var/my\\040files rw - ext4 /dev/mapper/c rw\n24 22 0:30 / /tmp rw - tmpfs tmpfs rw\nshort line\n",
}

func TestSwap(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		path string
		want session.Answer
	}{
		"partition":             {"/dev/vda2 partition 1048572 0 -2", "/dev/vda2", session.Yes},
		"in memory":             {"/dev/zram0 partition 1048572 0 100", "/dev/zram0", session.No},
		"LUKS":                  {"/dev/dm-0 partition 1048572 0 -2", "/dev/dm-0", session.No},
		"LVM on LUKS":           {"/dev/dm-1 partition 1048572 0 -2", "/dev/dm-1", session.No},
		"LVM half on LUKS":      {"/dev/dm-2 partition 1048572 0 -2", "/dev/dm-2", session.Yes},
		"on what is gone":       {"/dev/dm-3 partition 1048572 0 -2", "/dev/dm-3", session.Unknown},
		"on itself":             {"/dev/dm-4 partition 1048572 0 -2", "/dev/dm-4", session.Unknown},
		"unknown device":        {"/dev/sdz9 partition 1048572 0 -2", "/dev/sdz9", session.Unknown},
		"file on plain":         {"/swapfile file 1048572 0 -2", "/swapfile", session.Yes},
		"file on LUKS":          {`/var/my\040files/s file 1048572 0 -2`, "/var/my files/s", session.No},
		"file on no device":     {"/tmp/s file 1048572 0 -2", "/tmp/s", session.Unknown},
		"file beside the mount": {`/var/my\040filesystem file 1048572 0 -2`, "/var/my filesystem", session.Yes},
		"unknown kind":          {"/x strange 1048572 0 -2", "/x", session.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(devices)
			files["proc/swaps"] = swapsHead + c.line + "\n"
			got := read(files).Swaps
			want := []session.Swap{{Path: c.path, Plain: c.want, Size: 1048572 * quantity.KiB}}
			if !slices.Equal(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
	if got := read(map[string]string{"proc/swaps": swapsHead}).Swaps; len(got) != 0 {
		t.Errorf("swap from nowhere: %+v", got)
	}
}

func TestLive(t *testing.T) {
	const root = "22 1 254:2 / / rw - ext4 /dev/vda2 rw\n"
	for name, c := range map[string]struct {
		mounts, cmdline string
		want            session.Answer
	}{
		"installed":        {root, "root=/dev/vda2 quiet", session.No},
		"root in memory":   {"22 1 0:20 / / rw - tmpfs none rw\n", "init=/nix/store/x/init", session.No},
		"NixOS stick":      {root + "30 22 8:1 / /iso ro - iso9660 /dev/root ro\n", "", session.Yes},
		"NixOS over wire":  {root + "30 22 7:0 / /nix/.ro-store ro - squashfs /dev/loop0 ro\n", "", session.Yes},
		"NixOS test":       {root + "30 22 0:9 / /nix/.ro-store ro - 9p store ro\n", "", session.No},
		"folder named iso": {root + "30 22 8:1 / /iso ro - ext4 /dev/sda1 ro\n", "", session.No},
		"Debian":           {root, "BOOT_IMAGE=/live/vmlinuz boot=live components", session.Yes},
		"Fedora":           {root, "root=live:CDLABEL=x rd.live.image", session.Yes},
		"Arch":             {root, "archisobasedir=arch archisolabel=x", session.Yes},
		"word inside":      {root, "xboot=lively", session.No},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(map[string]string{"proc/self/mountinfo": c.mounts, "proc/cmdline": c.cmdline + "\n"}).Live
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestPowerAndClock hands on what the engine's own reading says; its cases are tested there.
func TestPowerAndClock(t *testing.T) {
	const at = "sys/class/power_supply/BAT0/"
	got := read(map[string]string{at + "type": "Battery\n", at + "status": "Discharging\n", at + "capacity": "42\n", "run/systemd/timesync/synchronized": ""})
	if want := (session.Power{Known: true, Battery: true, Percent: 42}); got.Power != want || got.Synchronized != session.Yes {
		t.Errorf("got %+v and %q", got.Power, got.Synchronized)
	}
}

func TestNetwork(t *testing.T) {
	const (
		head  = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
		route = "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
		local = "eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
		zero  = "00000000000000000000000000000000"
		six   = zero + " 00 " + zero + " 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"
		lo    = zero + " 00 " + zero + " 00 " + zero + " ffffffff 00000001 00000000 00200200       lo\n"
	)
	for name, c := range map[string]struct {
		files map[string]string
		want  session.Answer
	}{
		"IPv4":        {map[string]string{"proc/net/route": head + local + route, "sys/class/net/eth0/operstate": "up\n"}, session.Yes},
		"cable out":   {map[string]string{"proc/net/route": head + route, "sys/class/net/eth0/operstate": "down\n"}, session.No},
		"only local":  {map[string]string{"proc/net/route": head + local}, session.No},
		"IPv6":        {map[string]string{"proc/net/route": head, "proc/net/ipv6_route": six}, session.Yes},
		"unreachable": {map[string]string{"proc/net/route": head, "proc/net/ipv6_route": lo}, session.No},
	} {
		t.Run(name, func(t *testing.T) {
			if got := read(c.files).Network; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestThisMachine reads real files, through real links.
func TestThisMachine(t *testing.T) {
	got := probe.Read(os.DirFS("/"), "x86_64", time.Now(), earliest)
	if got.Memory == 0 || got.Live == session.Unknown {
		t.Errorf("this machine has %s of memory and is live: %q", got.Memory, got.Live)
	}
}
