package device

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jaypipes/ghw"

	"lethe/engine/quantity"
)

// label is what a disk is called by people and on its sticker.
type label struct{ model, vendor, serial, wwn string }

// readLabels asks ghw for the names of disks. Where it cannot be asked, as with a full temporary folder, there are none, and [block.label]
// takes them from where ghw has them: a disk must not seem to be another one for that.
//
// ghw would also look at every partition, several files and all of /proc/mounts for each. It takes for
// partitions what begins with the name of the disk, so it is shown a view of sysfs in which disks have other names.
func readLabels(ctx context.Context, root string, disks []*block) (labels map[string]label) {
	defer func() {
		if recover() != nil {
			labels = nil
		}
	}()
	view, err := os.MkdirTemp("", "lethe-names-")
	if err != nil {
		return nil
	}
	defer os.RemoveAll(view)
	if err := fillView(filepath.Join(view, "block"), disks); err != nil {
		return nil
	}
	info, err := ghw.Block(ctx, ghw.WithChroot("/"), ghw.WithDisableTools(), ghw.WithLogger(slog.New(slog.DiscardHandler)),
		ghw.WithPathOverrides(map[string]string{"/sys": view, "/proc": view, "/run": root + "/run"}))
	if err != nil {
		return nil
	}
	labels = make(map[string]label, len(info.Disks))
	for _, d := range info.Disks {
		if i, err := strconv.Atoi(strings.TrimPrefix(d.Name, viewName)); err == nil && i < len(disks) {
			labels[disks[i].name] = label{known(d.Model), vendor(d.Vendor), known(d.SerialNumber), known(d.WWN)}
		}
	}
	return labels
}

// viewName begins the names of disks in the view; nothing in sysfs begins so.
const viewName = "lethe-"

// fillView links the folder of each disk into the view.
func fillView(folder string, disks []*block) error {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	for i, b := range disks {
		if err := os.Symlink(b.dir, fmt.Sprintf("%s/%s%d", folder, viewName, i)); err != nil {
			return err
		}
	}
	return nil
}

// known turns ghw's word for an absent name into none.
func known(s string) string {
	if s == "unknown" {
		return ""
	}
	return Clean(unescape(s))
}

// vendor drops the number of a PCI vendor, which virtio disks have in place of a name.
func vendor(s string) string {
	if name := known(s); !strings.HasPrefix(name, "0x") {
		return name
	}
	return ""
}

// label completes ghw's names: the model in its unmangled form, what ghw did not say in the order in which ghw looks for it, and sysfs where
// there is no udev.
func (b *block) label(from label) label {
	said := func(keys ...string) string {
		texts := make([]string, len(keys))
		for i, key := range keys {
			texts[i] = known(b.udev.properties[key])
		}
		return first(texts...)
	}
	if model := b.udev.text("ID_MODEL"); model != "" {
		from.model = model
	}
	from.model = first(from.model, b.sysfsText("device/model"), b.sysfsText("device/name"))
	from.vendor = first(from.vendor, vendor(optional(b.dir, "device/vendor")))
	from.serial = first(from.serial, said("SCSI_IDENT_SERIAL", "ID_SCSI_SERIAL", "ID_SERIAL_SHORT", "ID_SERIAL"), b.sysfsText("serial"), b.sysfsText("device/serial"))
	from.wwn = first(from.wwn, said("ID_WWN_WITH_EXTENSION", "ID_WWN", "DM_WWN"), b.sysfsText("wwid"), b.sysfsText("device/wwid"))
	return from
}

func (b *block) sysfsText(name string) string { return Clean(optional(b.dir, name)) }

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// identity gathers all that tells this disk from another.
func (b *block) identity(from label, logical quantity.Bytes, byFolder map[string]map[string][]string) Identity {
	return Identity{
		Kind: KindDisk, Path: b.path(), Model: from.model, Serial: from.serial, WWN: from.wwn,
		ByID:   sorted(append(b.udev.linksIn("disk/by-id"), byFolder["by-id"][b.name]...)),
		ByPath: sorted(append(b.udev.linksIn("disk/by-path"), byFolder["by-path"][b.name]...)),
		Bytes:  b.size, Logical: logical, DiskSeq: b.sequence(),
	}
}

// sequence gives the kernel's count of disks ever seen, which tells a swapped disk from the one before.
func (b *block) sequence() uint64 {
	if !exists(b.dir + "/diskseq") {
		return 0 // before Linux 5.15
	}
	n, err := attribute(b.dir, "diskseq", 1<<63)
	b.fault(err)
	return n
}

// readLinks lists /dev/disk/by-id and by-path as folder → kernel name → names.
func readLinks(root string) map[string]map[string][]string {
	folders := map[string]map[string][]string{}
	for _, folder := range []string{"by-id", "by-path"} {
		folders[folder] = map[string][]string{}
		dir := root + "/dev/disk/" + folder
		list, err := names(dir)
		if err != nil {
			continue
		}
		for _, name := range list {
			target, err := os.Readlink(dir + "/" + name)
			if err != nil || !printable(name) {
				continue
			}
			kernel := strings.ReplaceAll(strings.TrimPrefix(filepath.Join("/dev/disk", folder, target), "/dev/"), "/", "!")
			folders[folder][kernel] = append(folders[folder][kernel], name)
		}
	}
	return folders
}
