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
	"golang.org/x/sys/unix"

	"lethe/engine/secret"
)

// Mounted is an installed system that is still mounted, and what it was to become.
type Mounted struct {
	Root string // where it is mounted: "/mnt"
	// Binds are the system's kept folders as it will see them ("/var/log"); each must be a bind mount from the nix file system.
	Binds []string
	Users []User // whose passwords were typed
	Owner int    // uid that the configuration was handed to
	// Lock is the flake.lock that was fetched during the installation: the only difference from the reviewed configuration that is
	// allowed. Nil allows none.
	Lock []byte
	// Erased are the partitions of the table that was there before, for entries of the firmware that lead nowhere now.
	Erased []Erased

	machine string // the folder that has proc and sys in it; empty is this machine
}

// User is somebody who logs in with a password.
type User struct {
	Name string
	// Password is what was typed. Nil leaves the proof of it out, and the report says so.
	Password *secret.Secret
}

// Erased is a partition that is no more.
type Erased struct {
	PartUUID string
	Label    string // GPT partition name
	Type     string // GPT type GUID
}

// path is a path of the installed system as this one sees it. Links are not followed.
func (m *Mounted) path(inside string) string { return filepath.Join(m.Root, inside) }

// repo is the folder of the installed configuration.
func (m *Mounted) repo() string { return m.path("/etc/nixos") }

// mounts are all mounts that this process sees.
func (m *Mounted) mounts() ([]*mountinfo.Info, error) {
	f, err := os.Open(m.machine + "/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("cannot read what is mounted: %w", err)
	}
	defer f.Close()
	infos, err := mountinfo.GetMountsFromReader(f, nil)
	if err != nil {
		return nil, fmt.Errorf("cannot read what is mounted: %w", err)
	}
	return infos, nil
}

// block is the folder in sysfs of a block device that tools know by a path. Of one in a folder of /dev (cciss/c0d0) the kernel writes / as !.
func (m *Mounted) block(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	name, ok := strings.CutPrefix(path, m.machine+"/dev/")
	if !ok {
		name = filepath.Base(path)
	}
	return filepath.Join(m.machine+"/sys/class/block", strings.ReplaceAll(name, "/", "!"))
}

// number is the major:minor of a block device.
func (m *Mounted) number(block string) (string, error) {
	text, err := os.ReadFile(filepath.Join(block, "dev"))
	if err != nil {
		return "", fmt.Errorf("cannot find device: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// mapping is the folder in sysfs of a mapping of device-mapper, by its own name.
func (m *Mounted) mapping(name string) (string, error) {
	folders, err := filepath.Glob(m.machine + "/sys/class/block/dm-*")
	if err != nil {
		return "", fmt.Errorf("cannot find mapping %s: %w", name, err)
	}
	for _, folder := range folders {
		if text, err := os.ReadFile(filepath.Join(folder, "dm/name")); err == nil && strings.TrimSuffix(string(text), "\n") == name {
			return folder, nil
		}
	}
	return "", fmt.Errorf("cannot find mapping %s: %w", name, fs.ErrNotExist)
}

// below gives the numbers of a block device and of all that it is built on.
func (m *Mounted) below(block string) ([]string, error) {
	number, err := m.number(block)
	if err != nil {
		return nil, err
	}
	numbers := []string{number}
	slaves, err := os.ReadDir(filepath.Join(block, "slaves"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot find what %s is built on: %w", filepath.Base(block), err)
	}
	for _, slave := range slaves {
		under, err := m.below(filepath.Join(filepath.Dir(block), slave.Name()))
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, under...)
	}
	return numbers, nil
}

// judge makes a check that no outside program makes. A cancelled one fails with the cause.
func judge(ctx context.Context, name, by string, look func() (seen string, err error)) Check {
	if err := context.Cause(ctx); err != nil {
		return result(name, by, "", err)
	}
	seen, err := look()
	return result(name, by, seen, err)
}

// owned compares owner, group and mode of what is at a path, links not followed. Mode holds the type too.
func owned(path string, mode fs.FileMode) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("cannot find it: %w", err)
	}
	problems := []error{moded(info, mode)}
	var stat unix.Stat_t
	if err := unix.Lstat(path, &stat); err != nil {
		problems = append(problems, fmt.Errorf("cannot find its owner: %w", err))
	} else if stat.Uid != 0 || stat.Gid != 0 {
		problems = append(problems, fmt.Errorf("it belongs to %d:%d instead of 0:0", stat.Uid, stat.Gid))
	}
	return errors.Join(problems...)
}

// moded compares type and mode.
func moded(info fs.FileInfo, mode fs.FileMode) error {
	if is := info.Mode(); is != mode {
		return fmt.Errorf("its mode is %s instead of %s", is, mode)
	}
	return nil
}

// list joins at most a few names.
func list(names []string) string {
	const most = 3
	if more := len(names) - most; more > 0 {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
