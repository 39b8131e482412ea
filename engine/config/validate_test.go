package config

import (
	"slices"
	"strings"
	"testing"

	"lethe/engine/quantity"
)

const goodKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me"

// change gives a function that edits valid wishes.
type change func(*Config)

func user(u User) change { return func(c *Config) { c.Users = []User{u} } }

func named(name string) change { return user(User{Name: name}) }

func keep(dirs ...string) change { return func(c *Config) { c.Persistence.Directories = dirs } }

func keepHome(files ...string) change { return func(c *Config) { c.Persistence.HomeFiles = files } }

// managed keeps files in the home of one user, of a shell and a desktop.
func managed(shell, desktop string, files ...string) change {
	return func(c *Config) {
		c.Users, c.Desktop.Environment, c.Persistence.HomeFiles = []User{{Name: "ada", Shell: shell}}, desktop, files
	}
}

func target(s string) change { return func(c *Config) { c.Disk.Target = s } }

func tmpfs(s string) change { return func(c *Config) { c.Disk.Tmpfs = s } }

func host(s string) change { return func(c *Config) { c.Host.Name = s } }

func channel(s string) change { return func(c *Config) { c.Nix.Channel = s } }

func locale(l Locale) change { return func(c *Config) { c.Locale = l } }

func flakeURL(s string) change { return func(c *Config) { c.Lethe.URL = s } }

func repo(r Repo) change { return func(c *Config) { c.Repo = r } }

func swap(encrypted bool, s Swap) change {
	return func(c *Config) { c.Encryption.Enable, c.Swap = encrypted, s }
}

