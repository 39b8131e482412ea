package step

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/secret"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// wreck is a played machine with an installed system to rescue.
type wreck struct {
	t       *testing.T
	root    string
	tools   *tooltest.Runner
	mounts  []string
	mappers []string
	notes   []string
	fails   string // the start of a command that fails
	stop    context.CancelFunc
	rescue  Rescue
}

func newWreck(t *testing.T) *wreck {
	t.Helper()
	w := &wreck{t: t, root: t.TempDir(), tools: tooltest.New()}
	for _, folder := range []string{
		plan.RunDir, plan.Persist + "/etc/nixos", plan.Persist + "/var/log", plan.Persist + "/var/lib/nixos", plan.Persist + "/home/ada/Documents",
	} {
		if err := os.MkdirAll(w.root+folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w.tools.On(w.play, "cryptsetup", "e2fsck", "fsck.vfat", "mount", "sync", "umount")
	passphrase := secret.New([]byte(plantest.Passphrase))
	t.Cleanup(passphrase.Wipe)
	w.rescue = Rescue{
		Machine: w.machine(), ESP: "/dev/played1", Nix: "/dev/played3", Encrypted: true, Passphrase: passphrase,
		Recognise: func(string) error { return nil },
		Keeps: func(string) []string {
			return []string{"/var/log", "/etc/nixos", "/var/lib/nixos", "/home/ada/Documents"}
		},
		Say: func(format string, args ...any) { w.notes = append(w.notes, fmt.Sprintf(format, args...)) },
	}
	return w
}

// machine is what a new process knows of it.
func (w *wreck) machine() *Machine {
	return &Machine{
		Chroot: w.root, Tools: w.tools, Record: w.root + plan.RunDir + "/held.json",
		Mounts: func(below string) ([]string, error) {
			return slices.DeleteFunc(slices.Clone(w.mounts), func(at string) bool { return at != below && !strings.HasPrefix(at, below+"/") }), nil
		},
		Opened: func(name string) (bool, error) { return slices.Contains(w.mappers, name), nil },
	}
}

// play does what a program would do, as far as a rescue can tell.
func (w *wreck) play(ctx context.Context, call tool.Call) (tool.Result, error) {
	c := call.Command
	last := c.Args[len(c.Args)-1]
	line := c.Name + " " + strings.Join(c.Args, " ")
	if w.fails != "" && strings.HasPrefix(line, w.fails) {
		if w.stop != nil {
			w.stop()
		}
		return tooltest.Fails(4, "it is broken")(ctx, call)
	}
	switch {
	case c.Name == "cryptsetup" && c.Args[0] == "open":
		if string(call.Secret.Bytes()) != plantest.Passphrase {
			return tool.Result{}, &tool.Error{Command: c, Exit: 2, Cause: tool.ErrPassphrase}
		}
		w.mappers = append(w.mappers, last)
	case c.Name == "cryptsetup":
		w.mappers = slices.DeleteFunc(w.mappers, func(name string) bool { return name == last })
	case c.Name == "mount":
		w.mounts = append(w.mounts, last)
		w.noted(last)
	case c.Name == "umount":
		if i := len(w.mounts) - 1; i < 0 || w.mounts[i] != last {
			return tool.Result{}, fmt.Errorf("umount %s, but mounted are %v", last, w.mounts)
		}
		w.mounts = w.mounts[:len(w.mounts)-1]
	}
	return tool.Result{}, nil
}

// noted fails when something is mounted that the record does not cover: after a kill nobody would let go of it.
func (w *wreck) noted(at string) {
	text, err := os.ReadFile(w.root + plan.RunDir + "/held.json")
	top := plan.Root
	if at == plan.Look {
		top = plan.Look
	}
	if err != nil || !strings.Contains(string(text), `"`+top+`"`) || !strings.Contains(string(text), layout.Mapper) {
		w.t.Errorf("mounted %s while the record said %s, %v", at, text, err)
	}
}

// lines are the programs that were run, without what only looks whether they are there.
func (w *wreck) lines() []string {
	var list []string
	for _, c := range w.tools.Calls() {
		list = append(list, c.Name+" "+strings.Join(c.Args, " "))
	}
	return list
}

// nothingHeld fails unless everything is let go of.
func (w *wreck) nothingHeld() {
	w.t.Helper()
	if len(w.mounts)+len(w.mappers) > 0 {
		w.t.Errorf("mounted %v, opened %v", w.mounts, w.mappers)
	}
	for _, left := range []string{plan.RunDir + "/held.json", plan.Temp} {
		if _, err := os.Lstat(w.root + left); !errors.Is(err, os.ErrNotExist) {
			w.t.Errorf("%s is still there: %v", left, err)
		}
	}
}

func TestRescue(t *testing.T) {
	w := newWreck(t)
	kept, err := w.rescue.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"/etc/nixos", "/home/ada/Documents", "/var/lib/nixos", "/var/log"}; !slices.Equal(kept, want) || len(w.notes) > 0 {
		t.Errorf("kept %q, said %q", kept, w.notes)
	}
	want := []string{
		"cryptsetup open --type luks2 --key-file=- /dev/played3 crypted",
		"mount -t ext4 -o ro,noload,nosuid,nodev,noexec /dev/mapper/crypted /run/lethe/look", "umount /run/lethe/look",
		"e2fsck -f -n /dev/mapper/crypted", "fsck.vfat -n /dev/played1",
		"mount -t tmpfs -o mode=755 tmpfs /mnt", "mount -t ext4 /dev/mapper/crypted /mnt/nix", "mount -t vfat -o umask=0077 /dev/played1 /mnt/boot",
		"mount --bind /mnt/nix/persist/etc/nixos /mnt/etc/nixos", "mount --bind /mnt/nix/persist/home/ada/Documents /mnt/home/ada/Documents",
		"mount --bind /mnt/nix/persist/var/lib/nixos /mnt/var/lib/nixos", "mount --bind /mnt/nix/persist/var/log /mnt/var/log",
	}
	if got := w.lines(); !slices.Equal(got, want) {
		t.Errorf("ran\n%s", strings.Join(got, "\n"))
	}
	if info, err := os.Stat(w.root + plan.Temp); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the scratch of nixos-install: %v, %v", info, err)
	}
	if _, err := os.Stat(w.root + plan.Root + "/etc/NIXOS"); err != nil { // nixos-enter wants it
		t.Error(err)
	}
	if _, err := (Rescue{Machine: w.machine()}).Open(t.Context()); err == nil || !strings.Contains(err.Error(), "what is mounted at /mnt is held already; let go of it with lethe-engine unmount") {
		t.Errorf("a second one: %v", err)
	}

	before := len(w.lines())
	released, err := w.machine().Close(t.Context())
	if err != nil || len(released) != 2 {
		t.Errorf("released %q: %v", released, err)
	}
	w.nothingHeld()
	after := w.lines()[before:]
	if after[0] != "sync --file-system /mnt/nix" || after[len(after)-1] != "cryptsetup close crypted" {
		t.Errorf("let go by\n%s", strings.Join(after, "\n"))
	}
	if released, err := w.machine().Close(t.Context()); err != nil || len(released) > 0 || len(w.lines()) != before+len(after) {
		t.Errorf("once more: %q, %v", released, err)
	}
}

