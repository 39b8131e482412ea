package verify_test

import (
	"strings"
	"testing"

	"lethe/engine/verify"
)

func TestOtherWaysToBootPass(t *testing.T) {
	_, _, machine := loaderFiles()
	for _, c := range []struct {
		name   string
		change func(t *testing.T, s *installed)
		detail string // of the default entry
	}{
		{"names in other cases", func(t *testing.T, s *installed) {
			s.rename(t, "boot/EFI", "boot/efi")
			s.rename(t, "boot/efi/nixos", "boot/efi/NIXOS")
			s.rename(t, "boot/loader", "boot/Loader")
			s.rename(t, "boot/Loader/entries/nixos-generation-1.conf", "boot/Loader/entries/NIXOS-Generation-1.CONF")
		}, "nixos-generation-1.conf"},
		{"backslashes", edited(entryFile, "/EFI/nixos/kernel.efi", `\EFI\nixos\kernel.efi`), "nixos-generation-1.conf"},
		{"boot counting", func(t *testing.T, s *installed) {
			s.rename(t, entryFile, "boot/loader/entries/nixos-generation-1+2-1.conf")
		}, "nixos-generation-1.conf"},
		{"pattern", edited(loaderConf, "nixos-generation-1.conf", "NixOS-*"), "nixos-generation-1.conf"},
		{"last one", edited(loaderConf, "nixos-generation-1.conf", "@saved"), "started last"},
		{"no default", edited(loaderConf, "default", "#default"), "names none"},
		{"unified kernel image", func(t *testing.T, s *installed) {
			s.remove(t, entryFile)
			s.write(t, "boot/EFI/Linux/nixos-1.efi", program(machine, "kernel"))
			s.replace(t, loaderConf, "nixos-generation-1.conf", "nixos-*")
		}, "nixos-1.efi"},
		{"an entry that would not start beside", func(t *testing.T, s *installed) {
			s.write(t, "boot/EFI/Linux/other.efi", "text")
		}, "nixos-generation-1.conf"},
		{"only switch-to-configuration", removed(systemPath + "/activate"), "nixos-generation-1.conf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := install(t, variant{512, false})
			c.change(t, s)
			report := s.check(t, t.Context())
			if got := unexpected(report); len(got) != 0 {
				t.Errorf("%v: %+v", got, report)
			}
			if d := line(t, report, "default boot entry"); !strings.Contains(d.Detail, c.detail) {
				t.Errorf("%+v", d)
			}
			if e := line(t, report, "boot entries"); c.name == "an entry that would not start beside" != strings.Contains(e.Detail, "not whole: other.efi") {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestConfigurationThatWasLockedBefore(t *testing.T) {
	s := install(t, variant{512, false})
	locked, err := s.repo.Files.With("flake.lock", []byte(lockText))
	if err != nil {
		t.Fatal(err)
	}
	s.repo.Files, s.repo.Hash, s.mounted.Lock = locked, locked.Hash(), nil
	if c := line(t, s.check(t, t.Context()), "NixOS configuration"); c.Status != verify.Passed || strings.Contains(c.Detail, "only difference") {
		t.Errorf("%+v", c)
	}
}
