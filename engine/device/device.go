// Package device says what the machine has: its disks, what is on them, what uses them, and whether Lethe may
// take one. It holds facts only; what the user wants is in package config.
//
// Safety decisions (size, sector size, read-only, mounts, swap, holders, live medium) come from the
// kernel's own files in sysfs and procfs; names for people (model, vendor) come from ghw. Text from a device
// is hostile until it has passed [Clean].
//
// Facts come in two grades. A shown inventory needs no privilege and therefore never calls a real disk
// eligible, since it cannot read what is on it. A confirmed inventory is made by the root helper. Only a
// plan made from confirmed facts may run on a real disk. An image file can be read whole by its owner and so
// is confirmed at once.
package device

import (
	"lethe/engine/quantity"
)

// Grade tells how a fact was had.
type Grade string

// The two grades of facts.
const (
	Shown     Grade = "shown"     // read without privilege; content of real disks is unknown
	Confirmed Grade = "confirmed" // read by root, or from an image file that the user owns
)

// State is the verdict on a disk as an installation target.
type State string

// The verdicts. There is no other: a failed probe is a refusal, never a blank disk.
const (
	Eligible  State = "eligible"
	Unchecked State = "not yet checked"
	Refused   State = "refused"
)

// Verdict is a state and, unless eligible, the reason in a full sentence that ends with what to do.
type Verdict struct {
	State  State  `json:"state"`
	Reason string `json:"reason,omitempty"`
}

// Kind tells a real disk from a virtual one.
type Kind string

// What a target can be.
const (
	KindDisk  Kind = "disk"  // a block device of this machine
	KindImage Kind = "image" // a regular file
)

// Topology is what the kernel's queue limits say about a disk, all in bytes. Zero means "not reported".
type Topology struct {
	Logical         quantity.Bytes `json:"logical"`          // queue/logical_block_size
	Physical        quantity.Bytes `json:"physical"`         // queue/physical_block_size
	MinIO           quantity.Bytes `json:"min_io"`           // queue/minimum_io_size
	OptIO           quantity.Bytes `json:"opt_io"`           // queue/optimal_io_size
	AlignmentOffset int64          `json:"alignment_offset"` // alignment_offset; -1 when the kernel cannot tell
	// Image is set for an image file, which has no topology: tools then use 1 MiB and offset 0.
	Image bool `json:"image,omitempty"`
}

// SectorSize is the logical sector size.
func (t Topology) SectorSize() quantity.SectorSize { return quantity.SectorSize(t.Logical) }

// Identity is all that tells one disk from another. Any part may be empty; absence is a fact and is compared.
type Identity struct {
	Kind      Kind           `json:"kind"`
	Path      string         `json:"path"` // /dev/nvme0n1, or the absolute path of an image
	Model     string         `json:"model"`
	Serial    string         `json:"serial"`
	WWN       string         `json:"wwn"`
	ByID      []string       `json:"by_id"`   // names in /dev/disk/by-id, sorted
	ByPath    []string       `json:"by_path"` // names in /dev/disk/by-path, sorted
	Bytes     quantity.Bytes `json:"bytes"`
	Logical   quantity.Bytes `json:"logical"`
	DiskSeq   uint64         `json:"diskseq"`    // 0 when the kernel is too old to count
	Inode     string         `json:"inode"`      // "device:inode" of an image, else empty
	TableHash string         `json:"table_hash"` // hex SHA-256 of the table regions; empty when not readable
}

// Content is what a probe found at the start of a disk or partition. An empty Type means that nothing known
// was found, which only a confirmed probe can say.
type Content struct {
	Type  string `json:"type"`  // blkid's name: ext4, vfat, swap, crypto_LUKS, LVM2_member, …
	Label string `json:"label"` // cleaned for display
	UUID  string `json:"uuid"`
	// Member says in a phrase what this is a part of and what goes with it: "the LVM volume group vg0 with home, root". Only a
	// confirmed read can tell. It is of a RAID array by its label or UUID, whose members outside of this machine are not known.
	Member string `json:"member,omitempty"`
}

// Holder is a kernel device built on top of a disk or partition.
type Holder struct {
	Name string `json:"name"` // dm-0, md127
	Kind string `json:"kind"` // lvm, crypt, md, multipath, bcache, zfs, loop, dm for any other mapping, else other
	Says string `json:"says"` // vg-root, the md array's or mapper's own name
	// Elsewhere lists kernel names of member disks other than the one asked about.
	Elsewhere []string `json:"elsewhere,omitempty"`
}

