package persist

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// of classifies one path.
func (r *rules) of(path string, kind Kind, of Type, target string) (string, Owner) {
	folder, name, _ := cutLast(path)
	c := r.classify([]byte(folder))
	return c.of([]byte(name), of, kind, []byte(target))
}

func cutLast(path string) (folder, name string, ok bool) {
	path = strings.TrimPrefix(path, "/")
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path, true
	}
	return path[:i], path[i+1:], true
}

func tableRules(t *testing.T) *rules {
	t.Helper()
	r, err := newRules(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNoise(t *testing.T) {
	r := tableRules(t)
	for _, c := range []struct {
		path   string
		kind   Kind
		of     Type
		target string
		reason string // a part of it, "" for none
	}{
		{"/tmp/x", Missing, File, "", "temporary"},
		{"/tmp/a/b/c", Missing, File, "", "temporary"},
		{"/tmpfile", Missing, File, "", ""},
		{"/var/tmp/x", Missing, File, "", "temporary"},
		{"/var/cache/fontconfig/x", Missing, File, "", "cache"},
		{"/home/ada/.cache/mozilla/x", Missing, File, "", "cache"},
		{"/root/.cache/x", Missing, File, "", "cache"},
		{"/home/ada/cache/x", Missing, File, "", ""},
		{"/home/.cache/x", Missing, File, "", ""},
		{"/home/ada/.config/Code/Cache/x", Missing, File, "", "cache"},
		{"/home/ada/.config/Code/User/settings.json", Missing, File, "", ""},
		{"/home/ada/.config/chromium/SingletonLock", Missing, Link, "host-1", "lock"},
		{"/home/ada/.config/systemd/user/x.service", Missing, Link, "/nix/store/abc/x", "Nix store"},
		{"/home/ada/bin/tool", Missing, Link, "/home/ada/src/tool", ""},
		{"/etc/hosts", Missing, Link, "/etc/static/hosts", "NixOS"},
		{"/etc/passwd", Missing, File, "", "generated"},
		{"/etc/passwd.mine", Missing, File, "", ""},
		{"/etc/machine-id", Missing, File, "", ""},
		{"/srv/app/control", Missing, Socket, "", "socket"},
		{"/srv/app/pipe", Missing, FIFO, "", "pipe"},
		{"/control", Missing, Socket, "", "socket"},
		{"/srv/app/data", Missing, File, "", ""},
		{"/bin/sh", Missing, Link, "relative", "generated"},
		{"/bin/sh", Missing, File, "", ""},
		{"/passwords/ada", Orphan, File, "", "right where"},
		{"/passwords/ada", Missing, File, "", ""},
		{"/etc/ssh/ssh_host_ed25519_key", Orphan, File, "", "right where"},
		{"/etc/ssh/ssh_host_ed25519_key", Missing, File, "", ""},
		{"/.forgotten/2026-11-23/x", Orphan, File, "", "forgotten"},
		{"/.lethe/keep.json", Orphan, File, "", "own notes"},
	} {
		reason, _ := r.of(c.path, c.kind, c.of, c.target)
		if c.reason == "" && reason != "" || !strings.Contains(reason, c.reason) {
			t.Errorf("%s %s (%s): %q, not %q", c.kind, c.path, c.of, reason, c.reason)
		}
	}
}

func TestOwners(t *testing.T) {
	r := tableRules(t)
	r.ownUnits(parseUnit("ollama.service", []byte("[Unit]\nDescription=Language models\n[Service]\nDynamicUser=true\nStateDirectory=models:alias models/deep\nCacheDirectory=models\n")))
	r.ownUnits(parseUnit("bluetooth.service", []byte("[Unit]\nDescription=Bluetooth service\n[Service]\nStateDirectory=bluetooth\n")))
	for path, want := range map[string]Owner{
		"/var/lib/bluetooth/00:11/info":            {"Bluetooth pairings", Package, "/var/lib/bluetooth"},
		"/var/lib/models/x":                        {"Language models", Unit, "/var/lib/models"},
		"/var/lib/models/deep/x":                   {"Language models", Unit, "/var/lib/models/deep"},
		"/var/lib/private/models/x":                {"Language models", Unit, "/var/lib/private/models"},
		"/var/cache/models/x":                      {"Language models", Unit, ""},
		"/var/lib/something/x":                     {"state of something", Package, "/var/lib/something"},
		"/var/lib/private/something/x":             {"state of something", Package, "/var/lib/private/something"},
		"/home/ada/.mozilla/firefox/p/places":      {"Firefox, where it always was", Application, "/home/ada/.mozilla"},
		"/home/ada/.config/kwinrc":                 {"window manager", Application, "/home/ada/.config/kwinrc"},
		"/home/ada/.config/unheard of/x":           {"settings of unheard of", Application, "/home/ada/.config/unheard of"},
		"/home/ada/.var/app/org.x.Y/data/z":        {"data of org.x.Y (Flatpak)", Application, "/home/ada/.var/app/org.x.Y"},
		"/home/ada/.local/share/Steam/a/b":         {"Steam's games", Application, "/home/ada/.local/share/Steam"},
		"/home/ada/thesis/chapter":                 {"files of ada", User, "/home/ada/thesis"},
		"/home/ada/notes.txt":                      {"files of ada", User, "/home/ada/notes.txt"},
		"/root/notes.txt":                          {"files of root", User, "/root/notes.txt"},
		"/root/.gnupg/key":                         {"GnuPG keys", Application, "/root/.gnupg"},
		"/home/stray":                              {"files of stray", User, ""},
		"/etc/foo/bar":                             {"settings below /etc", System, "/etc/foo"},
		"/etc/nixos/flake.nix":                     {"this machine's configuration", System, "/etc/nixos"},
		"/etc/NetworkManager/system-connections/w": {"Wi-Fi and VPN profiles, with their secrets", Package, "/etc/NetworkManager/system-connections"},
		"/opt/thing/x":                             {"not known", Unknown, "/opt"},
		"/file":                                    {"not known", Unknown, "/file"},
		"/home/a\xff/x":                            {"files of a\uFFFD", User, "/home/a\xff/x"},
	} {
		if _, got := r.of(path, Missing, File, ""); got != want {
			t.Errorf("%q: %+v, not %+v", path, got, want)
		}
	}
}

func TestUnitsOfASystem(t *testing.T) {
	root := t.TempDir()
	folder := filepath.Join(root, "etc/systemd/system")
	store := filepath.Join(root, "store/x.service")
	for name, text := range map[string]string{
		store:                          "[Service]\nStateDirectory=linked\n",
		folder + "/b.service":          "[Unit]\nDescription=Bee\n[Service]\nStateDirectory=bee ../../etc %i a/../../b /abs\n",
		folder + "/not-a-unit.txt":     "StateDirectory=no\n",
		folder + "/reset.service":      "StateDirectory=one\nStateDirectory=\nStateDirectory=two\n",
		folder + "/template@.service":  "LogsDirectory=template\n",
		folder + "/dir.service/nested": "StateDirectory=no\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(store, folder+"/a.service"); err != nil {
		t.Fatal(err)
	}
	got := readUnits(root)
	want := []unitFolder{{"/var/lib/linked", "a", true}, {"/var/lib/bee", "Bee", true}, {"/var/lib/two", "reset", true}, {"/var/log/template", "template", true}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(unitFolder{})); diff != "" {
		t.Error(diff)
	}
}

func FuzzUnit(f *testing.F) {
	f.Add([]byte("StateDirectory=. ./ a/..\n"))
	f.Add([]byte("[Unit]\nDescription=x\n[Service]\nStateDirectory=a b:c %i ../d\nDynamicUser=yes\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, u := range parseUnit("x.service", text) {
			base := strings.SplitAfterN(u.path, "/", 4)
			if len(base) < 4 || !strings.Contains(" /var/lib/ /var/cache/ /var/log/ ", " "+strings.Join(base[:3], "")+" ") || u.path != filepath.Clean(u.path) {
				t.Fatalf("a unit claims %q", u.path)
			}
		}
	})
}
