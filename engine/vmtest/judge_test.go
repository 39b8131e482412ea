//go:build vm

package vmtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"lethe/engine/config"
)

// judgeBoot looks at a started system. first tells that it looked at itself closely, fallback that the firmware did not know it.
func (w wish) judgeBoot(t *testing.T, f facts, before facts, first, fallback bool) {
	t.Helper()
	w.judgeRoot(t, f)
	w.judgeModes(t, f)
	w.judgeKept(t, f)
	w.judgeEncryption(t, f)
	w.judgeSwap(t, f)
	w.judgePeople(t, f, before)
	w.judgeRepository(t, f)
	judgeEntry(t, f, fallback)
	if first {
		w.judgeClosely(t, f)
	}
}

// judgeRoot wants a tmpfs of the wished size that others cannot write to.
func (w wish) judgeRoot(t *testing.T, f facts) {
	t.Helper()
	root := f.mounts()["/"]
	if root == nil || root.FSType != "tmpfs" || !slices.Contains(strings.Split(root.VFSOptions, ","), "mode=755") {
		t.Errorf("/ is %+v; wanted a tmpfs of mode 755", root)
	}
	var blocks, size int64
	_, err := fmt.Sscan(f.good("root-size"), &blocks, &size)
	must(t, err)
	want := f.kilobytes("MemTotal") * 1024 / 4
	if w.Disk.Tmpfs == "1GiB" {
		want = 1 << 30
	}
	if got := blocks * size; got < want*99/100 || got > want*101/100 {
		t.Errorf("/ has %d bytes; wanted about %d", got, want)
	}
}

// judgeModes compares modes and owners.
func (w wish) judgeModes(t *testing.T, f facts) {
	t.Helper()
	owner := fmt.Sprintf("%d 100", w.uid(0))
	want := []string{
		"755 0 0 /", "700 0 0 /boot", "755 0 0 /nix", "755 0 0 /nix/persist", "700 0 0 /nix/persist/passwords",
		"755 " + owner + " /etc/nixos", "755 " + owner + " /etc/nixos/.git",
	}
	for _, u := range w.Users {
		want = append(want, "600 0 0 /nix/persist/passwords/"+u.Name)
	}
	f.good("modes")
	got := f.lines("modes")
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("no %q among modes and owners:\n%s", line, strings.Join(got, "\n"))
		}
	}
}

// judgeKept wants every folder that the configuration calls kept to be the one in the storage.
func (w wish) judgeKept(t *testing.T, f facts) {
	t.Helper()
	var kept struct{ Directories []string }
	must(t, json.Unmarshal([]byte(f.good("kept")), &kept))
	wanted := append([]string{"/etc/nixos", "/var/log", "/var/lib/nixos", "/home/" + w.owner() + "/Documents"}, w.Persistence.Directories...)
	for _, path := range wanted {
		if !slices.Contains(kept.Directories, path) {
			t.Errorf("the configuration does not keep %s", path)
		}
	}
	at := f.mounts()
	nix := at["/nix"]
	if nix == nil {
		t.Fatal("/nix is not mounted")
	}
	for _, path := range kept.Directories {
		if m := at[path]; m == nil || m.Major != nix.Major || m.Minor != nix.Minor || m.Root != "/persist"+path {
			t.Errorf("%s is %+v; wanted the folder /persist%s of the nix file system", path, m, path)
		}
	}
}

// judgeEncryption wants the nix file system inside a container, or not.
func (w wish) judgeEncryption(t *testing.T, f facts) {
	t.Helper()
	nix := f.mounts()["/nix"]
	if containers := strings.Count(f.good("dm"), " CRYPT-LUKS2-"); containers != map[bool]int{true: 1}[w.luks] {
		t.Errorf("%d containers are open: %s", containers, f.text("dm"))
	}
	if got := strings.HasPrefix(nix.Source, "/dev/mapper/"); got != w.luks || nix.FSType != "ext4" {
		t.Errorf("/nix is %s on %s", nix.FSType, nix.Source)
	}
}

