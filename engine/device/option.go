package device

import (
	"context"
	"path/filepath"

	"lethe/engine/quantity"
)

// Prober finds out what is in a byte range of a disk or image, as blkid's low-level probe does. Implementations
// never write. An ambivalent or failed probe is an error; an empty Content means that nothing was found.
type Prober interface {
	// Probe looks at size bytes from start of the device node or file at path.
	Probe(ctx context.Context, path string, start, size quantity.Bytes) (Content, error)
}

// Volumes says what LVM knows. Implementations never write and never activate anything.
type Volumes interface {
	// Groups gives every volume group of the machine, active or not. Physical volumes of no group come in one without a name.
	Groups(ctx context.Context) ([]VolumeGroup, error)
}

// VolumeGroup is a volume group as its own metadata tells.
type VolumeGroup struct {
	Name, UUID string
	PVs        []PhysicalVolume
	LVs        []string // names of the logical volumes
	Exported   bool     // marked as on its way to another machine, so that nothing may be done with it here
}

// PhysicalVolume is a member of a volume group.
type PhysicalVolume struct {
	Path    string // as LVM says it
	Number  string // major:minor; empty when missing
	UUID    string
	Missing bool // not in this machine
}

// Option changes how an inventory is read.
type Option func(*options)

type options struct {
	root    string
	only    string
	prober  Prober
	volumes Volumes
}

// WithChroot reads a machine whose sys, proc, run and dev are below dir. The default is this machine.
func WithChroot(dir string) Option { return func(o *options) { o.root = dir } }

// WithProber opens every disk, reads its table and asks p what is on it; the inventory is then confirmed. It
// needs root on a real machine. A nil p counts as none.
func WithProber(p Prober) Option { return func(o *options) { o.prober = p } }

// WithVolumes asks v which physical volumes a volume group has. Without it, a confirmed read refuses every disk with LVM on
// it, since the rest of the group may lie elsewhere. v is asked at most once, and only if there is LVM on a disk that is read.
func WithVolumes(v Volumes) Option { return func(o *options) { o.volumes = v } }

// WithOnly makes a confirmed read open just the disk that path names; the others stay shown, and so does the grade of the
// inventory. If the disk is a member of a RAID array the others are read too, to find the array's other members.
func WithOnly(path string) Option { return func(o *options) { o.only = path } }

func gather(opts []Option) options {
	var o options
	for _, set := range opts {
		set(&o)
	}
	o.root = filepath.Clean("/" + o.root)
	if o.root == "/" {
		o.root = "" // so that paths join with a plain +
	}
	return o
}
