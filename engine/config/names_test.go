package config

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf8"
)

// words that would be something else in Nix, a shell, passwd, TOML or a path.
var hostileNames = []string{
	"", " ", ".", "..", "-", "--help", "-r", "+x", "a b", "a\tb", "a\n", "\na", "a\x00", "a\x1b[2J", "a\u202eb", "a\u200bb", "é", "ａｄａ", "ада", "\xff",
	"a/b", "/a", "../a", `a\b`, "a:b", "a,b", "a;b", "a'b", `a"b`, "''", "${a}", "$a", "$(reboot)", "`id`", "a#b", "a=b", "a@b", "a%b", "~", "~root", "*", "?", "{}", "<nixpkgs>",
	"a.b", ".a", "a.", "a$", "!", "&a", "|a", "a^", "1", "1ada", "0x10", "1000", "Ada", "ROOT", "aDa", strings.Repeat("a", 32), strings.Repeat("a", 10_000),
}

// usedNames are users and groups that a NixOS of 26.05 with everything that the wishes can switch on makes itself.
var usedNames = []string{
	"root", "nobody", "nogroup", "wheel", "nixbld", "nixbld1", "nixbld32", "messagebus", "polkituser", "sshd", "systemd-network", "systemd-resolve", "systemd-timesync",
	"systemd-oom", "systemd-coredump", "nscd", "nm-openvpn", "nm-iodine", "networkmanager", "rtkit", "avahi", "colord", "geoclue", "flatpak", "fwupd-refresh", "cups",
	"sddm", "plasmalogin", "gdm", "gdm-greeter", "dhcpcd", "docker", "podman", "libvirtd", "qemu-libvirtd", "libvirtdbus", "tss", "usbmux", "kvm", "render", "input",
	"audio", "video", "disk", "tty", "users", "keys", "shadow", "sgx", "utmp", "adm", "kmem", "lp", "cdrom", "tape", "dialout", "uucp", "floppy", "dnsmasq", "uinput",
	"lpadmin", "lxd", "rpc", "tcpdump", "nginx", "wireshark", "gamemode", "scanner", "saned", "pipewire", "pulse", "greeter", "lightdm", "ntp", "chrony",
}

func TestUserNames(t *testing.T) {
	for _, name := range append(append([]string{}, hostileNames...), usedNames...) {
		err := Config{Version: Version, Users: []User{{Name: name}}}.Validate()
		if err == nil {
			t.Errorf("%.40q may be a user", name)
			continue
		}
		problems := Problems(err)
		if len(problems) != 1 || problems[0].Key != "users[0].name" || problems[0].Next == "" || strings.ContainsFunc(err.Error(), hidden) || !utf8.ValidString(err.Error()) || len(err.Error()) > 600 {
			t.Errorf("%.40q: %q", name, err)
		}
	}
	// Words of Nix are names as any other: every name is quoted where it must be.
	for _, name := range []string{
		"a", "ada", "_", "_a", "a1", "a-", "a_b", "ada-lovelace", "x11", strings.Repeat("a", 31),
		"else", "if", "then", "let", "in", "with", "rec", "inherit", "or", "assert", "true", "false", "null", "import", "nix", "nixos", "user", "admin", "test", "lethe",
	} {
		if err := (Config{Version: Version, Users: []User{{Name: name}}}).Validate(); err != nil {
			t.Errorf("%q may not be a user: %v", name, err)
		}
	}
}

func TestHostNames(t *testing.T) {
	for _, name := range append([]string{"localhost", "a-", "-a", "a_b", "1234", "12.34", "0x7f000001", strings.Repeat("a", 64), "localhost.localdomain", "a..b"}, hostileNames...) {
		switch name {
		case "", "1ada", "Ada", "ROOT", "aDa", strings.Repeat("a", 32): // hosts may begin with a digit, have capitals and be longer; without one there is a default
			continue
		}
		err := Config{Version: Version, Host: Host{Name: name}}.Validate()
		if err == nil {
			t.Errorf("%.40q may be a host", name)
			continue
		}
		if problems := Problems(err); len(problems) != 1 || problems[0].Key != "host.name" || strings.ContainsFunc(err.Error(), hidden) || len(err.Error()) > 600 {
			t.Errorf("%.40q: %q", name, err)
		}
	}
	for _, name := range []string{"a", "A", "blitzar", "1ada", "a-b", "3com", "x" + strings.Repeat("y", 62), "else", "true"} {
		if err := (Config{Version: Version, Host: Host{Name: name}}).Validate(); err != nil {
			t.Errorf("%q may not be a host: %v", name, err)
		}
	}
}

// FuzzNames wants every name, number and text of a wish that is accepted to be one that passwd, Nix, a path and a terminal take.
func FuzzNames(f *testing.F) {
	for _, name := range append(append([]string{}, hostileNames...), usedNames...) {
		f.Add(name, name, name, goodKey+" "+name, "/var/"+name)
	}
	f.Add("ada", "blitzar", "Ada Lovelace", goodKey, "/srv/www")
	f.Add("ada", "77777777777777777777a", "", goodKey, "/srv") // no number, although it begins with one that is too large
	f.Add("ada", "0b1", "", goodKey, "/srv")
	f.Add("ada", "a", "", "ssh-rsa "+base64.StdEncoding.EncodeToString([]byte("\x00\x00\x00\x05a\x1b\n\xffb")), "/srv") // whose algorithm is quoted as it is
	f.Fuzz(func(t *testing.T, user, host, full, key, folder string) {
		c := Config{Version: Version, Host: Host{Name: host}, Users: []User{{Name: user, FullName: full, AuthorizedKeys: []string{key}}}, Persistence: Persistence{Directories: []string{folder}}}
		refused := map[string]bool{}
		if err := c.Validate(); err != nil {
			if text := strings.ReplaceAll(err.Error(), "\n", " "); !utf8.ValidString(text) || strings.ContainsFunc(text, hidden) || len(text) > 4000 {
				t.Errorf("%q", text)
			}
			for _, p := range Problems(err) {
				refused[p.Key] = true
			}
		}
		only := func(text, also string) bool {
			return strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789-"+also) == ""
		}
		for field, bad := range map[string]bool{
			"users[0].name":               user == "" || user[0] == '-' || len(user) > 31 || !only(user, "_") || strings.Trim(user[:1], "0123456789") == "",
			"host.name":                   host != "" && (len(host) > 63 || !only(strings.ToLower(host), "") || host[0] == '-' || host[len(host)-1] == '-' || isNumber(host)),
			"users[0].full_name":          strings.ContainsAny(full, ":\n\x00\x1b") || !utf8.ValidString(full),
			"users[0].authorized_keys[0]": strings.ContainsAny(key, "\n\r\x00\x1b") || !utf8.ValidString(key) || strings.TrimSpace(key) == "",
			"persistence.directories[0]":  !strings.HasPrefix(folder, "/") || strings.ContainsAny(folder, "\n\x00\x1b") || strings.Contains(folder+"/", "/../") || !utf8.ValidString(folder),
		} {
			if bad && !refused[field] {
				t.Errorf("%s is accepted of %q %q %q %q %q", field, user, host, full, key, folder)
			}
		}
	})
}

// isNumber tells whether inet_aton takes it for an address: digits, or 0x and hexadecimal digits, and nothing behind them.
func isNumber(text string) bool {
	if strings.Trim(text, "0123456789") == "" {
		return true
	}
	hexadecimal, found := strings.CutPrefix(strings.ToLower(text), "0x")
	return found && hexadecimal != "" && strings.Trim(hexadecimal, "0123456789abcdef") == ""
}