func TestRescueThatOnlyReads(t *testing.T) {
	w := newWreck(t)
	w.rescue.ReadOnly, w.fails = true, "e2fsck"
	if _, err := w.rescue.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, line := range w.lines() {
		if strings.HasPrefix(line, "cryptsetup open") && !strings.Contains(line, "--readonly") || strings.HasPrefix(line, "mount") && strings.Contains(line, "/dev/") && !strings.Contains(line, " ro,") {
			t.Errorf("ran %s", line)
		}
	}
	if _, err := os.Lstat(w.root + plan.Temp); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a scratch was made: %v", err)
	}
	if len(w.notes) != 1 || !strings.Contains(w.notes[0], "its check did not pass. Copy what you need before you repair it") || !strings.Contains(w.notes[0], "it is broken") {
		t.Errorf("said %q", w.notes)
	}
	if _, err := w.machine().Close(t.Context()); err != nil {
		t.Error(err)
	}
	w.nothingHeld()
}

func TestRescueLetsGoOfWhatItCannotOpen(t *testing.T) {
	for name, row := range map[string]struct {
		spoil func(w *wreck)
		says  string
		runs  int // programs before it gave up
	}{
		"wrong passphrase": {func(w *wreck) { w.rescue.Passphrase = secret.New([]byte("another")) }, "wrong passphrase; type the one", 1},
		"not recognised": {func(w *wreck) {
			w.rescue.Recognise = func(string) error { return errors.New("it carries no system by Lethe") }
		}, "carries no system", 4},
		"cannot be looked into":     {func(w *wreck) { w.fails = "mount -t ext4 -o ro" }, "cannot look into /dev/mapper/crypted", 3},
		"damaged":                   {func(w *wreck) { w.fails = "e2fsck" }, "mount --read-only, then repair /dev/mapper/crypted with e2fsck -f", 5},
		"no tmpfs":                  {func(w *wreck) { w.fails = "mount -t tmpfs" }, "cannot mount /mnt", 7},
		"no nix":                    {func(w *wreck) { w.fails = "mount -t ext4 /dev/mapper" }, "cannot mount /mnt/nix", 9},
		"no ESP":                    {func(w *wreck) { w.fails = "mount -t vfat" }, "cannot mount /mnt/boot", 11},
		"a folder cannot be shown":  {func(w *wreck) { w.fails = "mount --bind /mnt/nix/persist/var/lib" }, "cannot mount /mnt/var/lib/nixos", 17},
		"the mapping is somebody's": {func(w *wreck) { w.rescue.Machine.Opened = func(string) (bool, error) { return true, nil } }, "crypted is there already and somebody else's", 0},
		"something is at the root": {func(w *wreck) {
			w.rescue.Machine.Mounts = func(string) ([]string, error) { return []string{"/mnt/usb"}, nil }
		}, "something is mounted at /mnt/usb", 0},
		"programs are missing": {func(w *wreck) { w.tools.Lack("e2fsck", "umount") }, "programs are missing: e2fsck, umount", 0},
		"an evil record": {func(w *wreck) {
			if err := os.WriteFile(w.rescue.Machine.Record, []byte(`[{"kind":"tree","name":"/"}]`), 0o600); err != nil {
				w.t.Fatal(err)
			}
		}, `it names "/"`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWreck(t)
			row.spoil(w)
			kept, err := w.rescue.Open(t.Context())
			if err == nil || !strings.Contains(err.Error(), row.says) || kept != nil {
				t.Errorf("kept %q: %v", kept, err)
			}
			if got := w.lines(); len(got) != row.runs {
				t.Errorf("ran %d programs:\n%s", len(got), strings.Join(got, "\n"))
			}
			if name != "an evil record" {
				w.nothingHeld()
			}
		})
	}
}