// Release is something that the kernel has built on a disk and that must be taken down, by name, before the first write. There
// is one only where every member lies on that disk and nothing of it is mounted or swapped on; anything else is a refusal.
//
// A volume group is named also when nothing of it is active, because udev may activate it at any moment. While something
// stands on a disk, the kernel cannot be asked whether anybody else uses it: ask when all is taken down.
type Release struct {
	Kind string `json:"kind"` // lvm, md, crypt or dm, as in [Holder]
	Name string `json:"name"` // of the volume group, the array (md127), or the mapping
	Says string `json:"says"` // a phrase for people, cleaned: "volume group vg0 (home, root)", "opened container crypted (ext4 “nixos”)"
}

// Use is how the running system uses a disk or partition.
type Use struct {
	Mounts  []string `json:"mounts"` // mount points, cleaned
	Swap    bool     `json:"swap"`
	Holders []Holder `json:"holders"`
}

// Partition is a partition as it is.
type Partition struct {
	Number   int            `json:"number"`
	Name     string         `json:"name"` // kernel name (vda1); empty in an image
	Start    quantity.Bytes `json:"start"`
	Size     quantity.Bytes `json:"size"`
	Type     string         `json:"type"` // GPT type GUID or MBR type byte, lower case
	PartUUID string         `json:"partuuid"`
	Label    string         `json:"label"` // GPT partition name, cleaned
	Content  Content        `json:"content"`
	Use      Use            `json:"use"`
}

// TableKind is what partition table a disk carries.
type TableKind string

// Partition tables. Unreadable means that the bytes could not be read, Damaged that they were and made no sense.
const (
	TableNone       TableKind = "none"
	TableGPT        TableKind = "gpt"
	TableMBR        TableKind = "dos"
	TableUnreadable TableKind = "unreadable"
	TableDamaged    TableKind = "damaged"
)

// Table is the partition table as it is. Problem says in a sentence what is wrong with a damaged, hybrid or overlapping one.
type Table struct {
	Kind    TableKind `json:"kind"`
	GUID    string    `json:"guid"`
	Problem string    `json:"problem,omitempty"`
}

// Disk is one whole disk, or an image file.
type Disk struct {
	Identity
	Grade      Grade       `json:"grade"`
	Name       string      `json:"name"`   // kernel name, or the image's base name
	Number     string      `json:"number"` // major:minor; empty for an image
	Vendor     string      `json:"vendor"`
	Transport  string      `json:"transport"` // nvme, sata, usb, virtio, scsi, mmc, file, …; empty when unknown
	Topology   Topology    `json:"topology"`
	ReadOnly   bool        `json:"read_only"`
	Removable  bool        `json:"removable"`
	Rotational bool        `json:"rotational"`
	Zoned      bool        `json:"zoned,omitempty"` // host-managed: a zone takes a write nowhere but at its pointer
	LiveMedium bool        `json:"live_medium"`
	Table      Table       `json:"table"`
	Content    Content     `json:"content"` // what a probe found on the whole disk (a file system without a table)
	Partitions []Partition `json:"partitions"`
	Use        Use         `json:"use"`
	// Release is what must be taken down before the first write, topmost first.
	Release []Release `json:"release,omitempty"`
	Verdict Verdict   `json:"verdict"`
	// Reasons holds every reason for a refusal, the most important first; Verdict says only that one.
	Reasons []string `json:"reasons,omitempty"`
}

// Other is a block device that is not a disk to install on, such as a loop device, with the reason in a sentence.
type Other struct {
	Name   string `json:"name"`
	Number string `json:"number"`
	Reason string `json:"reason"`
}

// Firmware is how the machine boots.
type Firmware struct {
	UEFI bool `json:"uefi"`           // the running system was started by UEFI
	Bits int  `json:"bits,omitempty"` // 64 or 32, of the firmware; 0 when unknown
	// SecureBoot is "on", "off", "setup" (no keys enrolled), or empty when unknown.
	SecureBoot string `json:"secure_boot,omitempty"`
	// Writable tells that the running system can ask the firmware to change its variables, such as boot entries: they are mounted, and
	// not read-only. The firmware may still refuse, for instance when its memory is full.
	Writable bool `json:"writable,omitempty"`
}

// Inventory is every disk of the machine and what else a layout depends on. It is confirmed when every disk is.
type Inventory struct {
	Grade    Grade          `json:"grade"`
	Memory   quantity.Bytes `json:"memory"` // MemTotal of /proc/meminfo
	Firmware Firmware       `json:"firmware"`
	Disks    []Disk         `json:"disks"`
	// Others are block devices that are no disks; [Find] says why when one is asked for.
	Others []Other `json:"others,omitempty"`
}
