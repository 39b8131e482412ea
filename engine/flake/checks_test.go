package flake_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/config"
	"lethe/engine/flake"
)

func everything() config.Config {
	c := combination{luks: true, swap: config.SwapRandomKey, desktop: "plasma", users: 2}.wishes()
	c.Services.Docker = true
	return c
}

func TestPresetsPassTheLint(t *testing.T) {
	for _, home := range []string{"simple", "minimal"} {
		for _, desktop := range []string{"plasma", "gnome", "none"} {
			c := everything()
			c.Persistence = config.Persistence{Home: home}
			c.Desktop.Environment = desktop
			p, err := flake.PersistenceFor(c)
			if err != nil {
				t.Fatal(err)
			}
			if found := flake.Lint(c, p, true); len(found) > 0 {
				t.Errorf("%s, %s: %v", home, desktop, found)
			}
		}
	}
}

// TestLintSeesEachLoss takes away one path after the other.
func TestLintSeesEachLoss(t *testing.T) {
	c := everything()
	full, err := flake.PersistenceFor(c)
	if err != nil {
		t.Fatal(err)
	}
	severities := map[string]flake.Severity{
		"/var/lib/nixos": flake.Refuse, "/etc/machine-id": flake.Warn, "/etc/nixos": flake.Warn, "/var/log": flake.Warn,
		"/etc/NetworkManager/system-connections": flake.Warn, "/var/lib/bluetooth": flake.Warn, "/var/lib/docker": flake.Warn,
		"/var/lib/containers": flake.Warn, "/var/lib/libvirt": flake.Warn, "/var/lib/tailscale": flake.Warn, "/var/lib/flatpak": flake.Warn,
	}
	for path, severity := range severities {
		p := full
		without := func(k flake.Keep) bool { return k.Path == path }
		p.System.Directories = slices.DeleteFunc(slices.Clone(full.System.Directories), without)
		p.System.Files = slices.DeleteFunc(slices.Clone(full.System.Files), without)
		found := flake.Lint(c, p, true)
		if len(found) != 1 || found[0].What != path || found[0].Severity != severity {
			t.Errorf("without %s: %v", path, found)
		}
	}
	gnome := c
	gnome.Desktop.Environment, gnome.Services.Bluetooth = "gnome", false
	if p, err := flake.PersistenceFor(gnome); err != nil || !p.System.Covers("/var/lib/bluetooth") {
		t.Errorf("GNOME switches Bluetooth on, and its pairings are not kept: %v", err)
	}
	if found := flake.Lint(c, full, false); len(found) != 1 || found[0].Severity != flake.Refuse {
		t.Errorf("without host keys: %v", found)
	}
	whole := flake.Persistence{System: flake.Places{Directories: []flake.Keep{{Path: "/etc"}, {Path: "/var"}}}}
	if found := flake.Lint(c, whole, false); len(found) > 0 {
		t.Errorf("parents do not count: %v", found)
	}
}

func TestSoftenRefusesNothing(t *testing.T) {
	hard := flake.Lint(everything(), flake.Persistence{}, false)
	soft := flake.Soften(hard)
	if !slices.ContainsFunc(hard, func(f flake.Finding) bool { return f.Severity == flake.Refuse }) {
		t.Fatal("nothing was refused, or the findings themselves were changed")
	}
	if len(soft) != len(hard) {
		t.Fatalf("%d findings became %d", len(hard), len(soft))
	}
	for i := range soft {
		if soft[i].Severity != flake.Warn || soft[i].What != hard[i].What || soft[i].Says != hard[i].Says {
			t.Errorf("%v became %v", hard[i], soft[i])
		}
	}
}

