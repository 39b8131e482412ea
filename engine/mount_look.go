package engine

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	securejoin "github.com/cyphar/filepath-securejoin"
	"golang.org/x/sys/unix"

	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/run"
)

// looking is what is learned of an installed system from within.
type looking struct {
	disk     device.Disk
	esp, nix device.Partition
	say      func(text string)

	planned *plan.Plan // that the system was installed by, on these very partitions
	host    string
}

// recognise looks, in the nix file system, for the plan of the installation and for the configuration. One of them has to be there.
func (l *looking) recognise(nix string) error {
	p, err := run.KeptPlan(nix)
	if err == nil {
		err = l.madeBy(p)
	}
	switch {
	case err == nil:
		l.planned, l.host = &p, p.HostName()
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		l.say(fmt.Sprintf("The plan of the installation that is on the disk is left aside: %v", err))
	}
	return l.configuration(nix)
}

// madeBy tells whether the plan is the one that made the partitions.
func (l *looking) madeBy(p plan.Plan) error {
	for _, part := range []struct {
		role layout.Role
		is   device.Partition
	}{{layout.ESP, l.esp}, {layout.Nix, l.nix}} {
		if was, ok := p.Layout.Find(part.role); !ok || !strings.EqualFold(was.PartUUID, part.is.PartUUID) {
			return fmt.Errorf("its %s partition has another PARTUUID; the disk was copied or partitioned anew since", part.role)
		}
	}
	if luks := p.Layout.LUKS; luks != nil && !strings.EqualFold(luks.UUID, l.nix.Content.UUID) {
		return errors.New("its LUKS container has another UUID; it was encrypted anew since")
	}
	return nil
}

// configuration looks for the folder in which the system's configuration is kept.
func (l *looking) configuration(nix string) error {
	folder := strings.TrimPrefix(flake.Storage, "/nix/") + "/etc/nixos"
	root, err := os.OpenRoot(nix)
	if err != nil {
		return err
	}
	defer root.Close()
	info, err := root.Lstat(folder)
	if err == nil && !info.IsDir() {
		err = errors.New("it is no folder")
	}
	if err != nil {
		return fmt.Errorf("it carries no system by Lethe: there is no configuration in %s (%w)", folder, err)
	}
	return nil
}

// profile leads to the newest generation of an installed system.
const profile = "/nix/var/nix/profiles/system"

// keeps gives the folders that the system keeps: as its newest generation says, else as its plan says, else those that every one keeps.
func (l *looking) keeps(root string) []string {
	if name, err := inside(root, profile+"/etc/hostname"); err == nil && hostName.MatchString(strings.TrimSpace(string(name))) {
		l.host = strings.TrimSpace(string(name))
	}
	text, err := inside(root, profile+flake.KeptFile)
	if err == nil {
		var storages map[string]flake.Kept
		if storages, err = flake.ReadKept(text); err == nil && len(storages[flake.Storage].Directories) > 0 {
			return storages[flake.Storage].Directories
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.say(fmt.Sprintf("What the installed system keeps cannot be read: %v", err))
	}
	p := plan.Plan{Configuration: plan.Configuration{Own: &plan.Own{}}} // of which only the least is known
	if l.planned != nil {
		p = *l.planned
	}
	var list []string
	for _, k := range p.Kept() {
		list = append(list, k.Path)
	}
	return list
}

// hostName is the form of a host's name.
var hostName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,62}$`)

// mostInside bounds a file of an installed system; what is read is a few kilobytes.
const mostInside = 4 << 20

// inside reads a file of an installed system, links within which lead to where they lead there.
func inside(root, path string) ([]byte, error) {
	found, err := securejoin.SecureJoin(root, path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Clean(found), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", path)
	}
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, mostInside+1))
	if err == nil && len(text) > mostInside {
		err = fmt.Errorf("%s is larger than any real one", path)
	}
	return text, err
}
