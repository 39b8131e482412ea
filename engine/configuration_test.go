package engine_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lethe/engine"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/flake/export"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/tool"
)

// planFor plans for a disk that nobody has.
func planFor(t *testing.T, kind device.Kind, firmware device.Firmware, wishes config.Config) plan.Plan {
	t.Helper()
	disk := engine.Imagined(0)
	disk.Kind = kind
	p, err := engine.Plan(t.Context(), disk, engine.Request{Wishes: wishes, Memory: 8 * quantity.GiB, Firmware: firmware})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFirmwareThatCannotBeWrittenReachesTheConfiguration(t *testing.T) {
	wishes := config.Config{Version: config.Version, Users: []config.User{{Name: "ada", Admin: true}}}
	for _, c := range []struct {
		name     string
		kind     device.Kind
		firmware device.Firmware
		touches  bool
	}{
		{"disk, writable", device.KindDisk, device.Firmware{UEFI: true, Writable: true}, true},
		{"disk, read-only", device.KindDisk, device.Firmware{UEFI: true}, false},
		{"disk, firmware unknown", device.KindDisk, device.Firmware{}, true},
		{"image on such a machine", device.KindImage, device.Firmware{UEFI: true}, true},
	} {
		text, ok := planFor(t, c.kind, c.firmware, wishes).Configuration.Files.Get(flake.ConfigurationFile)
		if !ok || strings.Contains(string(text), "canTouchEfiVariables = true;") != c.touches || strings.Contains(string(text), "canTouchEfiVariables = false;") == c.touches {
			t.Errorf("%s:\n%s", c.name, text)
		}
	}
}

// ownRepo is a repository of somebody's own with hosts that look after passwords and kept folders in different ways.
func ownRepo(t *testing.T) string {
	t.Helper()
	if missing := (tool.Exec{}).Missing("nix", "nix-instantiate"); len(missing) > 0 {
		t.Fatal("Nix is not installed; make test installs it")
	}
	repo, err := flake.Repo{}.With(flake.FlakeFile, []byte(`{
  outputs = _: {
    nixosConfigurations =
      let
        host = storages: file: { config = {
          environment.persistence = builtins.mapAttrs (_: paths: { directories = map (dirPath: { inherit dirPath; }) paths; }) storages;
          users.users.ada = { isNormalUser = true; extraGroups = [ "wheel" ]; hashedPasswordFile = file; };
        }; };
      in {
        same = host { "/nix/persist" = [ "/etc/nixos" "/var/log" "/var/lib/nixos" ]; } "/nix/persist/passwords/ada";
        above = host { "/nix/persist" = [ "/etc" "/var" ]; } null;
        secrets = host { "/nix/persist" = [ "/etc/nixos" "/var" ]; } "/run/secrets-for-users/ada";
        moved = host { "/persist" = [ "/etc/nixos" "/var" ]; "/nix/persist" = [ "/var/log" ]; } "/nix/persist/passwords/ada";
        nowhere = host { } "/nix/persist/passwords/ada";
      };
  };
}
`))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "mine")
	if err := export.Write(t.Context(), repo, folder, export.Author{Name: "Ada"}); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestWhatOnesOwnConfigurationReadsElsewhereIsTold(t *testing.T) {
	source := ownRepo(t)
	const elsewhere, asked, other = "and the installation writes it to \"/nix/persist/passwords/ada\" only", "and the installation does not ask for it", "where the installed system would not look"
	for _, c := range []struct {
		host  string
		users []config.User
		want  map[string]string // of each finding that is of interest: what it is about, and a part of what it says
	}{
		{"same", []config.User{{Name: "ada"}}, nil},
		{"same", nil, map[string]string{"ada": asked}},
		{"above", nil, nil},
		{"secrets", []config.User{{Name: "ada"}}, map[string]string{"ada": elsewhere}},
		{"secrets", nil, map[string]string{"ada": `is read from "/run/secrets-for-users/ada"`}},
		{"moved", []config.User{{Name: "ada"}}, map[string]string{"/etc/nixos": `in "/persist", and`, "/var/lib/nixos": other}},
		{"nowhere", []config.User{{Name: "ada"}}, nil}, // other findings say so
	} {
		wishes := config.Config{
			Version: config.Version, Host: config.Host{Name: c.host}, Users: c.users, Repo: config.Repo{Source: source},
		}
		found := planFor(t, device.KindImage, device.Firmware{}, wishes).Configuration.Findings
		told := map[string]string{}
		for _, f := range found {
			if f.Severity != flake.Warn {
				t.Errorf("%s: %+v", c.host, f)
			}
			if slices.ContainsFunc([]string{elsewhere, asked, other}, func(part string) bool { return strings.Contains(f.Says, part) }) {
				told[f.What] = f.Says
			}
		}
		if len(told) != len(c.want) {
			t.Errorf("%s: told is %q, want %q", c.host, told, c.want)
		}
		for what, part := range c.want {
			if !strings.Contains(told[what], part) {
				t.Errorf("%s: of %s it is told %q, want %q", c.host, what, told[what], part)
			}
		}
		missing := slices.ContainsFunc(found, func(f flake.Finding) bool { return strings.HasSuffix(f.Says, "keep /var/lib/nixos") })
		if missing != (c.host == "nowhere") {
			t.Errorf("%s: %+v", c.host, found)
		}
	}
}
