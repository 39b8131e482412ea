// Package persist tells what the next boot would forget: it compares the root that is empty at every boot with the folder that outlives
// it, and says of each entry whether it is missing there, differs, or is an orphan, with nobody left who declares or links it.
//
// Guarantees. A scan stays on the file system of Request.Root and does not enter what is mounted below it, also where that is the same file
// system. It follows no symbolic link, opens no file, and writes nothing; every folder is reached from the root's descriptor by openat2, beneath it
// and without links. It stops soon after its context ends. What it could not read it counts and names. Its memory grows with the folders that
// wait to be read and with the files that have several names, not with the number of files.
//
// Limits. It says what rsync would say by default: regular files differ in size or in the whole seconds of their time of modification, links in
// their target, devices in their number; contents, owners, modes and extended attributes are not compared. A missing folder is told by
// what is in it, so an empty one is not told. A tree that changes during the scan is told as each entry was when it was looked at.
// Linux 5.8 is the oldest that tells enough of mounts.
package persist

import (
	"time"
)

// Kind is what stands between an entry and the next boot.
type Kind string

// The kinds.
const (
	Missing Kind = "missing" // on the root, and not in the persist tree: lost
	Differs Kind = "differs" // in both, and not the same: the root's is lost
	Orphan  Kind = "orphan"  // in the persist tree only, and neither declared, mounted nor linked
	Kept    Kind = "kept"    // the same in both, or kept by a declaration, a mount or a link; told where Request.Kept asks for it
)

// Type is the kind of an inode.
type Type string

// The types.
const (
	File   Type = "file"
	Folder Type = "folder"
	Link   Type = "link"
	FIFO   Type = "fifo"
	Socket Type = "socket"
	Device Type = "device"
)

// OwnerKind is how an owner was found.
type OwnerKind string

// The kinds of owners.
const (
	Unit        OwnerKind = "unit"        // a unit's StateDirectory, CacheDirectory or LogsDirectory
	Package     OwnerKind = "package"     // the catalogue of system services
	Application OwnerKind = "application" // the catalogue of programs, or a folder that follows the XDG base directories
	System      OwnerKind = "system"      // NixOS and systemd themselves
	User        OwnerKind = "user"        // somebody's own files
	Unknown     OwnerKind = "unknown"
)

// Owner is whose an entry is.
type Owner struct {
	Name    string    `json:"name"` // "Bluetooth pairings"
	Kind    OwnerKind `json:"kind"`
	Suggest string    `json:"suggest,omitempty"` // the path worth keeping, such as /var/lib/bluetooth; never a whole home
}

// Finding is one entry. It marshals to JSON with its path byte-exact: see [Finding.MarshalJSON].
type Finding struct {
	Kind Kind
	// Path is absolute as the running system sees it, byte by byte, whatever Request.Root is; an orphan's is the one that it would have there.
	Path     string
	Type     Type
	Size     int64 // apparent size in bytes
	Blocks   int64 // bytes on the disk or in memory; 0 for a second name of a file that was told already
	Modified time.Time
	UID, GID uint32
	Noise    string // why nobody misses it, "" where somebody might
	Owner    Owner
	// Pending tells that the path was kept, and that the system does not show that before it is rebuilt. A scan leaves it false: whoever knows
	// what was copied sets it.
	Pending bool
}

// Request is what to compare.
type Request struct {
	Root    string // "/" on the running system
	Persist string // "/nix/persist"
	// Declared is what is kept; the zero value compares the two trees and nothing else.
	Declared Declared
	Orphans  bool // also what is in Persist only
	Kept     bool // also what is kept
	Noise    bool // also what nobody misses; it is counted anyway
	// Since leaves out what was last modified before; zero leaves out nothing.
	Since time.Time
	// Nanoseconds compares times to the last digit and not in whole seconds, as rsync --modify-window=-1.
	Nanoseconds bool
	Workers     int // folders read at the same time; 0 is 2, and more once it shows that the disk must be waited for
	// Progress is told some ten times a second how far the scan is, never at the same time as findings. It may be nil.
	Progress func(Progress)
}

// Progress is how far a scan is.
type Progress struct {
	Entries int64  `json:"entries"` // looked at so far
	Folders int64  `json:"folders"` // read so far
	Lost    Tally  `json:"lost"`    // missing or differing, without noise
	Folder  string `json:"folder"`  // one that is being read, as the running system sees it
}

// Tally is a sum over findings.
type Tally struct {
	Count  int64 `json:"count"`
	Size   int64 `json:"size"`   // apparent bytes
	Blocks int64 `json:"blocks"` // bytes on the disk or in memory
}

// Summary is what a scan comes to. It is meaningful also beside an error: then of what was read until then.
type Summary struct {
	Sums // Noise is what is missing, differing or orphaned, and nobody misses it

	Entries  int64 `json:"entries"`  // looked at
	Folders  int64 `json:"folders"`  // read
	Mounts   int64 `json:"mounts"`   // mount points not entered
	Vanished int64 `json:"vanished"` // gone between being listed and being looked at

	Unreadable      []Unread `json:"unreadable,omitempty"` // the first [MaxUnreadable]
	UnreadableCount int64    `json:"unreadable_count"`

	Space  Space         `json:"space"`
	Source Source        `json:"source"`
	Notes  []string      `json:"notes,omitempty"` // what Declared says about itself
	Took   time.Duration `json:"took"`            // nanoseconds
}

// MaxUnreadable is the most that Summary.Unreadable holds.
const MaxUnreadable = 100

// Unread is something that could not be looked at. What is in it is in none of the sums.
type Unread struct {
	Path  string `json:"path"`  // as the running system sees it; below Persist where that side was unreadable
	Cause string `json:"cause"` // the kernel's word
}

// Space is how full the root's file system is.
type Space struct {
	Filesystem string `json:"filesystem"` // "tmpfs", or the kernel's number for another
	Size       int64  `json:"size"`       // bytes
	Used       int64  `json:"used"`       // bytes
}

func (t Tally) plus(other Tally) Tally {
	return Tally{t.Count + other.Count, t.Size + other.Size, t.Blocks + other.Blocks}
}

func (t *Tally) add(size, blocks int64) {
	t.Count++
	t.Size += size
	t.Blocks += blocks
}