func TestValidateRefuses(t *testing.T) {
	rows := []struct {
		key    string
		change change
		part   string // of the message
	}{
		{"version", func(c *Config) { c.Version = 0 }, "version = 1"},
		{"disk.target", target("sda"), "does not begin with /"},
		{"disk.target", target("/dev/sda\n"), "cannot be seen"},
		{"disk.target", target("/dev/\u202esda"), "cannot be seen"},
		{"disk.target", target("/dev/sda\x00"), "cannot be seen"},
		{"disk.target", target("/dev/../etc/passwd"), "write /etc/passwd"},
		{"disk.target", target("/dev"), "folder"},
		{"disk.target", target("/dev/disk/by-id"), "folder"},
		{"disk.target", target("/sys/block/sda"), "no disk"},
		{"disk.esp", func(c *Config) { c.Disk.ESP = 1 }, "too small"},
		{"disk.esp", func(c *Config) { c.Disk.ESP = 1 << 63 }, "too large"},
		{"disk.filesystem", func(c *Config) { c.Disk.Filesystem = "btrfs" }, `"ext4"`},
		{"disk.tmpfs", tmpfs("0%"), "1% to 90%"},
		{"disk.tmpfs", tmpfs("91%"), "1% to 90%"},
		{"disk.tmpfs", tmpfs("+5%"), "1% to 90%"},
		{"disk.tmpfs", tmpfs("2.5%"), "1% to 90%"},
		{"disk.tmpfs", tmpfs("99999999999999999999%"), "1% to 90%"},
		{"disk.tmpfs", tmpfs("1023MiB"), "too small"},
		{"disk.tmpfs", tmpfs("lots"), "not a size"},
		{"disk.tmpfs", tmpfs("4GiB,mode=777"), "not a size"},
		{"swap.mode", swap(true, Swap{Mode: SwapPlain}), "keep_plain"},
		{"swap.mode", swap(false, Swap{Mode: "zram"}), "no such choice"},
		{"swap.size", swap(false, Swap{Mode: SwapNone, Size: quantity.GiB}), "no swap"},
		{"swap.size", swap(false, Swap{Size: 4096}), "too small"},
		{"swap.size", swap(false, Swap{Size: quantity.PiB}), "too large"},
		{"host.name", host("localhost"), "every machine"},
		{"host.name", host("LocalHost"), "every machine"},
		{"host.name", host("-a"), "a computer cannot have this name"},
		{"host.name", host("a-"), "a computer cannot have this name"},
		{"host.name", host("a.b"), "a computer cannot have this name"},
		{"host.name", host("a_b"), "a computer cannot have this name"},
		{"host.name", host("${x}"), "a computer cannot have this name"},
		{"host.name", host("a\n"), "a computer cannot have this name"},
		{"host.name", host("1234"), "address"},
		{"host.name", host(strings.Repeat("a", 64)), "a computer cannot have this name"},
		{"host.network", func(c *Config) { c.Host.Network = "wicd" }, `"dhcp"`},
		{"locale.language", locale(Locale{Language: "de"}), "de_DE.UTF-8"},
		{"locale.language", locale(Locale{Language: "de_De.UTF-8"}), "did you mean de_DE.UTF-8?"},
		{"locale.language", locale(Locale{Language: "vi_VN"}), "did you mean vi_VN.UTF-8?"},
		{"locale.language", locale(Locale{Language: "xx_XX.UTF-8"}), "no such language is known"},
		{"locale.language", locale(Locale{Language: "de_DE.ISO-8859-1"}), "UTF-8"},
		{"locale.time_zone", locale(Locale{TimeZone: "Mars/Olympus"}), "no such time zone is known"},
		{"locale.time_zone", locale(Locale{TimeZone: "berlin"}), "did you mean Europe/Berlin?"},
		{"locale.time_zone", locale(Locale{TimeZone: "America/New York"}), "America/New_York"},
		{"locale.time_zone", locale(Locale{TimeZone: "../etc/passwd"}), "no such time zone is known"},
		{"locale.console_keymap", locale(Locale{ConsoleKeymap: "de latin1", XkbLayout: "de"}), "console keymap"},
		{"locale.xkb_layout", locale(Locale{ConsoleKeymap: "mk-utf"}), "no layout is known"},
		{"locale.xkb_layout", locale(Locale{XkbLayout: "de;"}), "keyboard layout"},
		{"locale.xkb_variant", locale(Locale{XkbLayout: "de", XkbVariant: "a b"}), "variant"},
		{"locale.xkb_variant", locale(Locale{XkbLayout: "de", XkbVariant: "a,b"}), "more variants"},
		{"desktop.environment", func(c *Config) { c.Desktop.Environment = "xfce" }, `"plasma", "gnome", "none"`},
		{"users[0].name", named(""), "needs a name"},
		{"users[0].name", named("Ada"), "a user cannot have this name"},
		{"users[0].name", named("1ada"), "a user cannot have this name"},
		{"users[0].name", named("ada\n"), "a user cannot have this name"},
		{"users[0].name", named("a/../b"), "a user cannot have this name"},
		{"users[0].name", named("${x}"), "a user cannot have this name"},
		{"users[0].name", named("''"), "a user cannot have this name"},
		{"users[0].name", named(strings.Repeat("a", 32)), "a user cannot have this name"},
		{"users[0].name", named("root"), "system itself"},
		{"users[0].name", named("nobody"), "system itself"},
		{"users[0].name", named("nixbld7"), "system itself"},
		{"users[0].name", named("systemd-network"), "system itself"},
		{"users[0].name", named("wheel"), "system itself"},
		{"users[0].full_name", user(User{Name: "a", FullName: "A:B"}), "colon"},
		{"users[0].full_name", user(User{Name: "a", FullName: "A\nB"}), "cannot be seen"},
		{"users[0].full_name", user(User{Name: "a", FullName: "A\u202eB"}), "cannot be seen"},
		{"users[0].full_name", user(User{Name: "a", FullName: strings.Repeat("é", 129)}), "longer"},
		{"users[0].uid", user(User{Name: "a", UID: 999}), "1000 to 59999"},
		{"users[0].uid", user(User{Name: "a", UID: -1}), "1000 to 59999"},
		{"users[0].uid", user(User{Name: "a", UID: 60000}), "1000 to 59999"},
		{"users[0].uid", user(User{Name: "a", UID: 30001}), "build users"},
		{"users[0].shell", user(User{Name: "a", Shell: "/bin/sh"}), `"bash"`},
		{"users[1].name", func(c *Config) { c.Users = []User{{Name: "a"}, {Name: "a"}} }, "users[0]"},
		{"users[1].uid", func(c *Config) { c.Users = []User{{Name: "a", UID: 1000}, {Name: "b", UID: 1000}} }, "users[0]"},
		{"users[0].authorized_keys[0]", user(User{Name: "a", AuthorizedKeys: []string{""}}), "not a public SSH key"},
		{"users[0].authorized_keys[0]", user(User{Name: "a", AuthorizedKeys: []string{"ssh-ed25519 !!!"}}), "not a public SSH key"},
		{"users[0].authorized_keys[0]", user(User{Name: "a", AuthorizedKeys: []string{"ssh-rsa " + goodKey[12:]}}), "not a public SSH key"},
		{"users[0].authorized_keys[1]", user(User{Name: "a", AuthorizedKeys: []string{goodKey, goodKey + "\n" + goodKey}}), "more than one line"},
		{"users[0].authorized_keys[0]", user(User{Name: "a", AuthorizedKeys: []string{"-----BEGIN OPENSSH PRIVATE KEY-----"}}), "private key"},
		{"persistence.home", func(c *Config) { c.Persistence.Home = "all" }, "minimal"},
		{"persistence.home_files[0]", managed("", "plasma", ".bashrc"), "home.nix"},
		{"persistence.home_files[0]", managed("bash", "none", ".profile"), "home.nix"},
		{"persistence.home_files[0]", managed("zsh", "none", ".zshrc"), "home.nix"},
		{"persistence.home_files[0]", managed("fish", "none", ".config/fish/config.fish"), "home.nix"},
		{"persistence.home_files[0]", managed("fish", "", ".config/user-dirs.dirs"), "home.nix"},
		{"persistence.directories[0]", keep("var/lib"), "absolute"},
		{"persistence.directories[0]", keep(""), "empty"},
		{"persistence.directories[0]", keep("/var/lib/"), "write /var/lib"},
		{"persistence.directories[0]", keep("/var/../etc"), ".."},
		{"persistence.directories[0]", keep("/var/a\nb"), "cannot be seen"},
		{"persistence.directories[0]", keep("/"), "anew"},
		{"persistence.directories[0]", keep("/etc"), "anew"},
		{"persistence.directories[0]", keep("/nix"), "kept anyway"},
		{"persistence.directories[0]", keep("/nix/persist/x"), "kept anyway"},
		{"persistence.directories[0]", keep("/boot/x"), "kept anyway"},
		{"persistence.directories[0]", keep("/home"), "use home_directories or home_files"},
		{"persistence.directories[0]", keep("/home/ada"), "use home_directories or home_files"},
		{"persistence.directories[0]", keep("/home/ada/Documents"), "would belong to root"},
		{"persistence.files[0]", func(c *Config) { c.Persistence.Files = []string{"/home/ada/.netrc"} }, "use home_directories or home_files"},
		{"persistence.directories[0]", keep("/proc/1"), "kept anyway"},
		{"persistence.directories[0]", keep("/" + strings.Repeat("a", 4096)), "longer"},
		{"persistence.directories[1]", keep("/srv", "/srv"), "same path"},
		{"persistence.files[0]", func(c *Config) { c.Persistence.Directories, c.Persistence.Files = []string{"/a"}, []string{"/a"} }, "same path"},
		{"persistence.home_files[0]", keepHome("/home/ada/x"), "relative"},
		{"persistence.home_files[0]", keepHome("~/x"), "relative"},
		{"persistence.home_files[0]", keepHome("../x"), ".."},
		{"persistence.home_files[0]", keepHome("."), "shortest"},
		{"persistence.home_files[0]", keepHome("a//b"), "shortest"},
		{"nix.channel", channel("nixos-25.11"), "too old"},
		{"nix.channel", channel("nixos-25.11-small"), "too old"},
		{"nix.channel", channel("nixos-26.06"), "not a NixOS channel"},
		{"nix.channel", channel("nixpkgs-unstable"), "not a NixOS channel"},
		{"nix.channel", channel("nixos-26.05\""), "not a NixOS channel"},
		{"nix.system", func(c *Config) { c.Nix.System = "i686-linux" }, "x86_64-linux"},
		{"lethe.url", flakeURL("https://ghp_abcdef@github.com/a/b"), "token"},
		{"lethe.url", flakeURL("git+https://me:pw@example.org/a"), "token"},
		{"lethe.url", flakeURL("git+ssh://git:pw@example.org/a"), "token"},
		{"lethe.url", flakeURL("git+https://example.org/a?access_token=x"), "token"},
		{"lethe.url", flakeURL("ext::sh -c id"), "space"},
		{"lethe.url", flakeURL("javascript:x"), "known kind"},
		{"lethe.url", flakeURL("a\nb"), "cannot be seen"},
		{"repo.source", repo(Repo{Source: "--upload-pack=id"}), "begins with -"},
		{"repo.source", repo(Repo{Source: "ext::id"}), "known kind"},
		{"repo.source", repo(Repo{Source: "../mine"}), "known kind"},
		{"repo.source", repo(Repo{Source: "https://me:pw@example.org/a"}), "token"},
		{"repo.source", repo(Repo{Rev: "main"}), "no repo"},
		{"persistence.directories[0]", keep("/srv/Bücher"), "beyond ASCII"},
		{"persistence.directories[0]", keep("/srv/50%"), "reads as something else"},
		{"persistence.directories[0]", keep("/srv/what?"), "reads as something else"},
		{"persistence.directories[0]", keep("/srv/end "), "ends in a blank"},
		{"persistence.home_files[0]", keepHome(".config/$x"), "reads as something else"},
		{"repo.rev", repo(Repo{Source: "/srv/nix", Rev: "--x"}), "commit"},
		{"repo.rev", repo(Repo{Source: "/srv/nix", Rev: "a..b"}), "range"},
		{"repo.disks_file", repo(Repo{Source: "/srv/nix", DisksFile: "../disks.nix"}), ".."},
		{"repo.disks_file", repo(Repo{Source: "/srv/nix", DisksFile: ".git/hooks/x.nix"}), "not a path in the repo"},
		{"repo.hardware_file", repo(Repo{Source: "/srv/nix", HardwareFile: "hw.txt"}), ".nix"},
		{"repo.hardware_file", repo(Repo{Source: "/srv/nix", DisksFile: "a.nix", HardwareFile: "a.nix"}), "same file"},
	}
	for _, row := range rows {
		t.Run(row.key+" "+row.part, func(t *testing.T) {
			c := Config{Version: Version}
			row.change(&c)
			err := c.Validate()
			found := Problems(err)
			if len(found) != 1 || found[0].Key != row.key {
				t.Fatalf("want one problem with %s, got %v", row.key, err)
			}
			message := err.Error()
			if !strings.Contains(message, row.part) || found[0].Next == "" && found[0].Cause == nil {
				t.Errorf("the message lacks %q: %s", row.part, message)
			}
			if strings.ContainsFunc(message, hidden) || len(message) > 600 {
				t.Errorf("the message is not fit to print: %q", message)
			}
			for _, secret := range []string{"ghp_", ":pw@", "=x"} {
				if strings.Contains(message, secret) && row.key != "repo.rev" {
					t.Errorf("the message quotes a credential: %s", message)
				}
			}
		})
	}
}

