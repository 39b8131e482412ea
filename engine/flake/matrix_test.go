package flake_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

const (
	testKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJvFn7LWaH0kmQyoFi0u9Kq+OTuYp1DHPpZtW5RyxUZe grace@example.org"
	memory  = 8 * quantity.GiB
)

// combination is one cell of the matrix.
type combination struct {
	luks    bool
	swap    config.SwapMode
	desktop string
	users   int
}

func (m combination) String() string {
	luks := "open"
	if m.luks {
		luks = "luks"
	}
	return fmt.Sprintf("%s-%s-%s-%d", luks, m.swap, m.desktop, m.users)
}

// matrix is every combination that an installation can be.
func matrix() []combination {
	var all []combination
	for _, luks := range []bool{false, true} {
		for _, swap := range []config.SwapMode{config.SwapNone, config.SwapPlain, config.SwapRandomKey} {
			for _, desktop := range []string{"plasma", "gnome", "none"} {
				for users := 1; users <= 2; users++ {
					all = append(all, combination{luks, swap, desktop, users})
				}
			}
		}
	}
	return all
}

// wishes are those of a cell. The second user differs from the first in everything; services are on with two.
func (m combination) wishes() config.Config {
	c := config.Config{Version: config.Version}
	c.Host.Name = "blitzar"
	c.Encryption.Enable = m.luks
	c.Swap = config.Swap{Mode: m.swap, KeepPlain: m.luks && m.swap == config.SwapPlain}
	c.Locale = config.Locale{Language: "de_DE.UTF-8", TimeZone: "Europe/Berlin", ConsoleKeymap: "de-latin1-nodeadkeys"}
	c.Desktop.Environment = m.desktop
	c.Users = []config.User{{Name: "ada", FullName: "Ada Lovelace", Admin: true}}
	if m.users == 2 {
		c.Locale.Language = "vi_VN.UTF-8" // glibc's name has no encoding
		c.Users = append(c.Users, config.User{Name: "grace", UID: 1200, Shell: "zsh", AuthorizedKeys: []string{testKey}})
		c.Services = config.Services{Bluetooth: true, SSH: true, Printing: true, Podman: true, Libvirt: true, Flatpak: true, Tailscale: true, Steam: true}
		c.Persistence = config.Persistence{Home: "minimal", Directories: []string{"/srv/www"}, HomeFiles: []string{".screenrc"}}
		c.Lethe = config.Lethe{Enable: true, URL: "github:example/lethe"}
	}
	return c
}

func (m combination) input(t testing.TB) flake.Input {
	t.Helper()
	return input(t, m.wishes())
}

// input plans the wishes on an ordinary disk of 256 GiB, always with the same identifiers.
func input(t testing.TB, c config.Config) flake.Input {
	t.Helper()
	disk := device.Disk{Topology: device.Topology{Logical: 512, Physical: 512, MinIO: 512}, Verdict: device.Verdict{State: device.Eligible}}
	disk.Path, disk.Bytes, disk.Logical = "/dev/nvme0n1", 256*quantity.GiB, 512
	l, err := layout.Build(disk, memory, c, rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	return flake.Input{Layout: l, Config: c}
}

func render(t testing.TB, in flake.Input) flake.Repo {
	t.Helper()
	repo, err := flake.Render(in)
	if err != nil {
		t.Fatal(err)
	}
	return repo
}