// judgeSwap wants swap as it was chosen.
func (w wish) judgeSwap(t *testing.T, f facts) {
	t.Helper()
	used := f.lines("swaps")[1:]
	keyed := strings.Count(f.text("dm"), " CRYPT-PLAIN-")
	want, keys := 1, 0
	switch w.swap {
	case config.SwapNone:
		want = 0
	case config.SwapRandomKey:
		keys = 1
	}
	if len(used) != want || keyed != keys {
		t.Fatalf("swap is %q with %d random keys; wanted %s", used, keyed, w.swap)
	}
	if want == 0 {
		return
	}
	var name, kind string
	var kib int64
	_, err := fmt.Sscan(used[0], &name, &kind, &kib)
	must(t, err)
	if kind != "partition" || kib < int64(w.Swap.Size)/1024-64 || strings.HasPrefix(name, "/dev/mapper/") != (keys == 1) {
		t.Errorf("swap is %q; wanted %s of %d bytes", used[0], w.swap, w.Swap.Size)
	}
}

// judgePeople wants the wished users, and services' numbers as they were handed out.
func (w wish) judgePeople(t *testing.T, f, before facts) {
	t.Helper()
	if got := f.good("hostname"); got != w.Host.Name {
		t.Errorf("the host is %q; wanted %q", got, w.Host.Name)
	}
	passwd := f.good("passwd")
	for i, u := range w.Users {
		full := u.FullName
		if full == "" {
			full = u.Name
		}
		if entry := fmt.Sprintf("\n%s:x:%d:100:%s:/home/%s:", u.Name, w.uid(i), full, u.Name); !strings.Contains(passwd, entry) {
			t.Errorf("no %q in passwd:\n%s", entry, passwd)
		}
	}
	then, now := serviceIDs(before.text("passwd")), serviceIDs(passwd)
	if len(then) == 0 || !maps.Equal(then, now) {
		t.Errorf("services have the numbers %v; while installing it was %v", now, then)
	}
}

// judgeRepository wants the repository whole and known to git as its owner.
func (w wish) judgeRepository(t *testing.T, f facts) {
	t.Helper()
	f.good("git-status")
	for _, line := range f.lines("git-status") {
		if !strings.HasPrefix(line, "A  ") {
			t.Errorf("git status as %s says %q; wanted nothing but staged files", w.owner(), line)
		}
	}
	files := strings.Split(f.good("git-files"), "\n")
	for _, name := range []string{"configuration.nix", "disks.nix", "flake.lock", "flake.nix", "hardware-configuration.nix", "persist.nix"} {
		if !slices.Contains(files, name) {
			t.Errorf("%s is not in the repository: %v", name, files)
		}
	}
}

// judgeClosely wants the typed passwords to be right, and the repository to evaluate to what runs.
func (w wish) judgeClosely(t *testing.T, f facts) {
	t.Helper()
	for _, u := range w.Users {
		if got := f.good("password-" + u.Name); got != "right" {
			t.Errorf("the password of %s is %q", u.Name, got)
		}
	}
	if evaluated, running := f.good("nix-eval"), f.good("system"); evaluated != running {
		t.Errorf("the repository evaluates to %s, and %s runs", evaluated, running)
	}
}

// judgeEntry looks at which of the firmware's entries was taken.
func judgeEntry(t *testing.T, f facts, fallback bool) {
	t.Helper()
	var current string
	text := f.good("boot")
	for line := range strings.Lines(text) {
		if number, ok := strings.CutPrefix(strings.TrimSpace(line), "BootCurrent: "); ok {
			current = number
		}
	}
	label := ""
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "Boot"+current+"* "); ok {
			label = rest
		}
	}
	if ours := strings.HasPrefix(label, "Linux Boot Manager"); ours == fallback || label == "" {
		t.Errorf("the firmware took entry %s, %q (fallback wanted: %t)\n%s", current, label, fallback, text)
	}
}

// judgeMarkers compares what is left of the boot before; before is "" at the first.
func (w wish) judgeMarkers(t *testing.T, f facts, before string) {
	t.Helper()
	var want []string
	if before != "" {
		home := "/home/" + w.owner()
		stays := []string{"/var/log/marker", "/etc/nixos/result-marker", "/var/lib/nixos/marker", home + "/Documents/marker", "/nix/persist/marker", "/boot/marker"}
		if w.Persistence.Home != "minimal" {
			stays = append(stays, home+"/.config/marker")
		}
		for _, path := range stays {
			want = append(want, path+" "+before)
		}
	}
	got := f.lines("markers")
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("after the restart there are\n%s\nwanted\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
