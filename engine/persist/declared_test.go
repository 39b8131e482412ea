package persist

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/sys/mountinfo"

	"lethe/engine/flake"
)

// An installed system's mounts, as mountinfo has them: subvolume or folder of the file system on /nix, bound elsewhere.
const installed = `22 1 0:20 / / rw,relatime shared:1 - tmpfs none rw,size=25%,mode=755
30 22 253:0 / /nix rw,relatime shared:2 - ext4 /dev/mapper/crypted rw
31 22 259:1 / /boot rw,relatime shared:3 - vfat /dev/nvme0n1p1 rw
32 22 253:0 /persist/var/log /var/log rw,relatime shared:2 - ext4 /dev/mapper/crypted rw
33 22 253:0 /persist/etc/machine-id /etc/machine-id rw,relatime shared:2 - ext4 /dev/mapper/crypted rw
34 22 253:0 /persist/home/ada/My\040Files /home/ada/My\040Files rw,relatime shared:2 - ext4 /dev/mapper/crypted rw
35 22 253:0 /persist/elsewhere /mnt/other-name rw,relatime shared:2 - ext4 /dev/mapper/crypted rw
36 22 253:0 /persistent /mnt/no-persist rw,relatime shared:2 - ext4 /dev/mapper/crypted rw
37 22 253:0 /store /nix/store ro,relatime shared:2 - ext4 /dev/mapper/crypted rw
38 22 253:0 /persist/hidden /srv rw,relatime shared:2 - ext4 /dev/mapper/crypted rw
39 22 0:44 / /srv rw,relatime shared:9 - tmpfs over rw
`

func installedMounts(t *testing.T) declaration {
	t.Helper()
	mounts, err := mountinfo.GetMountsFromReader(strings.NewReader(installed), nil)
	if err != nil {
		t.Fatal(err)
	}
	d := declaration{root: "/", persist: "/nix/persist", named: "/nix/persist"}
	d.bound = d.binds(mounts)
	for i := range d.bound {
		d.bound[i].File = false // which of them are files is asked of this very machine
	}
	return d
}

func TestMountsAlone(t *testing.T) {
	got := installedMounts(t).byMounts()
	want := []Entry{
		{Path: "/etc/machine-id", State: Mounted, Stored: "/etc/machine-id"},
		{Path: "/home/ada/My Files", State: Mounted, Stored: "/home/ada/My Files"},
		{Path: "/mnt/other-name", State: Mounted, Stored: "/elsewhere"},
		{Path: "/var/log", State: Mounted, Stored: "/var/log"},
	}
	if diff := cmp.Diff(want, got.Entries); diff != "" {
		t.Error(diff)
	}
	if got.Source != FromMounts || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], flake.KeptFile) {
		t.Errorf("%+v", got)
	}
}

func TestListBesideMounts(t *testing.T) {
	got := installedMounts(t).byList(map[string]flake.Kept{
		"/nix/persist/": {Directories: []string{"/var/log", "/var/log/inner", "/not/there-yet-on-any-machine"}, Files: []string{"/etc/machine-id"}},
		"/big":          {Directories: []string{"/srv"}},
	})
	want := []Entry{
		{Path: "/etc/machine-id", File: true, State: Mounted, Stored: "/etc/machine-id"},
		{Path: "/not/there-yet-on-any-machine", State: Pending, Stored: "/not/there-yet-on-any-machine"},
		{Path: "/var/log", State: Mounted, Stored: "/var/log"},
		{Path: "/var/log/inner", State: Mounted, Stored: "/var/log/inner"},
		{Path: "/home/ada/My Files", State: Undeclared, Stored: "/home/ada/My Files"},
		{Path: "/mnt/other-name", State: Undeclared, Stored: "/elsewhere"},
	}
	if diff := cmp.Diff(want, got.Entries); diff != "" {
		t.Error(diff)
	}
	if len(got.Notes) != 4 {
		t.Errorf("%q", got.Notes)
	}
}

func TestReadDeclared(t *testing.T) {
	root, store := t.TempDir(), t.TempDir()
	write := func(text string) {
		if err := os.MkdirAll(filepath.Join(root, "etc/lethe"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, flake.KeptFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if d, err := ReadDeclared(root, store); err != nil || d.Source != FromMounts || len(d.Entries) != 0 {
		t.Errorf("%+v, %v", d, err)
	}
	write(`{"` + store + `": {"directories": ["/a"], "files": ["/l"]}}`)
	if err := os.Symlink(filepath.Join(store, "l"), filepath.Join(root, "l")); err != nil {
		t.Fatal(err)
	}
	d, err := ReadDeclared(root, store)
	want := []Entry{{Path: "/a", State: Pending, Stored: "/a"}, {Path: "/l", File: true, State: Linked, Stored: "/l"}}
	if diff := cmp.Diff(want, d.Entries); err != nil || diff != "" || d.Source != FromFile {
		t.Error(diff, err)
	}
	if err := os.Symlink("/nix/persist/m", filepath.Join(root, "m")); err != nil {
		t.Fatal(err)
	}
	write(`{"/nix/persist": {"directories": [], "files": ["/l", "/m"]}}`) // as another system's list has it
	d, err = ReadDeclared(root, store)
	want = []Entry{{Path: "/l", File: true, State: Linked, Stored: "/l"}, {Path: "/m", File: true, State: Linked, Stored: "/m"}}
	if diff := cmp.Diff(want, d.Entries); err != nil || diff != "" || d.Storage != "/nix/persist" {
		t.Error(diff, err)
	}
	write(`["no list"]`)
	if _, err := ReadDeclared(root, store); err == nil || !strings.Contains(err.Error(), "rebuild the system") {
		t.Error(err)
	}
}