func TestValidateAccepts(t *testing.T) {
	rows := map[string]change{
		"nothing but a version": func(*Config) {},
		"by-id":                 target("/dev/disk/by-id/nvme-Samsung_SSD_990_PRO_1TB_S6Z1NJ0W"),
		"image":                 target("/tmp/my disk.img"),
		"tmpfs size":            tmpfs("4GiB"),
		"tmpfs percent":         tmpfs("90%"),
		"plain swap":            swap(false, Swap{Mode: SwapPlain}),
		"plain swap accepted":   swap(true, Swap{Mode: SwapPlain, KeepPlain: true}),
		"no swap":               swap(true, Swap{Mode: SwapNone}),
		"long host":             host(strings.Repeat("a", 63)),
		"one letter host":       host("X"),
		"a Nix keyword":         named("else"),
		"an odd user":           named("_x-1"),
		"full name":             user(User{Name: "a", FullName: "Zoë 'Z' ${x} می\u200cخواهم"}),
		"key with options":      user(User{Name: "a", AuthorizedKeys: []string{"no-pty " + goodKey}}),
		"Esperanto":             locale(Locale{Language: "eo.UTF-8"}),
		"modifier":              locale(Locale{Language: "ca_ES.UTF-8@valencia", TimeZone: "America/Argentina/Buenos_Aires"}),
		"two layouts":           locale(Locale{XkbLayout: "us,ru", XkbVariant: ",phonetic"}),
		"unstable":              channel("nixos-unstable-small"),
		"later":                 channel("nixos-27.11"),
		"folders":               keep("/var/lib/docker", "/srv/${x}", "/nixos", "/etc/nixos"),
		"home files":            keepHome(".config/app/x y"),
		"bash's, with zsh":      managed("zsh", "gnome", ".bashrc", ".bash_profile", ".profile", ".config/fish/config.fish"),
		"zsh's, with bash":      managed("", "plasma", ".zshrc", ".zshenv"),
		"no desktop's folders":  managed("bash", "none", ".config/user-dirs.dirs", ".config/user-dirs.conf"),
		"flake":                 flakeURL("github:owner/lethe"),
		"flake over SSH":        flakeURL("git+ssh://git@example.org/lethe"),
		"own repo":              repo(Repo{Source: "git@example.org:me/nixos.git", Rev: "v1.0", DisksFile: "hosts/a/disks.nix"}),
		"own folder":            repo(Repo{Source: "/home/me/my nixos"}),
	}
	for name, edit := range rows {
		c := Config{Version: Version}
		edit(&c)
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestValidateReportsEverythingAtOnce(t *testing.T) {
	c := Config{Version: 3, Host: Host{Name: "-"}, Users: []User{{Name: "ROOT", UID: 1}}, Nix: Nix{Channel: "x"}}
	var keys []string
	for _, p := range Problems(c.Validate()) {
		keys = append(keys, p.Key)
	}
	if got, want := strings.Join(keys, " "), "version host.name users[0].name users[0].uid nix.channel"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestLanguages wants of every language that it can be wished for, and that glibc's name of it differs by nothing but the encoding.
func TestLanguages(t *testing.T) {
	list := Languages()
	for _, language := range list {
		c := Config{Version: Version, Locale: Locale{Language: language}}
		if err := c.Validate(); err != nil {
			t.Errorf("%s is offered and refused: %v", language, err)
		}
		if bare := strings.Replace(language, ".UTF-8", "", 1); GlibcLocale(language) != language && GlibcLocale(language) != bare {
			t.Errorf("%s is %s in glibc's list", language, GlibcLocale(language))
		}
	}
	for language, want := range map[string]string{
		"C.UTF-8": "C.UTF-8", "de_DE.UTF-8": "de_DE.UTF-8", "vi_VN.UTF-8": "vi_VN", "eo.UTF-8": "eo", "sr_RS.UTF-8@latin": "sr_RS@latin", "vi_VN": "", "": "",
	} {
		if got := GlibcLocale(language); got != want {
			t.Errorf("glibc's name of %q is %q, want %q", language, got, want)
		}
	}
	if len(list) < 300 || !slices.IsSorted(list) {
		t.Errorf("%d languages, in order: %t", len(list), slices.IsSorted(list))
	}
}
