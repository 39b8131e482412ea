package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"

	"lethe/engine/flake"
	"lethe/engine/layout"
	"lethe/engine/target"
)

const mountTable = "/proc/self/mountinfo"

// place is where something must be mounted, once.
type place struct {
	at     string // as this system sees it
	fsType string
	number string // major:minor; empty for one without a device
	root   string // what of the file system is seen there
}

// mountsJob looks at every mount of the installed system.
func mountsJob(ctx context.Context, in Input) []Check {
	m := in.Mounted
	infos, mountsErr := m.mounts()
	esp, espErr := partitionNumber(ctx, in, layout.ESP)
	nix, nixErr := nixNumber(ctx, in)
	checks := []Check{
		judge(ctx, "mount of /", mountTable, func() (string, error) {
			err := errors.Join(mountsErr, place{m.Root, "tmpfs", "", "/"}.in(infos), owned(m.Root, fs.ModeDir|0o755))
			return "a tmpfs of root's, mode 0755", err
		}),
		judge(ctx, "mount of /boot", mountTable, func() (string, error) {
			at := m.path("/boot")
			err := errors.Join(mountsErr, espErr, place{at, "vfat", esp, "/"}.in(infos), folderMode(at, 0o700))
			return "the EFI system partition (" + esp + "), mode 0700", err
		}),
		judge(ctx, "mount of /nix", mountTable, func() (string, error) {
			err := errors.Join(mountsErr, nixErr, place{m.path("/nix"), "ext4", nix, "/"}.in(infos))
			return "the nix file system (" + nix + ")", err
		}),
	}
	inside := strings.TrimPrefix(flake.Storage, "/nix")
	for _, bind := range m.Binds {
		checks = append(checks, judge(ctx, "mount of "+bind, mountTable, func() (string, error) {
			root := filepath.Join(inside, bind)
			err := errors.Join(mountsErr, nixErr, place{m.path(bind), "ext4", nix, root}.in(infos))
			return "kept in " + filepath.Join(flake.Storage, bind), err
		}))
	}
	return append(checks, judge(ctx, "swap is not in use", "/proc/swaps", func() (string, error) {
		return "the system that installs does not swap on this disk", unswapped(ctx, in)
	}))
}

// in looks for the place among the mounts.
func (p place) in(infos []*mountinfo.Info) error {
	var here []*mountinfo.Info
	for _, info := range infos {
		if info.Mountpoint == p.at {
			here = append(here, info)
		}
	}
	if len(here) == 0 {
		return fmt.Errorf("nothing is mounted on %s", p.at)
	}
	if len(here) > 1 {
		return fmt.Errorf("%s is mounted %d times", p.at, len(here))
	}
	var problems []error
	differ := func(what, planned, is string) {
		if planned != is {
			problems = append(problems, fmt.Errorf("%s is %s instead of %s", what, is, planned))
		}
	}
	differ("its file system", p.fsType, here[0].FSType)
	if p.number != "" {
		differ("its device", p.number, fmt.Sprintf("%d:%d", here[0].Major, here[0].Minor))
	}
	differ("the folder shown there", p.root, here[0].Root)
	return errors.Join(problems...)
}

// folderMode compares a folder's mode as users would see it.
func folderMode(path string, mode fs.FileMode) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("cannot find it: %w", err)
	}
	return moded(info, fs.ModeDir|mode)
}

// partitionNumber is the device number of a partition.
func partitionNumber(ctx context.Context, in Input, role layout.Role) (number string, err error) {
	p, ok := in.Layout.Find(role)
	if !ok {
		return "", errors.New("the layout has no such partition")
	}
	reached := in.Target.Partition(ctx, p, target.Reading, func(path string) error {
		number, err = in.Mounted.number(in.Mounted.block(path))
		return err
	})
	return number, reached
}

// nixNumber is the device number of what carries the nix file system: the opened container, or the partition.
func nixNumber(ctx context.Context, in Input) (string, error) {
	if in.Layout.LUKS == nil {
		return partitionNumber(ctx, in, layout.Nix)
	}
	block, err := in.Mounted.mapping(in.Layout.LUKS.Mapper)
	if err != nil {
		return "", err
	}
	return in.Mounted.number(block)
}

// unswapped makes sure that no swap area lies on the disk or in the installed system.
func unswapped(ctx context.Context, in Input) error {
	m := in.Mounted
	text, err := os.ReadFile(m.machine + "/proc/swaps")
	if err != nil {
		return fmt.Errorf("cannot read what is swapped on: %w", err)
	}
	var ours []string
	for _, p := range in.Layout.Partitions {
		number, err := partitionNumber(ctx, in, p.Role)
		if err != nil {
			return err
		}
		ours = append(ours, number)
	}
	lines := strings.Split(string(text), "\n")
	for _, line := range lines[1:] { // below a heading
		area, kind := swapArea(line)
		switch {
		case area == "":
		case kind == "file" && strings.HasPrefix(area, m.Root+"/"):
			return fmt.Errorf("the system swaps on %s; switch it off with swapoff", area)
		case kind == "partition":
			numbers, err := m.below(m.block(area))
			if err != nil {
				return fmt.Errorf("the system swaps on %s: %w", area, err)
			}
			if slices.ContainsFunc(numbers, func(n string) bool { return slices.Contains(ours, n) }) {
				return fmt.Errorf("the system swaps on %s, which lies on this disk; switch it off with swapoff", area)
			}
		}
	}
	return nil
}

// swapArea reads a line of /proc/swaps: path and kind, white space in the path as three octal digits.
func swapArea(line string) (path, kind string) {
	fields := strings.FieldsFunc(line, blank)
	if len(fields) < 2 {
		return "", ""
	}
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	return unescape.Replace(fields[0]), fields[1]
}

// blank tells what stands between the kernel's fields. It escapes these two in a name, and leaves every other kind of space as it is.
func blank(r rune) bool { return r == ' ' || r == '\t' }
