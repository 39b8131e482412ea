package keep

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"lethe/engine/flake"
	"lethe/engine/flake/export"
)

// world is a made-up system: a root, a persist tree, and a repository with git.
type world struct {
	Place
	t testing.TB
}

const emptyList = "{\n  \"directories\": [],\n  \"files\": [],\n  \"users\": {}\n}\n"

// newWorld is in memory where it can be, since copies wait for the disk often.
func newWorld(t testing.TB) *world {
	t.Helper()
	base, err := os.MkdirTemp("/dev/shm", "lethe-keep-test-")
	if err != nil {
		return newWorldOnDisk(t) // slower, and the same
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	return newWorldIn(t, base)
}

// newWorldOnDisk is for attributes of users, which memory has since Linux 6.6 only.
func newWorldOnDisk(t testing.TB) *world {
	t.Helper()
	return newWorldIn(t, t.TempDir())
}

func newWorldIn(t testing.TB, base string) *world {
	t.Helper()
	w := &world{Place: Place{Root: base + "/root", Persist: base + "/persist", Repo: base + "/repo", Host: "blitzar"}, t: t}
	for _, folder := range []string{w.Root + "/etc", w.Root + "/srv", w.Root + "/home/ada", w.Persist} {
		w.good(os.MkdirAll(folder, 0o755))
	}
	person := os.Getuid()
	if person < firstPerson || person >= firstDynamic {
		person = firstPerson
	}
	w.write("/etc/passwd", fmt.Sprintf("root:x:0:0:System administrator:/root:/bin/sh\nada:x:%d:%d::/home/ada:/bin/sh\nsomeservice:x:321:321::/var/empty:/bin/sh\n", person, person))
	w.write("/etc/group", fmt.Sprintf("root:x:0:\nusers:x:%d:\nsomeservice:x:321:\n", person))
	repo, err := flake.Repo{}.With(flake.PersistFile, []byte("{ lib, ... }:\n{\n  "+Reads+"\n}\n"))
	w.good(err)
	repo, err = repo.With(flake.AddedFile, []byte(emptyList))
	w.good(err)
	files, err := export.Stage(repo, export.Author{Name: "Ada"})
	w.good(err)
	for _, f := range files {
		w.good(os.MkdirAll(filepath.Dir(filepath.Join(w.Repo, f.Path)), 0o755))
		w.good(os.WriteFile(filepath.Join(w.Repo, f.Path), f.Text, 0o644))
	}
	return w
}

func (w *world) good(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// write makes a file of the running system.
func (w *world) write(name, text string) {
	w.t.Helper()
	w.good(os.MkdirAll(filepath.Dir(w.Root+name), 0o755))
	w.good(os.WriteFile(w.Root+name, []byte(text), 0o644))
}

func (w *world) data() string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.Repo, flake.AddedFile))
	w.good(err)
	return string(text)
}

// keep plans and keeps.
func (w *world) keep(paths ...string) Result {
	w.t.Helper()
	plan, err := PlanKeep(context.Background(), w.Place, paths...)
	w.good(err)
	result, err := Keep(context.Background(), w.Place, plan, nil)
	w.good(err)
	return result
}

func (w *world) forget(paths ...string) ForgetResult {
	w.t.Helper()
	plan, err := PlanForget(context.Background(), w.Place, paths...)
	w.good(err)
	result, err := Forget(context.Background(), w.Place, plan)
	w.good(err)
	return result
}

// holds compares a file of the persist tree.
func (w *world) holds(name, want string) {
	w.t.Helper()
	if got, err := os.ReadFile(w.Persist + name); err != nil || string(got) != want {
		w.t.Errorf("%s holds %q, want %q (%v)", name, got, want, err)
	}
}

// lacks wants nothing at a path of the persist tree.
func (w *world) lacks(name string) {
	w.t.Helper()
	if _, err := os.Lstat(w.Persist + name); err == nil {
		w.t.Errorf("%s is there", name)
	}
}

// tidy wants no folder of a copy anywhere in the persist tree.
func (w *world) tidy() {
	w.t.Helper()
	w.good(filepath.WalkDir(w.Persist, func(name string, _ os.DirEntry, err error) error {
		if strings.HasPrefix(filepath.Base(name), TemporaryPrefix) {
			w.t.Errorf("%s was left", name)
		}
		return err
	}))
}

// mounted makes it look as if paths were bind-mounted from the persist tree, or from elsewhere in it.
func (w *world) mounted(binds map[string]string) {
	w.t.Helper()
	text := "1 0 8:1 / / rw - ext4 /dev/x rw\n"
	for at, from := range binds {
		text += fmt.Sprintf("2 1 8:1 %s %s rw - ext4 /dev/x rw\n", w.Persist+from, w.Root+at)
	}
	w.MountInfo = filepath.Join(w.t.TempDir(), "mountinfo")
	w.good(os.WriteFile(w.MountInfo, []byte(text), 0o644))
}

// aclGroup7 is an ACL as the kernel stores it: rwx for the owner, r-x for group 7, mask r-x, nothing else.
var aclGroup7 = "\x02\x00\x00\x00" + "\x01\x00\x07\x00\xff\xff\xff\xff" + "\x04\x00\x00\x00\xff\xff\xff\xff" +
	"\x08\x00\x05\x00\x07\x00\x00\x00" + "\x10\x00\x05\x00\xff\xff\xff\xff" + "\x20\x00\x00\x00\xff\xff\xff\xff"