func TestRescueThatIsCancelled(t *testing.T) {
	for _, at := range []string{"cryptsetup open", "mount -t ext4 -o ro", "e2fsck", "fsck.vfat", "mount -t tmpfs", "mount --bind"} {
		w := newWreck(t)
		ctx, cancel := context.WithCancel(t.Context())
		w.fails, w.stop = at, cancel
		if _, err := w.rescue.Open(ctx); err == nil {
			t.Errorf("%s: it went on", at)
		}
		w.nothingHeld()
	}
}

func TestRescueAfterAPowerCut(t *testing.T) {
	const says = "Warning: skipping journal recovery because doing a read-only filesystem check.\nFree blocks count wrong"
	for _, readOnly := range []bool{false, true} {
		w := newWreck(t)
		w.rescue.ReadOnly = readOnly
		w.tools.On(tooltest.Fails(4, says), "e2fsck").On(tooltest.Fails(1, "Dirty bit is set."), "fsck.vfat")
		if _, err := w.rescue.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(w.notes) != 2 || !strings.Contains(w.notes[0], "was not unmounted last time") || !strings.Contains(w.notes[1], "fsck.vfat -a /dev/played1") {
			t.Errorf("said %q", w.notes)
		}
	}
}

// TestRescueShowsOnlyWhatIsThere gives names of kept folders that lead elsewhere.
func TestRescueShowsOnlyWhatIsThere(t *testing.T) {
	w := newWreck(t)
	persist, outside := w.root+plan.Persist, t.TempDir()
	if err := errors.Join(os.Mkdir(outside+"/sub", 0o700), os.Symlink("/etc", persist+"/link"), os.Symlink(outside, persist+"/home/ada/link"), os.WriteFile(persist+"/file", nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	w.rescue.Keeps = func(string) []string {
		return []string{"/link", "/home/ada/link/sub", "/home/ada/link", "/file", "/gone", "/", "", "relative", "/var/log/../../etc", "/nix/store", "/boot", "/var/log/journal", "/var/log", "/var/log"}
	}
	kept, err := w.rescue.Open(t.Context())
	if err != nil || !slices.Equal(kept, []string{"/var/log"}) {
		t.Errorf("kept %q: %v", kept, err)
	}
	if says := strings.Join(w.notes, "\n"); len(w.notes) != 9 || !strings.Contains(says, "/home/ada/link/sub is not shown at its place: a link lies on the way to it") {
		t.Errorf("said %s", says)
	}
}

// TestRescueOfARealFileSystem has the real e2fsck and fsck.vfat say what a power cut and damage look like.
func TestRescueOfARealFileSystem(t *testing.T) {
	folder := t.TempDir()
	esp, clean := filepath.Join(folder, "esp"), filepath.Join(folder, "clean")
	for path, made := range map[string]command.Command{
		esp: command.MakeFAT(esp, "BOOT", "ABCD-1234", 512), clean: command.MakeExt4(clean, "nixos", "11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-555555555555", 0),
	} {
		plantest.Run(t, command.Allocate(path, 64<<20))
		plantest.Run(t, made)
	}
	for name, row := range map[string]struct {
		spoil string // for debugfs
		notes int
		fails bool
	}{
		"clean":           {"stats -h", 0, false},
		"a power cut":     {"feature needs_recovery", 1, false},
		"a damaged inode": {"clri <2>", 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWreck(t)
			w.tools.On(tool.Exec{}.Run, "e2fsck", "fsck.vfat")
			path := filepath.Join(t.TempDir(), "nix")
			plantest.Run(t, command.New("cp", "--sparse=always", clean, path))
			plantest.Run(t, command.New("debugfs", "-w", "-R", row.spoil, path))
			before := plantest.Digest(t, path)
			w.rescue.ESP, w.rescue.Nix, w.rescue.Encrypted = esp, path, false
			err := w.rescue.check(t.Context(), path)
			if (err != nil) != row.fails || len(w.notes) != row.notes {
				t.Errorf("%v, said %q", err, w.notes)
			}
			if plantest.Digest(t, path) != before {
				t.Error("the check wrote")
			}
		})
	}
}
