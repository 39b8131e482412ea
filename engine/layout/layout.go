// Package layout turns facts and wishes into sectors: where each partition begins and ends, how well each
// boundary is aligned and why. It is pure: the same disk, wishes and randomness give the same bytes.
//
// It guarantees that partitions never overlap, lie within the usable sectors, are never smaller than
// wished, start on the grain that libparted would use (with the exceptions that [Grain] explains), and end
// one sector before the next grain. Boundaries move only upwards, and the move is shown. It does not read or write disks.
package layout

import (
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/quantity"
)

// Role is what a partition is for.
type Role string

// The roles, in the order in which they lie on the disk.
const (
	ESP  Role = "esp"
	Swap Role = "swap"
	Nix  Role = "nix"
)

// GPT partition type GUIDs (UEFI specification and the Discoverable Partitions Specification).
const (
	TypeESP   = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
	TypeSwap  = "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"
	TypeLinux = "0fc63daf-8483-4772-8e79-3d69d8477de4"
	// TypeLUKS marks an encrypted partition, so that no tool takes it for a plain file system.
	TypeLUKS = "ca7d7ccb-63ed-4c53-861c-1742536059cc"
)

// AttributeNoAuto is the GPT attribute bit that keeps systemd-gpt-auto-generator from using a partition by
// itself (Discoverable Partitions Specification, bit 63). Random-key swap carries it: nobody may swap on it unencrypted.
const AttributeNoAuto uint64 = 1 << 63

// Mapper is the device-mapper name of the opened nix partition, in the live session and at boot alike.
const Mapper = "crypted"

// Level says how well a boundary is aligned.
type Level string

// Alignment levels, as parted's align-check knows them.
const (
	Aligned    Level = "aligned"    // on the optimal grain
	Minimal    Level = "minimal"    // on the minimum I/O grain only
	Misaligned Level = "misaligned" // on neither
)

// Alignment is the verdict on one sector.
type Alignment struct {
	Sector quantity.Sectors `json:"sector"`
	Level  Level            `json:"level"`
	Why    string           `json:"why"` // one sentence with grain and offset
}

// Grain is the alignment rule that applies to one disk. All fields are in logical sectors.
type Grain struct {
	Optimal quantity.Sectors `json:"optimal"` // never 0
	Minimum quantity.Sectors `json:"minimum"` // never 0
	Offset  quantity.Sectors `json:"offset"`  // of the optimal grain
	// MinimumOffset is the offset of the minimum grain.
	MinimumOffset quantity.Sectors `json:"minimum_offset"`
	// Source says in a sentence where the optimal grain comes from.
	Source string `json:"source"`
	// Disagrees is set when `parted align-check optimal` will call the result misaligned, and says why.
	Disagrees string `json:"disagrees,omitempty"`
}

// Partition is one partition to be made. First and Last are inclusive LBAs.
type Partition struct {
	Number     int              `json:"number"` // 1-based, also the GPT entry
	Role       Role             `json:"role"`
	Name       string           `json:"name"` // GPT partition name
	Type       string           `json:"type"` // GPT type GUID
	Attributes uint64           `json:"attributes"`
	PartUUID   string           `json:"partuuid"`
	First      quantity.Sectors `json:"first"`
	Last       quantity.Sectors `json:"last"`
	Start      Alignment        `json:"start"`
	End        Alignment        `json:"end"` // of Last+1, where the next partition could begin
	// Wished is the size asked for; the partition may be larger, by less than a grain, because boundaries move up.
	Wished quantity.Bytes `json:"wished"`
	// Filesystem is what is made here: vfat, swap, ext4, or "" for random-key swap, which is made at every boot.
	Filesystem string `json:"filesystem"`
	Label      string `json:"label"`
	UUID       string `json:"uuid"` // of the file system; for vfat the 8-digit volume ID as XXXX-XXXX
}

// Sectors is the length of the partition.
func (p Partition) Sectors() quantity.Sectors { return p.Last - p.First + 1 }

// LUKS is the encryption container on the nix partition.
type LUKS struct {
	UUID       string              `json:"uuid"`
	Mapper     string              `json:"mapper"`
	SectorSize quantity.SectorSize `json:"sector_size"` // encryption sector, 512 or 4096
	DataOffset quantity.Bytes      `json:"data_offset"` // from the start of the partition
	Payload    Alignment           `json:"payload"`     // of the first payload sector on the disk
	// AllowDiscards is the wish, carried to the generated configuration.
	AllowDiscards bool `json:"allow_discards"`
}

// Layout is a whole disk, planned.
type Layout struct {
	Topology    device.Topology     `json:"topology"`
	SectorSize  quantity.SectorSize `json:"sector_size"`
	DiskSectors quantity.Sectors    `json:"disk_sectors"`
	FirstUsable quantity.Sectors    `json:"first_usable"`
	LastUsable  quantity.Sectors    `json:"last_usable"`
	Grain       Grain               `json:"grain"`
	DiskGUID    string              `json:"disk_guid"`
	Partitions  []Partition         `json:"partitions"`
	SwapMode    config.SwapMode     `json:"swap_mode"` // resolved, never auto
	LUKS        *LUKS               `json:"luks,omitempty"`
	// Tmpfs is the resolved size of the tmpfs root for mount(8).
	Tmpfs string `json:"tmpfs"`
	// Hibernate tells that swap is plain and at least as large as memory.
	Hibernate bool `json:"hibernate"`
	// Notes are sentences that a user should read before agreeing.
	Notes []string `json:"notes"`
}

// Size is the length of one of its partitions in bytes.
func (l Layout) Size(p Partition) quantity.Bytes { return l.SectorSize.Of(p.Sectors()) }

// Find gives the partition with a role, and whether there is one.
func (l Layout) Find(role Role) (Partition, bool) {
	for _, p := range l.Partitions {
		if p.Role == role {
			return p, true
		}
	}
	return Partition{}, false
}
