package config

import (
	"testing"
	"time"
	_ "time/tzdata" // so that the check of names does not depend on the machine

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lethe/engine/quantity"
)

func TestWithDefaultsChooses(t *testing.T) {
	c := Config{Version: Version, Users: []User{{Name: "a"}, {Name: "b", UID: 1001}, {Name: "c"}}}
	got := c.WithDefaults()
	want := Config{
		Version: Version,
		Disk:    Disk{Filesystem: "ext4", Tmpfs: "25%"},
		Swap:    Swap{Mode: SwapPlain},
		Host:    Host{Name: "nixos", Network: "networkmanager"},
		Locale:  Locale{Language: "en_US.UTF-8", TimeZone: "UTC", ConsoleKeymap: "us", XkbLayout: "us"},
		Desktop: Desktop{Environment: "plasma"},
		Users: []User{
			{Name: "a", UID: 1000, Shell: "bash"}, {Name: "b", UID: 1001, Shell: "bash"}, {Name: "c", UID: 1002, Shell: "bash"},
		},
		Persistence: Persistence{Home: "simple"},
		Nix:         Nix{Channel: "nixos-26.05"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if c.Users[0].UID != 0 {
		t.Error("the original was changed")
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
}

func TestWithDefaultsFollowsOtherWishes(t *testing.T) {
	c := Config{Encryption: Encryption{Enable: true}, Desktop: Desktop{Environment: "none"}, Locale: Locale{ConsoleKeymap: "de-latin1-nodeadkeys"}}
	got := c.WithDefaults()
	if got.Swap.Mode != SwapRandomKey || got.Host.Network != "dhcp" || got.Locale.XkbLayout != "de" || got.Locale.XkbVariant != "nodeadkeys" {
		t.Errorf("got %+v", got)
	}
}

func TestWithDefaultsIsStableAndKeepsWishes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := anyConfig().Draw(t, "config").WithDefaults()
		if diff := cmp.Diff(once, once.WithDefaults()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestPresets(t *testing.T) {
	for _, name := range Presets() {
		c, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := c.WithDefaults().Validate(); err != nil {
			t.Errorf("%s with defaults: %v", name, err)
		}
	}
	if _, err := Preset("nix\x1b"); err == nil || err.Error() != `cannot find preset "nix\x1b": it does not exist; choose one of default, walkthrough` {
		t.Errorf("got %v", err)
	}
}

func TestWalkthroughPreset(t *testing.T) {
	c, err := Preset("walkthrough")
	if err != nil {
		t.Fatal(err)
	}
	if c.Disk.ESP != 512*quantity.MiB || c.Swap.Size != 8*quantity.GiB || c.Swap.Mode != SwapRandomKey || !c.Encryption.Enable || c.Host.Name != "blitzar" {
		t.Errorf("got %+v", c)
	}
}

func TestTimeZonesExist(t *testing.T) {
	zones := TimeZones()
	if len(zones) < 500 {
		t.Fatalf("only %d zones", len(zones))
	}
	for _, zone := range zones {
		if _, err := time.LoadLocation(zone); err != nil {
			t.Error(err)
		}
	}
}

func TestEveryKeymapCounterpartIsAValidLayout(t *testing.T) {
	for keymap, counterpart := range keymaps {
		c := Config{Version: Version, Locale: Locale{ConsoleKeymap: keymap, XkbLayout: counterpart.layout, XkbVariant: counterpart.variant}}
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
	}
}