// odd names that a file may have inside of what is kept.
var odd = []string{"plain", "a b ", "new\nline", "bad\xffutf8", "ö", "-rf", "${x}", `q"u'o\te`, "..x", strings.Repeat("l", 255), "%n", "*"}

// nastyTree makes /srv/nasty with everything in it that a file system can hold.
func (w *world) nastyTree() string {
	top := w.Root + "/srv/nasty"
	w.good(os.MkdirAll(top+"/sub/deep", 0o750))
	for i, name := range odd {
		file := filepath.Join(top, name)
		w.good(os.WriteFile(file, []byte(strings.Repeat(name, i*1000)), 0o640))
		stamp := unix.Timespec{Sec: int64(1_000_000 * i), Nsec: 123456789}
		w.good(unix.UtimesNanoAt(unix.AT_FDCWD, file, []unix.Timespec{stamp, stamp}, 0))
		w.good(os.MkdirAll(filepath.Join(top, "folders", name), 0o700|os.FileMode(i)))
	}
	w.good(os.Link(top+"/plain", top+"/sub/second"))
	w.good(os.Link(top+"/plain", top+"/sub/deep/third"))
	w.good(os.Symlink("/etc/shadow", top+"/outside"))
	w.good(os.Symlink("../../../../../../etc", top+"/sub/climbs"))
	w.good(os.Symlink("loop", top+"/loop"))
	w.good(os.Symlink(strings.Repeat("x", 4000), top+"/long"))
	w.good(unix.Mkfifo(top+"/fifo", 0o604))
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	w.good(err)
	defer unix.Close(fd)
	folder, err := os.Open(top)
	w.good(err)
	defer folder.Close()
	w.good(unix.Bind(fd, &unix.SockaddrUnix{Name: fmt.Sprintf("/proc/self/fd/%d/socket", folder.Fd())}))
	w.sparse(top + "/sparse")
	w.good(unix.Setxattr(top+"/plain", "user.odd", []byte("\x00\xff\n"), 0))
	w.good(unix.Setxattr(top+"/sub", "user.big", []byte(strings.Repeat("x", 2000)), 0))
	w.good(unix.Setxattr(top+"/sub/deep", "system.posix_acl_default", []byte(aclGroup7), 0))
	w.good(unix.Setxattr(top+"/${x}", "system.posix_acl_access", []byte(aclGroup7), 0))
	w.good(os.Chmod(top+"/%n", 0o6711))
	w.good(os.Chmod(top+"/*", 0o400))
	w.good(os.Chmod(top+"/folders", os.ModeSticky|0o777))
	if os.Geteuid() == 0 {
		w.good(os.Lchown(top+"/outside", 1234, 4321))
		w.good(os.Chown(top+"/ö", 65500, 7))
		w.good(os.Chown(top+"/sub", 321, 321))
		w.good(unix.Setxattr(top+"/-rf", "trusted.x", []byte("1"), 0))
		w.good(unix.Lsetxattr(top+"/long", "trusted.link", []byte("1"), unix.XATTR_CREATE))
		w.good(unix.Mknod(top+"/device", unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))))
		capability := "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		w.good(unix.Setxattr(top+"/-rf", "security.capability", []byte(capability), 0))
	}
	return "/srv/nasty"
}

// sparse makes 1 GiB with three pieces of data.
func (w *world) sparse(name string) {
	w.t.Helper()
	f, err := os.Create(name)
	w.good(err)
	defer f.Close()
	for _, at := range []int64{0, 300 << 20, 1<<30 - 5} {
		_, err := f.WriteAt([]byte("datum"), at)
		w.good(err)
	}
}

// facts are what an entry is, read by other calls than the package uses.
type facts struct {
	Mode, UID, GID uint32
	Size, Blocks   int64
	Modified       unix.Timespec
	Link, Text     string
	Attributes     string
	Same           string // the first name of the same inode
}

// factsOf reads a tree by paths.
func factsOf(t testing.TB, top string) map[string]facts {
	t.Helper()
	all, first := map[string]facts{}, map[uint64]string{}
	err := filepath.WalkDir(top, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var s unix.Stat_t
		if err := unix.Lstat(name, &s); err != nil {
			return err
		}
		inside := strings.TrimPrefix(name, top)
		f := facts{Mode: s.Mode, UID: s.Uid, GID: s.Gid, Modified: s.Mtim, Attributes: attributesOf(t, name)}
		switch {
		case d.Type()&os.ModeSymlink != 0:
			f.Link, err = os.Readlink(name)
		case d.Type().IsRegular():
			f.Size = s.Size
			if s.Size < 1<<20 {
				var text []byte
				text, err = os.ReadFile(name)
				f.Text = string(text)
			} else {
				f.Blocks = s.Blocks
			}
			if first[s.Ino] == "" {
				first[s.Ino] = inside
			}
			f.Same = first[s.Ino]
		}
		all[inside] = f
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func attributesOf(t testing.TB, name string) string {
	t.Helper()
	list := make([]byte, 4096)
	n, err := unix.Llistxattr(name, list)
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Split(strings.TrimSuffix(string(list[:n]), "\x00"), "\x00")
	slices.Sort(names)
	var b strings.Builder
	for _, attribute := range names {
		if attribute == "" {
			continue
		}
		value := make([]byte, 4096)
		n, err := unix.Lgetxattr(name, attribute, value)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s=%q ", attribute, value[:n])
	}
	return b.String()
}
