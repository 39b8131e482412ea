package device_test

import (
	"os"
	"testing"

	"lethe/engine/device"
	"lethe/engine/device/devicetest"
)

func TestFirmware(t *testing.T) {
	const guid = "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
	variable := func(value string) string { return "\x06\x00\x00\x00" + value }
	for _, test := range []struct {
		name  string
		files map[string]string // below /sys/firmware/efi; without any the folder is not there
		want  device.Firmware
	}{
		{"started by a BIOS", nil, device.Firmware{}},
		{"no variables", map[string]string{"fw_platform_size": "64\n"}, device.Firmware{UEFI: true, Bits: 64}},
		{"32 bits", map[string]string{"fw_platform_size": "32\n"}, device.Firmware{UEFI: true, Bits: 32}},
		{"odd size", map[string]string{"fw_platform_size": "128\n"}, device.Firmware{UEFI: true}},
		{"on", map[string]string{"efivars/SecureBoot" + guid: variable("\x01"), "efivars/SetupMode" + guid: variable("\x00")}, device.Firmware{UEFI: true, SecureBoot: "on"}},
		{"off", map[string]string{"efivars/SecureBoot" + guid: variable("\x00"), "efivars/SetupMode" + guid: variable("\x00")}, device.Firmware{UEFI: true, SecureBoot: "off"}},
		{"off, no setup mode", map[string]string{"efivars/SecureBoot" + guid: variable("\x00")}, device.Firmware{UEFI: true, SecureBoot: "off"}},
		{"setup", map[string]string{"efivars/SecureBoot" + guid: variable("\x00"), "efivars/SetupMode" + guid: variable("\x01")}, device.Firmware{UEFI: true, SecureBoot: "setup"}},
		{"only setup mode", map[string]string{"efivars/SetupMode" + guid: variable("\x01")}, device.Firmware{UEFI: true}},
		{"too short", map[string]string{"efivars/SecureBoot" + guid: "\x06\x00\x00\x00"}, device.Firmware{UEFI: true}},
		{"too long", map[string]string{"efivars/SecureBoot" + guid: variable("\x01\x00")}, device.Firmware{UEFI: true}},
		{"no flag", map[string]string{"efivars/SecureBoot" + guid: variable("\x02")}, device.Firmware{UEFI: true}},
	} {
		root := devicetest.Machine(t, "virtio")
		for name, text := range test.files {
			path := root + "/sys/firmware/efi/" + name
			if err := os.MkdirAll(root+"/sys/firmware/efi/efivars", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := read(t, root).Firmware; got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestWritableVariables(t *testing.T) {
	const at = " / /sys/firmware/efi/efivars "
	for _, test := range []struct {
		name, mounts string // below /
		started      bool   // by UEFI
		want         bool
	}{
		{"for writing", "28 23 0:23" + at + "rw,nosuid - efivarfs efivarfs rw", true, true},
		{"not mounted", "", true, false},
		{"mount read-only", "28 23 0:23" + at + "ro,nosuid - efivarfs efivarfs rw", true, false},
		{"file system read-only", "28 23 0:23" + at + "rw,nosuid - efivarfs efivarfs ro", true, false},
		{"hidden by a read-only one", "28 23 0:23" + at + "rw - efivarfs efivarfs rw\n29 28 0:23" + at + "ro - efivarfs efivarfs rw", true, false},
		{"mounted again for writing", "28 23 0:23" + at + "ro - efivarfs efivarfs rw\n29 28 0:23" + at + "rw - efivarfs efivarfs rw", true, true},
		{"hidden by something else", "28 23 0:23" + at + "rw - efivarfs efivarfs rw\n29 28 0:24" + at + "rw - tmpfs tmpfs rw", true, false},
		{"mounted elsewhere", "28 23 0:23 / /efivars rw - efivarfs efivarfs rw", true, false},
		{"an option that begins alike", "28 23 0:23" + at + "rw,root - efivarfs efivarfs rw", true, true},
		{"not started by UEFI", "28 23 0:23" + at + "rw - efivarfs efivarfs rw", false, false},
	} {
		root := devicetest.Machine(t, "virtio")
		if test.started {
			if err := os.MkdirAll(root+"/sys/firmware/efi", 0o755); err != nil {
				t.Fatal(err)
			}
		}
		spoil(t, root+"/proc/self/mountinfo", "27 1 0:25 / / rw - tmpfs tmpfs rw\n"+test.mounts+"\n")
		if got := read(t, root).Firmware; got != (device.Firmware{UEFI: test.started, Writable: test.want}) {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}
