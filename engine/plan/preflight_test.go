package plan_test

import (
	"io/fs"
	"strings"
	"testing"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

func TestPreflight(t *testing.T) {
	uefi := device.Firmware{UEFI: true, Bits: 64}
	for _, row := range []struct {
		name     string
		desktop  string
		memory   quantity.Bytes
		disk     quantity.Bytes
		firmware device.Firmware
		want     string // severity and what, in order
	}{
		{"a good machine", "plasma", 16 * quantity.GiB, 256 * quantity.GiB, uefi, ""},
		{"6 GiB as the kernel counts them", "plasma", 6*quantity.GiB - 200*quantity.MiB, 24 * quantity.GiB, uefi, ""},
		{"4 GiB and a desktop", "plasma", 4 * quantity.GiB, 24 * quantity.GiB, uefi, "warn memory"},
		{"4 GiB and none", "none", 4 * quantity.GiB, 12 * quantity.GiB, uefi, ""},
		{"3 GiB as the kernel counts them", "none", 3*quantity.GiB - 200*quantity.MiB, 12 * quantity.GiB, uefi, ""},
		{"2 GiB", "none", 2 * quantity.GiB, 12 * quantity.GiB, uefi, "refuse memory"},
		{"a small disk for a desktop", "gnome", 8 * quantity.GiB, 24*quantity.GiB - 1, uefi, "refuse disk"},
		{"a BIOS", "none", 8 * quantity.GiB, 12 * quantity.GiB, device.Firmware{}, "refuse firmware"},
		{"a 32-bit UEFI", "none", 8 * quantity.GiB, 12 * quantity.GiB, device.Firmware{UEFI: true, Bits: 32}, "refuse firmware"},
		{"Secure Boot", "none", 8 * quantity.GiB, 12 * quantity.GiB, device.Firmware{UEFI: true, Bits: 64, SecureBoot: "on"}, "warn firmware"},
		{"everything wrong", "plasma", quantity.GiB, quantity.GiB, device.Firmware{}, "refuse memory, refuse disk, refuse firmware"},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := plan.Input{Wishes: config.Config{Desktop: config.Desktop{Environment: row.desktop}}, Memory: row.memory, Firmware: row.firmware}
			var got []string
			for _, f := range plan.Preflight(device.Disk{Identity: device.Identity{Bytes: row.disk}}, in) {
				got = append(got, string(f.Severity)+" "+f.What)
				if f.Severity == flake.Refuse && !strings.Contains(f.Says, ";") {
					t.Errorf("it does not say what to do: %s", f.Says)
				}
			}
			if strings.Join(got, ", ") != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestConfirmedFactsOfAMachineStopAPlan(t *testing.T) {
	good := plans(t)["nvme"]
	in := plan.Input{Wishes: good.Wishes, Layout: good.Layout, Memory: 2 * quantity.GiB, Firmware: device.Firmware{UEFI: true, Bits: 64}}
	if _, err := plan.Make(nvme(plainText), in); err == nil || !strings.Contains(err.Error(), "at least 3 GiB") {
		t.Errorf("got %v", err)
	}
	p, err := plan.Make(shown(nvme(plainText)), in)
	if err != nil || !strings.Contains(strings.Join(p.Notes, " "), "The installation will be refused: The machine has 2 GiB") {
		t.Errorf("%v, %q", err, p.Notes)
	}
}

func TestKeptFoldersAreMountedBeforeTheInstallation(t *testing.T) {
	p := plans(t)["nvme"]
	at := map[string]bool{}
	for _, m := range p.Mounts() {
		at[m.At] = true
	}
	kept, err := flake.PersistenceFor(p.Wishes)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kept.System.Directories {
		if !at["/mnt"+k.Path] {
			t.Errorf("%s is kept and not mounted", k.Path)
		}
	}
	p.Configuration.Own = &plan.Own{}
	if got := len(p.Kept()); got != 3 {
		t.Errorf("a configuration of one's own has %d folders mounted", got)
	}
	p.Configuration.Own, p.Wishes.Persistence.Directories = nil, []string{"/var/lib"}
	for _, k := range p.Kept() {
		if strings.HasPrefix(k.Path, "/var/lib/") {
			t.Errorf("%s lies in /var/lib, which is kept", k.Path)
		}
	}
}

// TestConfigurationGoesToAnAdministrator gives it to nobody who could become root through it.
func TestConfigurationGoesToAnAdministrator(t *testing.T) {
	for _, c := range []struct {
		users []config.User
		want  int
	}{
		{nil, 0},
		{[]config.User{{Name: "kid"}}, 0},
		{[]config.User{{Name: "ada", Admin: true}}, 1000},
		{[]config.User{{Name: "kid"}, {Name: "ada", Admin: true}, {Name: "grace", Admin: true}}, 1001},
		{[]config.User{{Name: "kid"}, {Name: "ada", UID: 1234, Admin: true}}, 1234},
	} {
		var p plan.Plan
		p.Wishes.Users = c.users
		if got := p.Owner(); got != c.want {
			t.Errorf("%+v: it goes to %d, want %d", c.users, got, c.want)
		}
	}
}

// TestKeptFolderHasItsMode wants the sticky bit where everybody may write.
func TestKeptFolderHasItsMode(t *testing.T) {
	modes := map[string]fs.FileMode{}
	for _, m := range plans(t)["nvme"].Mounts() {
		for _, f := range m.Folders {
			modes[f.Path] = f.FileMode()
		}
	}
	for path, want := range map[string]fs.FileMode{
		"/mnt/nix/persist/var/tmp": fs.ModeSticky | 0o777, "/mnt/var/tmp": fs.ModeSticky | 0o777, "/mnt/var/log": 0o755, "/mnt/etc/NetworkManager/system-connections": 0o700,
	} {
		if is, there := modes[path]; !there || is != want {
			t.Errorf("%s is made with mode %v, want %v", path, is, want)
		}
	}
}
