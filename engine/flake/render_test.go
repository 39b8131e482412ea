package flake_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf16"

	"lethe/engine/config"
	"lethe/engine/flake"
	"lethe/engine/flake/export"
	"lethe/engine/quantity"
)

func text(t testing.TB, r flake.Repo, path string) string {
	t.Helper()
	b, ok := r.Get(path)
	if !ok {
		t.Fatalf("no %s in %v", path, r.Paths())
	}
	return string(b)
}

// change is a wish or a fact and what must, and must not, follow from it in one file.
func TestWishesReachTheirFiles(t *testing.T) {
	plain := combination{swap: config.SwapPlain, desktop: "none", users: 1}
	luks := combination{luks: true, swap: config.SwapRandomKey, desktop: "plasma", users: 1}
	for _, c := range []struct {
		name    string
		from    combination
		change  func(*config.Config, *flake.Input)
		file    string
		has, no string
	}{
		{"hibernation", plain, func(*config.Config, *flake.Input) {}, flake.DisksFile, "boot.resumeDevice", "nohibernate"},
		{"swap below memory", plain, func(c *config.Config, _ *flake.Input) { c.Swap.Size = 4 * quantity.GiB }, flake.DisksFile, "nohibernate", "resumeDevice"},
		{"random key", luks, func(*config.Config, *flake.Input) {}, flake.DisksFile, "randomEncryption.enable = true", "resumeDevice"},
		{"no swap", combination{swap: config.SwapNone, desktop: "none", users: 1}, func(*config.Config, *flake.Input) {}, flake.DisksFile, "nohibernate", "swapDevices"},
		{"tmpfs", plain, func(c *config.Config, _ *flake.Input) { c.Disk.Tmpfs = "4GiB" }, flake.DisksFile, `"size=4G"`, "4GiB"},
		{"discards", luks, func(c *config.Config, _ *flake.Input) { c.Encryption.AllowDiscards = true }, flake.DisksFile, "\n    allowDiscards = true;", "# `allowDiscards"},
		{"no discards", luks, func(*config.Config, *flake.Input) {}, flake.DisksFile, "# `allowDiscards", "\n    allowDiscards"},
		{"editor with LUKS", luks, func(*config.Config, *flake.Input) {}, flake.ConfigurationFile, "editor = false;", "configurationLimit = 5"},
		{"editor without", plain, func(*config.Config, *flake.Input) {}, flake.ConfigurationFile, "configurationLimit = 10", "editor"},
		{"small ESP", plain, func(c *config.Config, _ *flake.Input) { c.Disk.ESP = 512 * quantity.MiB }, flake.ConfigurationFile, "configurationLimit = 5", "configurationLimit = 10"},
		{"keymap in the initrd", luks, func(*config.Config, *flake.Input) {}, flake.ConfigurationFile, "keyMap = \"de-latin1-nodeadkeys\";\n    earlySetup = true;", "colemak"},
		{"same keys on Wayland", luks, func(*config.Config, *flake.Input) {}, flake.ConfigurationFile, `variant = "nodeadkeys";`, `layout = "us"`},
		{"firmware that refuses an entry", plain, func(*config.Config, *flake.Input) {}, flake.ConfigurationFile, "graceful = true;", "canTouchEfiVariables = false"},
		{"variables that can be written", plain, func(*config.Config, *flake.Input) {}, flake.ConfigurationFile, "    };\n    efi.canTouchEfiVariables = true;\n  };\n", "firmware's variables"},
		{"variables that cannot", luks, func(_ *config.Config, in *flake.Input) { in.ReadOnlyVariables = true }, flake.ConfigurationFile, "fallback path on /boot.\n    efi.canTouchEfiVariables = false;\n  };\n", "canTouchEfiVariables = true"},
		{"no mail from root", luks, func(*config.Config, *flake.Input) {}, flake.ConfigurationFile, `users.users.root.hashedPassword = "!";`, "initialPassword"},
		{"passwords off when all have keys", plain, func(c *config.Config, _ *flake.Input) {
			c.Services.SSH, c.Users[0].AuthorizedKeys = true, []string{testKey}
		}, flake.ConfigurationFile, "PasswordAuthentication = false", `"yes"`},
		{"passwords on when one has none", plain, func(c *config.Config, _ *flake.Input) { c.Services.SSH = true }, flake.ConfigurationFile, "settings.PermitRootLogin", "PasswordAuthentication"},
		{"docker is for administrators", plain, func(c *config.Config, _ *flake.Input) { c.Services.Docker, c.Users[0].Admin = true, false }, flake.ConfigurationFile, "docker.enable", `"docker"`},
		{"virtual machine", luks, func(_ *config.Config, in *flake.Input) { in.Virtualization = "kvm" }, flake.ConfigurationFile, "services.qemuGuest.enable = true;\n  services.spice-vdagentd.enable", "vmware"},
		{"real machine", luks, func(_ *config.Config, in *flake.Input) { in.Virtualization = "none" }, flake.ConfigurationFile, "users.mutableUsers = false", "uest.enable"},
		{"VirtualBox twice", luks, func(_ *config.Config, in *flake.Input) {
			in.Virtualization, in.Hardware = "oracle", "{ virtualisation.virtualbox.guest.enable = true; }\n"
		}, flake.ConfigurationFile, "users.mutableUsers = false", "virtualbox"},
		{"hardware as it is", luks, func(_ *config.Config, in *flake.Input) { in.Hardware = "# odd  text\n{ }\n" }, flake.HardwareFile, "# odd  text\n{ }\n", "stand-in"},
		{"hardware in the README", luks, func(_ *config.Config, in *flake.Input) { in.Hardware = "{ }\n" }, flake.ReadmeFile, "as `nixos-generate-config` found them", "stand-in"},
		{"no hardware in the README", luks, func(*config.Config, *flake.Input) {}, flake.ReadmeFile, "drivers: a stand-in", "found them"},
		{"firmware updates", luks, func(*config.Config, *flake.Input) {}, flake.ConfigurationFile, "services.fwupd.enable = true", "nixos-generate-config"},
		{"no desktop, no firmware updates", plain, func(*config.Config, *flake.Input) {}, flake.ConfigurationFile, "users.mutableUsers = false", "fwupd"},
		{"no desktop, no firmware history", plain, func(*config.Config, *flake.Input) {}, flake.PersistFile, "/var/log", "fwupd"},
		{"firmware history", luks, func(*config.Config, *flake.Input) {}, flake.PersistFile, "/var/lib/fwupd", "/var/lib/colord"},
		{"rehearsal says so", luks, func(*config.Config, *flake.Input) {}, flake.HardwareFile, "# A stand-in", "uuid"},
		{"unstable", plain, func(c *config.Config, _ *flake.Input) { c.Nix.Channel = "nixos-unstable" }, flake.FlakeFile, "home-manager/master", "release-"},
		{"later release", plain, func(c *config.Config, _ *flake.Input) { c.Nix.Channel = "nixos-26.11-small" }, flake.FlakeFile, "home-manager/release-26.11", "26.05"},
		{"arm", plain, func(_ *config.Config, in *flake.Input) { in.System = "aarch64-linux" }, flake.FlakeFile, "formatter.aarch64-linux", "x86_64"},
		{"explorer without address", plain, func(c *config.Config, _ *flake.Input) { c.Lethe.Enable = true }, flake.FlakeFile, "impermanence", "lethe"},
		{"GNOME without NetworkManager", combination{swap: config.SwapNone, desktop: "gnome", users: 1}, func(c *config.Config, _ *flake.Input) { c.Host.Network = "dhcp" }, flake.ConfigurationFile, "networking.networkmanager.enable = false;", `"networkmanager"`},
		{"host keys", plain, func(c *config.Config, _ *flake.Input) { c.Services.SSH = true }, flake.PersistFile, `"/nix/persist/etc/ssh/ssh_host_ed25519_key"`, `"/etc/ssh`},
	} {
		t.Run(c.name, func(t *testing.T) {
			wishes, facts := c.from.wishes(), flake.Input{}
			c.change(&wishes, &facts)
			in := input(t, wishes)
			in.Hardware, in.Virtualization, in.System, in.ReadOnlyVariables = facts.Hardware, facts.Virtualization, facts.System, facts.ReadOnlyVariables
			got := text(t, render(t, in), c.file)
			if !strings.Contains(got, c.has) {
				t.Errorf("%s lacks %q:\n%s", c.file, c.has, got)
			}
			if strings.Contains(got, c.no) {
				t.Errorf("%s has %q:\n%s", c.file, c.no, got)
			}
		})
	}
}