func TestLintKnowsFilesSavedByRename(t *testing.T) {
	c := config.Config{Version: 1, Persistence: config.Persistence{
		Files:     []string{"/etc/shadow", "/etc/adjtime", "/etc/fine"},
		HomeFiles: []string{".zsh_history", ".gitconfig", ".config/foorc", ".config/sub/foorc"},
	}, Desktop: config.Desktop{Environment: "none"}}
	c.Persistence.Home = "minimal"
	p, err := flake.PersistenceFor(c)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range flake.Lint(c, p, true) {
		got = append(got, f.What)
	}
	if diff := cmp.Diff([]string{"/etc/shadow", "/etc/adjtime", ".zsh_history", ".config/foorc"}, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	p.System.Directories = append(p.System.Directories, flake.Keep{Path: "/var/log"})
	if found := flake.Lint(config.Config{}, p, true); !slices.ContainsFunc(found, func(f flake.Finding) bool { return f.What == "/var/log" && f.Severity == flake.Refuse }) {
		t.Errorf("a path twice was not seen: %v", found)
	}
}

func TestPersistenceLeavesOutWhatIsKeptAnyway(t *testing.T) {
	c := config.Config{Version: 1, Persistence: config.Persistence{
		Directories: []string{"/var/log/journal", "/var/log", "/srv"}, Files: []string{"/srv/x", "/etc/machine-id"}, HomeDirectories: []string{".config/app", "work"},
	}}
	p, err := flake.PersistenceFor(c)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, k := range slices.Concat(p.System.Directories, p.System.Files, p.Home.Directories, p.Home.Files) {
		count[k.Path]++
	}
	want := map[string]int{"/var/log": 1, "/var/log/journal": 0, "/srv": 1, "/srv/x": 0, "/etc/machine-id": 1, ".config": 1, ".config/app": 0, "work": 1}
	for path, n := range want {
		if count[path] != n {
			t.Errorf("%s is there %d times, want %d", path, count[path], n)
		}
	}
}

func TestCheckLogin(t *testing.T) {
	key := []string{testKey}
	for name, c := range map[string]struct {
		users     []config.User
		ssh       bool
		passwords []string
		refused   []string
	}{
		"administrator with password":      {[]config.User{{Name: "ada", Admin: true}}, false, []string{"ada"}, nil},
		"nobody":                           {nil, true, nil, []string{"users"}},
		"no password":                      {[]config.User{{Name: "ada", Admin: true}}, true, nil, []string{"ada", "users"}},
		"only a key":                       {[]config.User{{Name: "ada", Admin: true, AuthorizedKeys: key}}, true, nil, []string{"users"}},
		"no administrator":                 {[]config.User{{Name: "ada"}}, false, []string{"ada"}, []string{"users"}},
		"password of another":              {[]config.User{{Name: "ada", Admin: true}}, false, []string{"bob"}, []string{"ada", "users"}},
		"second user without any way":      {[]config.User{{Name: "ada", Admin: true}, {Name: "bob"}}, false, []string{"ada"}, []string{"bob"}},
		"second user with a key, no sshd":  {[]config.User{{Name: "ada", Admin: true}, {Name: "bob", AuthorizedKeys: key}}, false, []string{"ada"}, []string{"bob"}},
		"second user with a key, and sshd": {[]config.User{{Name: "ada", Admin: true}, {Name: "bob", AuthorizedKeys: key}}, true, []string{"ada"}, nil},
	} {
		wishes := config.Config{Version: 1, Users: c.users, Services: config.Services{SSH: c.ssh}}
		var got []string
		for _, f := range flake.CheckLogin(wishes, flake.Ways{Passwords: c.passwords}) {
			got = append(got, f.What)
		}
		if diff := cmp.Diff(c.refused, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestReadKept(t *testing.T) {
	storages, err := flake.ReadKept([]byte(`{"/nix/persist":{"directories":["/var/log","/home/ada/.config"],"files":["/etc/machine-id"]},"/big":{"directories":["/srv"],"files":[]}}`))
	if err != nil {
		t.Fatal(err)
	}
	p := flake.PersistenceOf(storages)
	for _, path := range []string{"/var/log/journal", "/home/ada/.config/x", "/etc/machine-id", "/srv"} {
		if !p.System.Covers(path) {
			t.Errorf("%s is not covered", path)
		}
	}
	if p.System.Covers("/var/lib/nixos") || p.System.Covers("/var/logs") {
		t.Error("too much is covered")
	}
	for _, bad := range []string{"", "[]", `{"/x":[]}`, strings.Repeat(" ", 5<<20)} {
		if _, err := flake.ReadKept([]byte(bad)); err == nil {
			t.Errorf("%.20q was read", bad)
		}
	}
}

func TestCheckLock(t *testing.T) {
	in := combination{swap: config.SwapNone, desktop: "none", users: 1}.input(t)
	from := map[string]map[string]string{
		"nixpkgs":      {"type": "github", "owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-26.05"},
		"home-manager": {"type": "github", "owner": "nix-community", "repo": "home-manager", "ref": "release-26.05"},
		"impermanence": {"type": "github", "owner": "nix-community", "repo": "impermanence"},
	}
	lock := func(names ...string) []byte {
		nodes := map[string]any{}
		inputs := map[string]string{}
		for _, n := range names {
			inputs[n] = n
			nodes[n] = map[string]any{"locked": map[string]string{"narHash": "sha256-" + n}, "original": from[n]}
		}
		nodes["root"] = map[string]any{"inputs": inputs}
		b, err := json.Marshal(map[string]any{"version": 7, "root": "root", "nodes": nodes})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	good := lock("nixpkgs", "home-manager", "impermanence")
	for text, ok := range map[string]bool{
		string(good):                            true,
		"":                                      false,
		"{}":                                    false,
		string(lock("nixpkgs", "home-manager")): false,
		string(lock("nixpkgs", "home-manager", "impermanence", "other")):  false,
		string(lock("nixpkgs", "home-manager", "other")):                  false,
		strings.Replace(string(good), "sha256-nixpkgs", "", 1):            false,
		strings.Replace(string(good), "nixos-26.05", "nixos-unstable", 1): false,
		strings.Replace(string(good), "release-26.05", "master", 1):       false,
	} {
		in.Lock = []byte(text)
		if err := flake.CheckLock(in); (err == nil) != ok {
			t.Errorf("%.60s: %v", text, err)
		}
	}
	in.Lock = good
	if got := text(t, render(t, in), flake.LockFile); got != string(good) {
		t.Errorf("flake.lock is %s", got)
	}
}

func TestHashPassword(t *testing.T) {
	hash, err := flake.HashPassword([]byte("correct horse"), strings.NewReader("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	// Made by crypt(3) of libxcrypt 4.4.33 (Debian 12) with the same setting and salt.
	const want = "$y$j9T$k2XAnEHBqQ1Ct2aMXFKNa/$Ry7oZ9ThqkDutyuKduodO92iRCkOPEVA3D3cGUEN1J1"
	if string(hash) != want {
		t.Errorf("hash is %s, want %s", hash, want)
	}
	if !flake.CheckPassword([]byte("correct horse"), hash) || flake.CheckPassword([]byte("correct horsf"), hash) || flake.CheckPassword([]byte("x"), []byte("$6$x$y")) {
		t.Error("the check is wrong")
	}
	for _, bad := range []string{"", "a\x00b", "a\n"} {
		if _, err := flake.HashPassword([]byte(bad), strings.NewReader("0123456789abcdef")); err == nil {
			t.Errorf("%q was hashed", bad)
		}
	}
	if _, err := flake.HashPassword([]byte("x"), strings.NewReader("short")); err == nil {
		t.Error("a short salt was taken")
	}
}

func TestDiskoHasTheSectorsOfTheLayout(t *testing.T) {
	for _, m := range matrix() {
		in := m.input(t)
		got, err := flake.Disko(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range in.Layout.Partitions {
			want := fmt.Sprintf("start = \"%ds\";\n            end = \"%ds\";", p.First, p.Last)
			if !strings.Contains(string(got), want) {
				t.Errorf("%s: no %q in\n%s", m, want, got)
			}
			if strings.Contains(string(got), p.PartUUID) {
				t.Errorf("%s: %s would be the same on every machine", m, p.PartUUID)
			}
		}
	}
}

func TestDiskoSaysWhereThePassphraseIs(t *testing.T) {
	for _, luks := range []bool{true, false} {
		got, err := flake.Disko(combination{luks: luks, swap: config.SwapNone, desktop: "none", users: 1}.input(t))
		if err != nil {
			t.Fatal(err)
		}
		header, _, _ := strings.Cut(string(got), "{ lib, ... }:")
		for _, word := range []string{"passwordFile", "--disk-encryption-keys"} {
			if strings.Contains(header, word) != luks {
				t.Errorf("encrypted %t: the header is\n%s", luks, header)
			}
		}
		if strings.Contains(header, "\n\n") || strings.Count(header, "\n") != strings.Count(header, "#")-strings.Count(header, ".#") {
			t.Errorf("not every line is a comment:\n%s", header)
		}
	}
}

func TestAddToChangesNoFileOfTheUsers(t *testing.T) {
	in := combination{luks: true, swap: config.SwapRandomKey, desktop: "plasma", users: 1}.input(t)
	in.Config.Repo = config.Repo{Source: "/home/ada/nixos", DisksFile: "hosts/blitzar/disks.nix"}
	a, err := flake.AddTo([]string{"flake.nix", "README.md"}, in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"hardware-configuration.nix", "hosts/blitzar/disks.nix"}, a.Files.Paths()); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
	disks := text(t, a.Files, "hosts/blitzar/disks.nix")
	if disks != text(t, render(t, in), flake.DisksFile) {
		t.Error("disks.nix is another than in a generated repository")
	}
	if n := strings.Count(a.Diff, "\n+"); n != strings.Count(disks, "\n")+strings.Count(text(t, a.Files, "hardware-configuration.nix"), "\n")+2 {
		t.Errorf("the diff has %d lines added:\n%s", n, a.Diff)
	}
	for _, existing := range [][]string{
		{"flake.nix", "hosts/blitzar/disks.nix"}, {"flake.nix", "Hosts/Blitzar/Disks.nix"}, {"flake.nix", "hosts"}, {"README.md"}, nil,
	} {
		if _, err := flake.AddTo(existing, in); err == nil {
			t.Errorf("%v: added", existing)
		}
	}
	for existing, key := range map[string]string{"hosts/blitzar/disks.nix": "repo.disks_file (--disks-file)", "hardware-configuration.nix": "repo.hardware_file (--hardware-file)"} {
		if _, err := flake.AddTo([]string{"flake.nix", existing}, in); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: error is %v, which does not say %s", existing, err, key)
		}
	}
	in.ReadOnlyVariables = true
	closed, err := flake.AddTo([]string{"flake.nix"}, in)
	if err != nil || len(closed.Says) != len(a.Says)+1 || !strings.Contains(closed.Says[1], "canTouchEfiVariables = false") {
		t.Errorf("where the firmware's variables cannot be written: %q, %v", closed.Says, err)
	}
	in.Config.Repo.HardwareFile = "hosts/blitzar/disks.nix"
	if _, err := flake.AddTo([]string{"flake.nix"}, in); err == nil {
		t.Error("two files went to one path")
	}
}

func TestPathsStayInsideTheRepository(t *testing.T) {
	for _, path := range []string{"", ".", "..", "../x", "/x", "a/../b", "a//b", ".git/config", "a/.GIT/x", `a\b`, "a\x00b", "./a"} {
		if _, err := (flake.Repo{}).With(path, nil); err == nil {
			t.Errorf("%q was taken", path)
		}
	}
}

// TestHomeRefusesWhatItManages refuses to keep a file in a home exactly where home.nix has home-manager write it.
func TestHomeRefusesWhatItManages(t *testing.T) {
	for file, by := range map[string]string{
		".bashrc": "programs.bash", ".zshrc": "programs.zsh", ".config/fish/config.fish": "programs.fish", ".config/user-dirs.dirs": "xdg.userDirs",
	} {
		for _, shell := range []string{"", "bash", "zsh", "fish"} {
			for _, desktop := range []string{"", "none", "gnome"} {
				wishes := combination{swap: config.SwapPlain, desktop: "none", users: 1}.wishes()
				wishes.Users[0].Shell, wishes.Desktop.Environment = shell, desktop
				manages := strings.Contains(text(t, render(t, input(t, wishes)), flake.HomeFile), by)
				wishes.Persistence.HomeFiles = []string{file}
				if refused := wishes.Validate() != nil; refused != manages {
					t.Errorf("shell %q, desktop %q: that home-manager writes ~/%s is %t, and that it is refused is %t", shell, desktop, file, manages, refused)
				}
			}
		}
	}
}
