package tool

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"lethe/engine/command"
)

// loop puts an image of a file system behind a loop device.
func loop(t *testing.T, mkfs ...string) string {
	t.Helper()
	image := filepath.Join(t.TempDir(), "image")
	err := errors.Join(os.WriteFile(image, nil, 0o600), os.Truncate(image, 64<<20))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(mkfs[0], append(mkfs[1:], image)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := exec.Command("losetup", "--find", "--show", image).CombinedOutput()
	if err != nil {
		t.Skipf("this kernel gives nobody a loop device here: %s", out)
	}
	device := strings.TrimSpace(string(out))
	t.Cleanup(func() { _ = exec.Command("losetup", "--detach", device).Run() })
	return device
}

// TestMounts makes every kind of an installation with and without the program, and wants the kernel to show the same.
func TestMounts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount")
	}
	folder := t.TempDir()
	at, from := filepath.Join(folder, "a b"), filepath.Join(folder, "from")
	if err := errors.Join(os.Mkdir(at, 0o700), os.Mkdir(from, 0o700), os.WriteFile(filepath.Join(from, "file"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	linked := filepath.Join(folder, "linked")
	if err := os.Symlink(loop(t, "mkfs.fat", "-F", "32"), linked); err != nil {
		t.Fatal(err)
	}
	for _, c := range []command.Command{
		command.MountTmpfs(at), command.Bind(from, at), command.Mount("ext4", loop(t, "mkfs.ext4", "-q"), at), command.Mount("vfat", linked, at, command.ESPOptions),
	} {
		t.Run(strings.Join(c.Args, " "), func(t *testing.T) { sameMount(t, c, at) })
	}
	for _, c := range []command.Command{
		command.MountTmpfs(folder + "/none"), command.Bind(folder+"/none", at), command.Mount("ext4", folder+"/none", at),
		command.Mount("vfat", linked, folder+"/none", command.ESPOptions),
	} {
		_, err := Exec{}.Run(t.Context(), Call{Command: c})
		var failed *Error
		if !errors.Is(err, unix.ENOENT) || !errors.As(err, &failed) || failed.Exit != mountFailed {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// sameMount makes a mount with and without the program.
func sameMount(t *testing.T, c command.Command, at string) {
	var shown []mountinfo.Info
	for _, program := range []bool{true, false} {
		one := c
		if program {
			one.Env = []string{"NOTHING=1"} // not the command that is known, so the program runs
		}
		_, err := Exec{}.Run(t.Context(), Call{Command: one})
		if errors.Is(err, unix.EPERM) || program && err != nil {
			t.Skip("this kernel lets nobody mount that here: ", err)
		}
		if err != nil {
			t.Fatal(err)
		}
		list, err := mountinfo.GetMounts(mountinfo.SingleEntryFilter(at))
		if err = errors.Join(err, unix.Unmount(at, 0)); err != nil || len(list) != 1 {
			t.Fatalf("%v: %d mounts, %v", one, len(list), err)
		}
		list[0].ID, list[0].Major, list[0].Minor = 0, 0, 0
		shown = append(shown, *list[0])
	}
	if shown[0] != shown[1] {
		t.Errorf("the program makes\n%+v\nand here it is\n%+v", shown[0], shown[1])
	}
}

// TestMountThatHangs is left alone once it was cancelled and had its grace.
func TestMountThatHangs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, over := patiently(ctx, make(chan error)); over {
		t.Error("it is over")
	}
	done := make(chan error, 1)
	done <- unix.EIO
	if err, over := patiently(ctx, done); !over || !errors.Is(err, unix.EIO) {
		t.Errorf("%v %v", err, over)
	}
}

// TestOnlyKnownMountsAreMadeHere leaves every other mount, and what was cancelled, alone.
func TestOnlyKnownMountsAreMadeHere(t *testing.T) {
	for _, c := range []command.Command{
		command.Mount("ext4", "/dev/x", "/mnt", "ro"), command.Mount("xfs", "/dev/x", "/mnt"), command.Mount("vfat", "/dev/x", "/mnt", "umask=0"), command.LookExt4("/dev/x", "/mnt"), command.Unmount("/mnt"),
		command.New("mount", "--rbind", "/a", "/b"), command.New("mount", "--bind", "-o", "ro", "/a", "/b"), command.New("mount"),
	} {
		if known, err := mount(t.Context(), c); known || err != nil {
			t.Errorf("%v: %v %v", c, known, err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(syscall.ECANCELED)
	if known, err := mount(ctx, command.Bind("/proc", "/nowhere")); !known || !errors.Is(err, syscall.ECANCELED) {
		t.Errorf("%v %v", known, err)
	}
}
