package nix_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// printed is the command by which vm.sh would start a machine, or its complaint.
func printed(t *testing.T, arguments ...string) (string, error) {
	t.Helper()
	folder := t.TempDir()
	firmware := filepath.Join(folder, "firmware.fd")
	if err := os.WriteFile(firmware, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("bash", append([]string{"vm.sh", "--state", filepath.Join(folder, "state"), "--print"}, arguments...)...)
	c.Env = append(os.Environ(), "HOME="+folder, "LETHE_OVMF_CODE="+firmware, "LETHE_OVMF_VARS="+firmware)
	text, err := c.CombinedOutput()
	if _, there := os.Stat(filepath.Join(folder, "state")); there == nil {
		t.Error("only printing, it made a disk")
	}
	return strings.ReplaceAll(string(text), `\`, ""), err
}

func TestVirtualMachine(t *testing.T) {
	iso := filepath.Join(t.TempDir(), "a medium.iso")
	if err := os.WriteFile(iso, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const uefi, agent, clipboard = "if=pflash,format=raw,readonly=on,file=", "name=org.qemu.guest_agent.0", "name=com.redhat.spice.0"
	for _, row := range []struct {
		arguments []string
		has       []string
		lacks     string
	}{
		{[]string{"--iso", iso}, []string{uefi, agent, clipboard, "q35", "virtio-blk-pci,drive=disk", "spice-app", "spicevmc", "media=cdrom,readonly=on,file=" + iso, "ide-cd,drive=medium,bootindex=2"}, "nvme,"},
		{[]string{"--disk", "nvme", "--accel", "tcg", "--memory", "4096"}, []string{uefi, "nvme,drive=disk", "accel=tcg -cpu max", "-m 4096"}, "cdrom"},
		{[]string{"--accel", "kvm", "--display", "gtk"}, []string{"accel=kvm -cpu host", "-display gtk", "qemu-vdagent", clipboard}, "spice-app"},
		{[]string{"--display", "none", "--", "-snapshot"}, []string{"-display none -serial mon:stdio", agent, "-snapshot"}, clipboard},
	} {
		text, err := printed(t, row.arguments...)
		for _, part := range row.has {
			if err != nil || !strings.Contains(text, part) {
				t.Errorf("%q: %q is not in %s: %v", row.arguments, part, text, err)
			}
		}
		if strings.Contains(text, row.lacks) {
			t.Errorf("%q: %q is in %s", row.arguments, row.lacks, text)
		}
	}
	for says, arguments := range map[string][]string{
		"cannot read /no/such.iso; make one with": {"--iso", "/no/such.iso"},
		"there is no disk floppy":                 {"--disk", "floppy"},
		"there is no display vga":                 {"--display", "vga"},
		"there is no option --fast":               {"--fast"},
		"--size needs a value":                    {"--size"},
	} {
		if text, err := printed(t, arguments...); err == nil || !strings.Contains(text, says) {
			t.Errorf("%q: %v: %s", arguments, err, text)
		}
	}
}
