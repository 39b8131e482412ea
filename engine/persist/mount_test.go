package persist_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inNamespace runs a shell script as root of a user and mount namespace of its own, then scans there as [scanHere] does, and lists what rsync lists.
func inNamespace(t *testing.T, root, store, script string) (scanned, listed []byte) {
	t.Helper()
	if out, err := exec.Command("unshare", "-Urm", "true").CombinedOutput(); err != nil {
		t.Skipf("mounts need a namespace, and the kernel gives an ordinary user none here, as in a chroot: %s", out)
	}
	self, err := filepath.Abs(os.Args[0])
	must(t, err)
	script = `set -e; PATH=$PATH:/usr/sbin:/sbin; root=$1; store=$2; ` + script + `
PERSIST_ROOT=$root PERSIST_STORE=$store "$3"; echo ---
rsync -amvxx --dry-run --no-links --out-format='>%n' -8 "$root/" "$store/"`
	out, err := exec.Command("unshare", "-Urm", "sh", "-c", script, "sh", root, store, self).Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	i := slices.Index(splitLines(out), "---")
	if i < 0 {
		t.Fatalf("%s", out)
	}
	for n := range out {
		if string(out[n:min(n+5, len(out))]) == "\n---\n" {
			return out[:n+1], out[n+5:]
		}
	}
	return nil, out
}

func splitLines(text []byte) []string {
	var list []string
	start := 0
	for i, c := range text {
		if c == '\n' {
			list = append(list, string(text[start:i]))
			start = i + 1
		}
	}
	return list
}

// mounting is a root of its own file system with binds of folders and a file, a mount in a mount, a foreign file system, and a second place of a folder.
const mounting = `
mount -t tmpfs -o mode=755 root "$root"
mkdir -p "$root/var/lib/kept" "$root/etc/lethe" "$root/foreign/deep" "$root/own" "$root/again" "$root/proc-like"
mkdir -p "$store/var/lib/kept/inner" "$store/etc" "$store/stale" "$store/pending/folder" "$store/passwords"
echo x >"$store/var/lib/kept/a"; echo x >"$store/var/lib/kept/inner/b"; echo x >"$store/etc/one-file"; echo x >"$store/stale/orphan"
echo x >"$store/pending/folder/old"; echo x >"$store/passwords/ada"; echo x >"$store/linked"; echo x >"$store/etc/loose"
mount --bind "$store/var/lib/kept" "$root/var/lib/kept"
mount -t tmpfs nested "$root/var/lib/kept/inner"; echo x >"$root/var/lib/kept/inner/nested"
: >"$root/etc/one-file"; mount --bind "$store/etc/one-file" "$root/etc/one-file"
mount -t tmpfs foreign "$root/foreign"; echo x >"$root/foreign/not-ours"
echo x >"$root/own/lost"; mount --bind "$root/own" "$root/again"
ln -s "$store/linked" "$root/linked"; ln -s "$store/etc/loose" "$root/etc/else-named"
mkdir -p "$root/pending/folder"; echo newer-and-longer >"$root/pending/folder/old"; echo x >"$root/pending/folder/new"
`

func TestMounts(t *testing.T) {
	root, store := trees(t)
	list := `printf '{"%s":{"directories":["/var/lib/kept","/pending/folder"],"files":["/etc/one-file","/linked"]}}' "$store" >"$root/etc/lethe/persistence.json"`
	scanned, listed := inNamespace(t, root, store, mounting+list)
	found, unreadable, entries := parse(t, scanned)
	want := []string{
		"kept /etc/loose", "kept /etc/one-file", "kept /linked", "kept /var/lib/kept/a", "kept /var/lib/kept/inner/b",
		"differs /pending/folder/old", "missing /etc/lethe/persistence.json", "missing /own/lost", "missing /pending/folder/new",
		"orphan /passwords/ada", "orphan /stale/orphan",
	}
	got := told(found)
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" || len(unreadable) > 0 {
		t.Errorf("%s\nunreadable: %q", diff, unreadable)
	}
	wantEntries := []string{"mounted /etc/one-file", "linked /linked", "pending /pending/folder", "mounted /var/lib/kept"}
	if diff := cmp.Diff(wantEntries, entries); diff != "" {
		t.Error(diff)
	}
	// rsync does not see that again is own a second time: only the file system's number tells it of mounts.
	lost := []string{}
	for _, f := range found {
		if f.Kind == "missing" || f.Kind == "differs" {
			lost = append(lost, f.Path)
		}
	}
	lost = append(lost, "/again/lost")
	slices.Sort(lost)
	equal(t, "inside a namespace", lost, rsyncNames(t, listed))
}

// Without a list, what is mounted counts, wherever it is mounted.
func TestMountsWithoutList(t *testing.T) {
	root, store := trees(t)
	scanned, _ := inNamespace(t, root, store, mounting)
	found, _, entries := parse(t, scanned)
	if diff := cmp.Diff([]string{"mounted /etc/one-file", "mounted /var/lib/kept"}, entries); diff != "" {
		t.Error(diff)
	}
	var orphans []string
	for _, f := range found {
		if f.Kind == "orphan" {
			orphans = append(orphans, f.Path)
		}
	}
	// What is in pending/folder is on both sides, so it is no orphan.
	if diff := cmp.Diff([]string{"/passwords/ada", "/stale/orphan"}, orphans); diff != "" {
		t.Error(diff)
	}
}

// The persist tree may lie in the root, on the same file system, and is then not part of it.
func TestPersistInsideRoot(t *testing.T) {
	root, _ := trees(t)
	store := filepath.Join(root, "nix/persist")
	put(t, filepath.Join(root, "a"), "x", then)
	put(t, filepath.Join(root, "nix/b"), "x", then)
	put(t, filepath.Join(store, "a"), "x", then)
	put(t, filepath.Join(store, "c"), "x", then)
	found, _ := scan(t, request(root, store))
	if diff := cmp.Diff([]string{"orphan /c", "missing /nix/b"}, told(found)); diff != "" {
		t.Error(diff)
	}
}
