package device

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// mount is one line of mountinfo with the devices under it: none for a virtual file system, several for btrfs.
type mount struct {
	point  string // not cleaned
	blocks []*block
}

// readMounts reads the mounts that this process sees, and those of process 1, which differ inside a chroot or
// a mount namespace. Mounts of other namespaces stay unseen; opening the disk exclusively finds them.
func (g *graph) readMounts() []mount {
	infos, err := parseMounts(g.root + "/proc/self/mountinfo")
	if err != nil {
		g.doubt("It is not known what is mounted (%v): mount /proc and look again.", cause(err))
		return nil
	}
	if first, err := parseMounts(g.root + "/proc/1/mountinfo"); err == nil {
		infos = append(infos, first...)
	}
	groups := g.readBtrfs()
	seen := map[string]bool{}
	var mounts []mount
	for _, info := range infos {
		m := mount{point: info.Mountpoint, blocks: g.mounted(info, groups)}
		mounts = append(mounts, m)
		for _, b := range m.blocks {
			if key := b.name + "\x00" + m.point; !seen[key] {
				seen[key] = true
				b.use.mounts = append(b.use.mounts, Clean(m.point))
			}
		}
	}
	return mounts
}

func parseMounts(path string) ([]*mountinfo.Info, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read mountinfo: %w", unwrapPath(err))
	}
	defer f.Close()
	return mountinfo.GetMountsFromReader(f, nil)
}

// mounted gives the block devices under a mount: by number, and where the number is anonymous (major 0) by
// the mount's source.
func (g *graph) mounted(info *mountinfo.Info, groups map[*block][]*block) []*block {
	if b, ok := g.byNumber[fmt.Sprintf("%d:%d", info.Major, info.Minor)]; ok {
		return []*block{b}
	}
	if !strings.HasPrefix(info.Source, "/dev/") {
		return nil
	}
	var found []*block
	for source := range strings.SplitSeq(info.Source, ":") { // bcachefs joins its devices with colons
		b := g.resolve(source)
		switch {
		case b == nil && needsBlock(info.FSType):
			g.doubt("A %s file system is mounted at %s from %s, which cannot be traced to a disk: unmount it and look again.",
				Clean(info.FSType), Clean(info.Mountpoint), Clean(source))
		case b == nil:
		case groups[b] != nil:
			found = append(found, groups[b]...)
		default:
			found = append(found, b)
		}
	}
	return found
}

// needsBlock names the file systems that live on disks and yet show an anonymous device number.
func needsBlock(filesystem string) bool {
	switch filesystem {
	case "btrfs", "bcachefs", "fuseblk":
		return true
	}
	return false
}

// readBtrfs gives, for each device of a mounted btrfs, all devices of that file system.
func (g *graph) readBtrfs() map[*block][]*block {
	groups := map[*block][]*block{}
	folders, err := filepath.Glob(g.root + "/sys/fs/btrfs/*/devices")
	if err != nil {
		return groups
	}
	for _, folder := range folders {
		members, err := names(folder)
		if err != nil {
			g.doubt("The members of a mounted btrfs cannot be listed (%s): unmount it and look again.", cause(err))
		}
		var group []*block
		for _, name := range members {
			if b, ok := g.byName[name]; ok {
				group = append(group, b)
			}
		}
		for _, b := range group {
			groups[b] = group
		}
	}
	return groups
}

// resolve finds the block device that a path below /dev stands for, or nil.
func (g *graph) resolve(path string) *block {
	name, ok := strings.CutPrefix(path, "/dev/")
	if !ok {
		return nil
	}
	if b, ok := g.byName[strings.ReplaceAll(name, "/", "!")]; ok {
		return b
	}
	if b := g.byLink[name]; b != nil {
		return b
	}
	if mapped, ok := strings.CutPrefix(name, "mapper/"); ok {
		for _, b := range g.disks {
			if b.mapper.name == mapped {
				return b
			}
		}
	}
	return g.resolveNode(path)
}

// resolveNode follows a path to its device node. In a recorded machine there are links to names, and plain files for nodes.
func (g *graph) resolveNode(path string) *block {
	target, err := filepath.EvalSymlinks(g.root + path)
	if err == nil {
		var node unix.Stat_t
		switch err := unix.Stat(target, &node); {
		case err != nil:
			return nil
		case node.Mode&unix.S_IFMT == unix.S_IFBLK:
			return g.byNumber[fmt.Sprintf("%d:%d", unix.Major(node.Rdev), unix.Minor(node.Rdev))]
		case g.root != "":
			return g.byName[filepath.Base(target)]
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		if link, err := os.Readlink(g.root + path); err == nil {
			return g.byName[filepath.Base(link)]
		}
	}
	return nil
}

// under gives the devices of the mount that a path lies on. The last of several mounts on one point hides the others.
func under(mounts []mount, path string) (blocks []*block, found bool) {
	best := -1
	for _, m := range mounts {
		if within(path, m.point) && len(m.point) >= best {
			best, blocks = len(m.point), m.blocks
		}
	}
	return blocks, best >= 0
}

func within(path, folder string) bool {
	return path == folder || folder == "/" && strings.HasPrefix(path, "/") || strings.HasPrefix(path, folder+"/")
}
