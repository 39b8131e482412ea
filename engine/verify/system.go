package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	securejoin "github.com/cyphar/filepath-securejoin"
	"golang.org/x/sys/unix"
)

const (
	profile = "/nix/var/nix/profiles/system"
	store   = "/nix/store/"
	mark    = "/etc/NIXOS" // nixos-install makes it; without it nothing is ever activated
)

// systemJob looks at what nixos-install built.
func systemJob(ctx context.Context, in Input) []Check {
	m := in.Mounted
	return []Check{
		judge(ctx, "installed system", "lethe", m.system),
		judge(ctx, "mark of a NixOS system", "lethe", func() (string, error) {
			info, err := os.Lstat(m.path(mark))
			if err == nil && !info.Mode().IsRegular() {
				err = fmt.Errorf("%s is no file", mark)
			}
			return mark + " is there", err
		}),
	}
}

// system follows the profile to a system that can be started and switched to.
func (m *Mounted) system() (string, error) {
	found, err := m.resolve(profile)
	if err != nil {
		return "", fmt.Errorf("%s leads nowhere: %w", profile, err)
	}
	if !strings.HasPrefix(found, store) {
		return "", fmt.Errorf("%s leads to %s, which is not in the store", profile, found)
	}
	if _, err := m.resolve(path.Join(found, "init")); err != nil {
		return "", fmt.Errorf("%s has no init: %w", found, err)
	}
	_, activate := m.resolve(path.Join(found, "activate"))
	_, toggle := m.resolve(path.Join(found, "bin/switch-to-configuration"))
	if activate != nil && toggle != nil {
		return "", fmt.Errorf("%s can be neither activated nor switched to: %w", found, errors.Join(activate, toggle))
	}
	return found, nil
}

// resolve follows a path of the installed system to what it leads to there, links to absolute paths included. It gives the path as
// the installed system will see it.
func (m *Mounted) resolve(inside string) (string, error) {
	found, err := securejoin.SecureJoin(m.Root, inside)
	if err == nil {
		_, err = os.Lstat(found)
	}
	if err != nil {
		return "", err
	}
	return "/" + strings.TrimPrefix(strings.TrimPrefix(found, filepath.Clean(m.Root)), "/"), nil
}

// repoJob looks at the installed configuration.
func repoJob(ctx context.Context, in Input) []Check {
	m := in.Mounted
	checks := configuration(ctx, in.Tools, m.repo(), in.Configuration, m.Lock)
	return append(checks, judge(ctx, "owner of the configuration", "lethe", func() (string, error) {
		return fmt.Sprintf("everything belongs to user %d, who can change it", m.Owner), m.handedOver()
	}))
}

// handedOver makes sure that everything in the repository, git's own files included, belongs to its owner.
func (m *Mounted) handedOver() error {
	var others []string
	err := filepath.WalkDir(m.repo(), func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var stat unix.Stat_t
		if err := unix.Lstat(name, &stat); err != nil {
			return fmt.Errorf("cannot find the owner of %s: %w", name, err)
		}
		if int64(stat.Uid) != int64(m.Owner) {
			others = append(others, fmt.Sprintf("%s (user %d)", strings.TrimPrefix(name, m.Root), stat.Uid))
		}
		return nil
	})
	if err == nil && len(others) > 0 {
		err = fmt.Errorf("not everything belongs to user %d: %s", m.Owner, list(others))
	}
	return err
}
