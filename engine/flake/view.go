package flake

import (
	"cmp"
	"fmt"
	"strings"

	"lethe/engine/config"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// view is what the templates see: every choice made, nothing left open.
type view struct {
	Host, Release, System                string
	NixpkgsURL, HomeManagerURL, LetheURL string

	LUKS                  *layout.LUKS
	ESP, Nix              layout.Partition
	Swap                  *layout.Partition
	RandomSwap, Hibernate bool
	NoHibernate           string
	Tmpfs, TmpfsWords     string
	Generations           int
	ReadOnlyVariables     bool

	Arguments              string // of configuration.nix, those that it uses
	Locale                 config.Locale
	BareLocale             *renaming
	NetworkManager         bool
	Desktop, Plasma, Gnome bool
	Services               config.Services
	Steam                  bool
	Minimal                bool // a home keeps what is listed and nothing else
	AllHaveKeys            bool
	Guest                  guest
	Hardware               bool // it was looked at
	Users                  []user
	Owner                  string // the user whom /etc/nixos belongs to
	Shells                 shells
	Storage                string
	Keep                   Persistence
}

// user is one block of users.users.
type user struct {
	Name, FullName, Shell, PasswordFile string
	UID                                 int
	Groups, Keys                        []string
}

// renaming is what glibc calls a locale that it has without an encoding in its name.
type renaming struct{ From, To string }

type shells struct{ Bash, Zsh, Fish bool }

// guest tells which guest agents this machine needs and does not get from its hardware configuration.
type guest struct{ QEMU, VMware, VirtualBox, HyperV bool }

// Any tells whether there is one.
func (g guest) Any() bool { return g != guest{} }

func newView(in Input) (view, error) {
	c := in.Config.WithDefaults()
	keep, err := PersistenceFor(c)
	if err != nil {
		return view{}, err
	}
	v := view{
		Host: c.Host.Name, Storage: Storage, Keep: keep,
		System:   cmp.Or(c.Nix.System, in.System, "x86_64-linux"),
		Locale:   c.Locale,
		Services: c.Services, Steam: c.Services.Steam,
		NetworkManager: c.Host.Network == "networkmanager",
		Desktop:        c.Desktop.Environment != "none",
		Plasma:         c.Desktop.Environment == "plasma",
		Gnome:          c.Desktop.Environment == "gnome",
		Minimal:        c.Persistence.Home == "minimal",
		BareLocale:     bareLocale(c.Locale.Language),
		Guest:          guestOf(in.Virtualization, in.Hardware),
		Hardware:       in.Hardware != "",

		ReadOnlyVariables: in.ReadOnlyVariables,
	}
	if v.Steam && v.System != "x86_64-linux" {
		return view{}, fmt.Errorf("cannot write a configuration with Steam for %s: it exists for x86-64 only; leave services.steam out", v.System)
	}
	branch := ""
	v.Release, branch = release(c.Nix.Channel)
	v.NixpkgsURL = "github:NixOS/nixpkgs/" + c.Nix.Channel
	v.HomeManagerURL = "github:nix-community/home-manager/" + branch
	if c.Lethe.Enable {
		v.LetheURL = c.Lethe.URL
	}
	v.addDisk(in.Layout)
	v.addUsers(c)
	owner, _ := c.Administrator()
	v.Owner = owner.Name
	v.Arguments = arguments(v)
	return v, nil
}

// arguments are what configuration.nix takes, as nixfmt writes them.
func arguments(v view) string {
	var names []string
	add := func(name string, used bool) {
		if used {
			names = append(names, name)
		}
	}
	bare := v.BareLocale != nil
	add("config", bare)
	add("lib", bare || v.Steam)
	add("pkgs", bare || v.Shells.Zsh || v.Shells.Fish || v.Services.Flatpak && !v.Desktop)
	return strings.Join(names, ", ")
}

// bareLocale is nil where glibc knows a locale by the name that people use. A modifier belongs to the name: without it the locale is another.
func bareLocale(language string) *renaming {
	if config.GlibcLocale(language) == language {
		return nil
	}
	base, _, modified := strings.Cut(config.GlibcLocale(language), "@")
	if modified {
		return &renaming{base + ".UTF-8@", base + "@"}
	}
	return &renaming{base + ".UTF-8", base}
}

func (v *view) addDisk(l layout.Layout) {
	v.LUKS, v.Hibernate, v.Tmpfs = l.LUKS, l.Hibernate, l.Tmpfs
	v.ESP, _ = l.Find(layout.ESP)
	v.Nix, _ = l.Find(layout.Nix)
	v.RandomSwap = l.SwapMode == config.SwapRandomKey
	if swap, ok := l.Find(layout.Swap); ok {
		v.Swap = &swap
	}
	v.Generations = 5
	if l.SectorSize.Of(v.ESP.Sectors()) >= quantity.GiB {
		v.Generations = 10
	}
	v.TmpfsWords = l.Tmpfs
	if strings.HasSuffix(l.Tmpfs, "%") {
		v.TmpfsWords += " of it"
	}
	switch {
	case v.Swap == nil:
		v.NoHibernate = "There is no swap to hibernate to."
	case v.RandomSwap:
		v.NoHibernate = "Hibernation would write memory to swap and lose the key."
	default:
		v.NoHibernate = "Swap is too small to hold all of memory, so hibernation could fail halfway."
	}
}

func (v *view) addUsers(c config.Config) {
	v.AllHaveKeys = len(c.Users) > 0
	for _, u := range c.Users {
		shell := u.Shell
		switch shell {
		case "bash":
			v.Shells.Bash, shell = true, "" // the default
		case "zsh":
			v.Shells.Zsh = true
		case "fish":
			v.Shells.Fish = true
		}
		v.AllHaveKeys = v.AllHaveKeys && len(u.AuthorizedKeys) > 0
		v.Users = append(v.Users, user{
			Name: u.Name, FullName: u.FullName, UID: u.UID, Shell: shell,
			PasswordFile: PasswordFile(u.Name), Groups: groups(u, c), Keys: u.AuthorizedKeys,
		})
	}
}

// groups gives the extra groups of a user. Docker and libvirt make their members as mighty as root, so only
// administrators join.
func groups(u config.User, c config.Config) []string {
	var names []string
	add := func(name string, wanted bool) {
		if wanted {
			names = append(names, name)
		}
	}
	add("wheel", u.Admin)
	add("networkmanager", c.Host.Network == "networkmanager")
	add("docker", u.Admin && c.Services.Docker)
	add("libvirtd", u.Admin && c.Services.Libvirt)
	return names
}

// guestOf reads systemd-detect-virt's word. nixos-generate-config enables two of the agents itself.
func guestOf(virtualization, hardware string) guest {
	return guest{
		QEMU:       virtualization == "kvm" || virtualization == "qemu" || virtualization == "bochs",
		VMware:     virtualization == "vmware",
		VirtualBox: virtualization == "oracle" && !strings.Contains(hardware, "virtualisation.virtualbox.guest.enable"),
		HyperV:     virtualization == "microsoft" && !strings.Contains(hardware, "virtualisation.hypervGuest.enable"),
	}
}