func TestRenderRefusesUnsoundInput(t *testing.T) {
	for name, spoil := range map[string]func(*flake.Input){
		"wishes":            func(in *flake.Input) { in.Config.Users[0].Name = "Ada;" },
		"layout":            func(in *flake.Input) { in.Layout.Tmpfs = "25%,exec" },
		"overlap":           func(in *flake.Input) { in.Layout.Partitions[1].First = 0 },
		"no partitions":     func(in *flake.Input) { in.Layout.Partitions = nil },
		"mounted hardware":  func(in *flake.Input) { in.Hardware = "{\n  fileSystems.\"/\" = { };\n}\n" },
		"unlocked hardware": func(in *flake.Input) { in.Hardware = "{\n  boot.initrd.luks.devices.x = { };\n}\n" },
		"binary hardware":   func(in *flake.Input) { in.Hardware = "{ }\x00" },
		"endless hardware":  func(in *flake.Input) { in.Hardware = strings.Repeat("#", 2<<20) },
	} {
		in := combination{luks: true, swap: config.SwapPlain, desktop: "plasma", users: 1}.input(t)
		spoil(&in)
		if _, err := flake.Render(in); err == nil {
			t.Errorf("%s: rendered", name)
		}
	}
}

// TestNoSecretIsWritten hides canaries where secrets are, and looks for them in every encoding. It proves that it
// would find one.
func TestNoSecretIsWritten(t *testing.T) {
	password := []byte("canary-pässword-8291")
	hash, err := flake.HashPassword(password, strings.NewReader("sixteen bytes of salt"))
	if err != nil {
		t.Fatal(err)
	}
	m := combination{luks: true, swap: config.SwapRandomKey, desktop: "plasma", users: 2}
	in := m.input(t)
	in.Config.Disk.Target = "/dev/disk/by-id/nvme-CANARYSERIAL8291"
	repo := render(t, in)
	staged, err := export.Stage(repo, export.Author{Name: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	wishes, err := flake.Wishes(in.Config)
	if err != nil {
		t.Fatal(err)
	}
	staged = append(staged, repo.Files...)
	staged = append(staged, flake.File{Path: "wishes", Text: wishes})
	for _, secret := range [][]byte{password, hash, []byte("CANARYSERIAL8291")} {
		for _, f := range staged {
			if leaks(f.Text, secret) {
				t.Errorf("%s holds %.8s…", f.Path, secret)
			}
		}
		for _, form := range encodings(secret) {
			if !leaks(append([]byte("x = "), form...), secret) {
				t.Errorf("the test itself does not see %q", form)
			}
		}
	}
}

func leaks(text, secret []byte) bool {
	for _, form := range encodings(secret) {
		if bytes.Contains(text, form) {
			return true
		}
	}
	return false
}

func encodings(secret []byte) [][]byte {
	forms := [][]byte{secret, []byte(hex.EncodeToString(secret)), []byte(strings.ToUpper(hex.EncodeToString(secret)))}
	for shift := range 3 { // base64 of a text that holds the secret anywhere: its inner part is the same
		padded := append(bytes.Repeat([]byte{'x'}, shift), secret...)
		inner := base64.RawStdEncoding.EncodeToString(padded)
		forms = append(forms, []byte(inner[(shift*8+5)/6:len(inner)-1]))
	}
	var little, big []byte
	for _, unit := range utf16.Encode([]rune(string(secret))) {
		little = append(little, byte(unit), byte(unit>>8))
		big = append(big, byte(unit>>8), byte(unit))
	}
	return append(forms, little, big)
}

func BenchmarkRenderAndStage(b *testing.B) {
	in := combination{luks: true, swap: config.SwapRandomKey, desktop: "plasma", users: 2}.input(b)
	for b.Loop() {
		if _, err := export.Stage(render(b, in), export.Author{Name: "Ada"}); err != nil {
			b.Fatal(err)
		}
	}
}
