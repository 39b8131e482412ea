package verify_test

import (
	"slices"
	"strings"
	"testing"

	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/verify"
)

// bootChecks are those that know only systemd-boot.
var bootChecks = []string{"boot loader at the fallback path", "boot loader", "boot entries", "default boot entry"}

// grub replaces systemd-boot by another boot loader.
func grub(at string) func(t *testing.T, s *installed) {
	return func(t *testing.T, s *installed) {
		fallback, own, machine := loaderFiles()
		for _, path := range []string{fallback, own, "boot/loader"} {
			s.remove(t, path)
		}
		if at != "" {
			s.write(t, at, program(machine, "GRUB"))
		}
	}
}

// starts lets the firmware start a file on the ESP.
func starts(file string) func(*testing.T, *installed) {
	return func(_ *testing.T, s *installed) {
		p, _ := s.layout.Find(layout.ESP)
		s.tools.firmware = "BootOrder: 0001\nBoot0001* NixOS-boot\tHD(1,GPT," + p.PartUUID + ",0x800,0x200000)/" + file + "\n"
	}
}

func TestBootLoaderOfOnesOwnConfiguration(t *testing.T) {
	const nixosBoot, entry = "boot/EFI/NixOS-boot/grubx64.efi", `\EFI\NixOS-boot\grubx64.efi`
	fallback, own, machine := loaderFiles()
	for _, c := range []struct {
		name              string
		change            []func(*testing.T, *installed)
		unchecked, failed []string
	}{
		{"systemd-boot", nil, nil, nil},
		{"GRUB at the fallback path", []func(*testing.T, *installed){grub(fallback)}, bootChecks, nil},
		{"GRUB with an entry", []func(*testing.T, *installed){grub(nixosBoot), starts(entry)}, bootChecks, nil},
		{"GRUB without an entry", []func(*testing.T, *installed){grub(nixosBoot)}, nil, bootChecks},
		{"an entry that leads nowhere", []func(*testing.T, *installed){grub(""), starts(entry)}, nil, bootChecks},
		{"an entry for what is no program", []func(*testing.T, *installed){grub(""), func(t *testing.T, s *installed) {
			s.write(t, nixosBoot, "text")
		}, starts(entry)}, nil, bootChecks},
		{"an entry that is switched off", []func(*testing.T, *installed){grub(nixosBoot), starts(entry), func(_ *testing.T, s *installed) {
			s.tools.firmware = strings.Replace(s.tools.firmware, "Boot0001*", "Boot0001 ", 1)
		}}, nil, bootChecks},
		{"no boot loader", []func(*testing.T, *installed){grub("")}, nil, bootChecks},
		{"no program at the fallback path", []func(*testing.T, *installed){grub(""), func(t *testing.T, s *installed) { s.write(t, fallback, "text") }}, nil, bootChecks},
		{
			"rubbish in systemd-boot's place",
			[]func(*testing.T, *installed){grub(fallback), func(t *testing.T, s *installed) { s.write(t, own, "text") }},
			[]string{bootChecks[0], bootChecks[2], bootChecks[3]},
			[]string{bootChecks[1]},
		},
		{"systemd-boot behind another program", []func(*testing.T, *installed){func(t *testing.T, s *installed) {
			s.write(t, fallback, program(machine, "shim"))
		}}, bootChecks[:1], nil},
		{"systemd-boot, missing in one place", []func(*testing.T, *installed){removed(own)}, nil, bootChecks[1:2]},
		{"systemd-boot without a kernel", []func(*testing.T, *installed){removed(kernelFile)}, nil, bootChecks[2:3]},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := install(t, variant{512, false})
			s.tools.lacks = ""
			s.repo.Own = &plan.Own{Source: "/srv/mine"}
			for _, change := range c.change {
				change(t, s)
			}
			report := s.check(t, t.Context())
			if got := unexpected(report); !slices.Equal(got, c.failed) {
				t.Errorf("failed are %q instead of %q: %+v", got, c.failed, report)
			}
			for _, check := range report.Checks {
				if (check.Status == verify.NotRehearsed) != slices.Contains(c.unchecked, check.Name) ||
					check.Status == verify.NotRehearsed && !strings.Contains(check.Detail, "not checked: your configuration has another boot loader") {
					t.Errorf("%+v", check)
				}
			}
		})
	}
}
