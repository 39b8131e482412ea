package tool

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"lethe/engine/command"
)

// TestMountsThatWaitForNoDisk makes both kinds with and without the program, in a namespace of its own, and wants the kernel to show the same.
func TestMountsThatWaitForNoDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount")
	}
	folder := t.TempDir()
	at, from := filepath.Join(folder, "a b"), filepath.Join(folder, "from")
	if err := errors.Join(os.Mkdir(at, 0o700), os.Mkdir(from, 0o700), os.WriteFile(filepath.Join(from, "file"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []command.Command{command.MountTmpfs(at), command.Bind(from, at)} {
		var shown []mountinfo.Info
		for _, program := range []bool{true, false} {
			one := c
			if program {
				one.Env = []string{"NOTHING=1"} // not the command that is known, so the program runs
			}
			_, err := Exec{}.Run(t.Context(), Call{Command: one})
			if errors.Is(err, unix.EPERM) || program && err != nil {
				t.Skip("this kernel lets nobody mount here: ", err)
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
	for c, want := range map[string]error{"tmpfs": unix.ENOENT, "bind": unix.ENOENT} {
		call := Call{Command: command.MountTmpfs(folder + "/none")}
		if c == "bind" {
			call = Call{Command: command.Bind(folder+"/none", at)}
		}
		_, err := Exec{}.Run(t.Context(), call)
		var failed *Error
		if !errors.Is(err, want) || !errors.As(err, &failed) || failed.Exit != mountFailed {
			t.Errorf("%s: %v", c, err)
		}
	}
}

// TestOnlyKnownMountsAreMadeHere leaves what has to wait for a disk, and what was cancelled, alone.
func TestOnlyKnownMountsAreMadeHere(t *testing.T) {
	for _, c := range []command.Command{
		command.Mount("ext4", "/dev/x", "/mnt"), command.LookExt4("/dev/x", "/mnt"), command.Unmount("/mnt"),
		command.New("mount", "--rbind", "/a", "/b"), command.New("mount", "--bind", "-o", "ro", "/a", "/b"), command.New("mount"),
	} {
		if known, err := bind(t.Context(), c); known || err != nil {
			t.Errorf("%v: %v %v", c, known, err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(syscall.ECANCELED)
	if known, err := bind(ctx, command.Bind("/proc", "/nowhere")); !known || !errors.Is(err, syscall.ECANCELED) {
		t.Errorf("%v %v", known, err)
	}
}
