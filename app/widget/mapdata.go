package widget

import (
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// Kind is what a block of the map is for; it chooses colour and pattern.
type Kind string

// The kinds of blocks.
const (
	KindESP   Kind = "esp"
	KindSwap  Kind = "swap"
	KindNix   Kind = "nix"
	KindLUKS  Kind = "luks" // a container whose content is not known
	KindFree  Kind = "free"
	KindOther Kind = "other"
)

// State is how far a block or a step is.
type State string

// The states. The empty one is of a plan that is not being carried out: drawn in full colour without a mark.
const (
	Planned State = ""
	Waiting State = "waiting"
	Working State = "working"
	Done    State = "done"
	Failed  State = "failed"
	Skipped State = "skipped"
)

// Block is a stretch of the disk: a partition or free space. First and Last are inclusive LBAs.
type Block struct {
	ID          string
	Kind        Kind
	Name        string // "ESP", "swap", "nix", "Windows (ntfs)"
	SizeText    string // "8 GiB"
	Detail      string // a sentence for the line below the map
	First, Last quantity.Sectors
	Encrypted   bool
	Progress    float64 // 0..1, drawn while Working
	State       State
}

// Boundary is a sector at which a block begins or the last one ends.
type Boundary struct {
	Sector quantity.Sectors
	Level  layout.Level
	// Movable boundaries are dragged between Least and Most, both inclusive, in steps of Step sectors counted from Least.
	Movable     bool
	Least, Most quantity.Sectors
	Step        quantity.Sectors // 0 counts as 1
}

// MapData is everything that a [PartitionMap] shows. Blocks are sorted, do not overlap, and need not touch: gaps are left out.
type MapData struct {
	SectorSize  quantity.SectorSize
	DiskSectors quantity.Sectors
	Grain       layout.Grain // that the boundaries are measured by
	Blocks      []Block
	Boundaries  []Boundary
}
